import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { SinkRecord } from '../../../src/api/index.ts'
import { ConnectError } from '../../../src/api/index.ts'
import { HdfsWriters } from '../../../connectors/hdfs/sink/hdfs-writers.ts'
import { encodeLog } from '../../../connectors/hdfs/sink/write-ahead-log.ts'
import { record } from '../storage/support.ts'
import { MemoryHdfs } from './memory-hdfs.ts'
import { RunningSink } from './running-sink.ts'

const dir = '/logs/test-topic/12'
const fileOf = (start: number, end: number): string => {
  const [first, last] = [start, end].map((offset) => String(offset).padStart(10, '0'))
  return `/topics/test-topic/partition=12/test-topic+12+${first}+${last}.json`
}
const logOf = (start: number, end: number): Buffer =>
  encodeLog([{ temp: `hdfs://nn:1/gone/${start}_tmp`, final: `hdfs://nn:1${fileOf(start, end)}` }])
const put = (hdfs: MemoryHdfs, path: string, bytes: Buffer): Promise<void> =>
  hdfs.create(path, { bytes: bytes.length, read: () => [bytes] }, { overwrite: true })

const records = (count: number): SinkRecord[] =>
  Array.from({ length: count }, (_, offset) => record({ offset }))

test('a log of long ago does not count where the last one names what is nowhere', async () => {
  const hdfs = new MemoryHdfs()
  for (const start of [0, 3, 6]) await put(hdfs, fileOf(start, start + 2), Buffer.from('x'))
  await put(hdfs, `${dir}/log`, logOf(9, 11))
  await put(hdfs, `${dir}/log.1`, logOf(0, 2))
  const sink = await RunningSink.start({}, hdfs, records(20))
  await sink.put(1)
  expect(sink.position).toBe(9)
})

test('the log before counts where the last one is not whole', async () => {
  const hdfs = new MemoryHdfs()
  await put(hdfs, fileOf(0, 2), Buffer.from('x'))
  await put(hdfs, `${dir}/log`, logOf(3, 5).subarray(0, -5))
  await put(hdfs, `${dir}/log.1`, logOf(0, 2))
  const sink = await RunningSink.start({}, hdfs, records(20))
  await sink.put(1)
  expect(sink.position).toBe(3)
})

test('a connection that is cut while the log is read is something that passes', async () => {
  const hdfs = new MemoryHdfs()
  await put(hdfs, fileOf(0, 2), Buffer.from('x'))
  await put(hdfs, `${dir}/log`, logOf(0, 2))
  const whole = hdfs.open.bind(hdfs)
  let cuts = 1
  hdfs.open = async (...request) => {
    if (cuts-- <= 0) return await whole(...request)
    return new Readable({
      read() {
        this.destroy(new Error('aborted'))
      },
    })
  }
  const sink = await RunningSink.start({}, hdfs, records(20))
  await sink.put(1)
  expect(sink.paused).toBe(true)
  await sink.put(1)
  expect(sink.position).toBe(3)
})

test('many partitions are taken over a few at once, and all of them are waited for', async () => {
  const hdfs = new MemoryHdfs()
  let [asking, most, ended] = [0, 0, 0]
  const list = hdfs.list.bind(hdfs)
  hdfs.list = async (path) => {
    if (!path.startsWith('/logs')) return await list(path)
    most = Math.max(most, ++asking)
    await new Promise((resolve) => setTimeout(resolve, path.endsWith('/7') ? 0 : 5))
    asking--
    if (path.endsWith('/7')) throw new ConnectError('refused for good')
    const found = await list(path)
    ended++
    return found
  }
  const { parts } = await RunningSink.start({}, hdfs, [])
  const writers = new HdfsWriters({
    ...{ parts, retryBackoffMs: 0, now: () => 0 },
    rewind: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    wakeIn: () => undefined,
  })
  const partitions = Array.from({ length: 60 }, (_, partition) => ({ topic: 't', partition }))
  writers.open(partitions)
  await expect(writers.put([], new AbortController().signal)).rejects.toThrow('refused for good')
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThan(20)
  expect(asking).toBe(0)
  expect(ended).toBe(2 * 59)
})
