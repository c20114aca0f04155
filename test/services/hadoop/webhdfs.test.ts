import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Readable } from 'node:stream'
import { exceptionOf } from '../../../connectors/hdfs/webhdfs/remote-exception.ts'
import { isRetriable } from '../../../src/api/index.ts'
import { RunningSink, formatOf } from '../../connectors/hdfs/running-sink.ts'
import { record, struct } from '../../connectors/storage/support.ts'
import { JavaOracle } from '../../oracle/java-oracle.ts'
import { LinkFaults, singleFaults } from '../../support/hdfs-link-faults.ts'
import { randomNumbers } from '../../support/random-numbers.ts'
import { seedOfRun } from '../../support/seed-of-run.ts'
import { waitFor } from '../../support/wait-for.ts'
import { installFileReaders } from '../storage/install.ts'
import { contentsOf, startHdfs } from './mini-hdfs.ts'
import type { MiniHdfs } from './mini-hdfs.ts'

let hdfs: MiniHdfs

beforeAll(async () => {
  hdfs = await startHdfs()
}, 600_000)
afterAll(() => hdfs[Symbol.asyncDispose]())

const never = new AbortController().signal
const bodyOf = (bytes: Buffer): { readonly bytes: number; read(): Buffer[] } => ({
  bytes: bytes.length,
  read: () => [bytes],
})
const write = (path: string, text: string, overwrite = false): Promise<void> =>
  hdfs.client.create(path, bodyOf(Buffer.from(text)), { overwrite }, never)

describe('the client of WebHDFS', () => {
  test.each(['/plain', '/a+b=c/sp ace', '/50%/ü,ö;$&@', '/(x)/~_.-*!'])(
    'writes and reads %s',
    async (path) => {
      await write(`/names${path}`, 'contents')
      expect((await contentsOf(hdfs.client, `/names${path}`)).toString()).toBe('contents')
      expect((await hdfs.client.status(`/names${path}`, never))?.bytes).toBe(8)
      const renamed = `/names${path}+renamed`
      expect(await hdfs.client.rename(`/names${path}`, renamed, never)).toBe(true)
      expect(await hdfs.client.delete(renamed, never)).toBe(true)
      expect(await hdfs.client.delete(renamed, never)).toBe(false)
    },
  )

  test('writes in pieces, appends, and reads from an offset on', async () => {
    const pieces = Array.from({ length: 40 }, (_, index) => Buffer.alloc(100_000, index))
    const whole = Buffer.concat(pieces)
    const body = { bytes: whole.length, read: () => Readable.from(pieces) }
    await hdfs.client.create('/pieces', body, { overwrite: false }, never)
    expect((await contentsOf(hdfs.client, '/pieces')).equals(whole)).toBe(true)
    await hdfs.client.append('/pieces', bodyOf(Buffer.from('end')), never)
    const chunks: Buffer[] = []
    const rest = await hdfs.client.open('/pieces', { offset: whole.length - 1, length: 4 }, never)
    for await (const chunk of rest as AsyncIterable<Buffer>) chunks.push(chunk)
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([39, ...Buffer.from('end')]))
  })

  test('creates a file that is there only where it may', async () => {
    await write('/once', 'first')
    const again = await write('/once', 'second').catch((error: unknown) => error)
    expect(exceptionOf(again)).toBe('FileAlreadyExistsException')
    expect(isRetriable(again)).toBe(false)
    await write('/once', 'third', true)
    expect((await contentsOf(hdfs.client, '/once')).toString()).toBe('third')
  })

  test('says whether it renamed, and replaces what is there', async () => {
    await write('/from', 'new')
    await write('/to', 'old')
    expect(await hdfs.client.rename('/from', '/to', never)).toBe(false)
    expect(await hdfs.client.rename('/from', '/nowhere/to', never)).toBe(false)
    expect(await hdfs.client.replace('/from', '/to', never)).toBe(true)
    expect((await contentsOf(hdfs.client, '/to')).toString()).toBe('new')
    expect(await hdfs.client.status('/from', never)).toBe(null)
    const gone = await hdfs.client.replace('/from', '/to', never).catch((error: unknown) => error)
    expect(exceptionOf(gone)).toBe('FileNotFoundException')
  })

  test('lists directories, and knows those that are not there', async () => {
    await hdfs.client.makeDirectory('/listed/inner', never)
    await hdfs.client.makeDirectory('/listed/inner', never)
    await write('/listed/file', 'four')
    const found = await hdfs.client.list('/listed', never)
    expect(found?.map(({ name, isDirectory, bytes }) => [name, isDirectory, bytes])).toEqual([
      ['file', false, 4],
      ['inner', true, 0],
    ])
    expect(await hdfs.client.list('/nowhere', never)).toBe(null)
  })

  test('holds safe mode for something that passes, and says so', async () => {
    await hdfs.control('/safemode/enter')
    try {
      const refused = await hdfs.client
        .makeDirectory('/safe', never)
        .catch((error: unknown) => error)
      expect(exceptionOf(refused)).toBe('SafeModeException')
      expect(isRetriable(refused)).toBe(true)
    } finally {
      await hdfs.control('/safemode/leave')
    }
    await hdfs.client.makeDirectory('/safe', never)
  })

  test('ends with the signal', async () => {
    const stop = new AbortController()
    const body = {
      bytes: 10,
      read: async function* () {
        yield Buffer.from('half ')
        stop.abort(new Error('enough'))
        await new Promise((resolve) =>
          stop.signal.addEventListener('abort', resolve, { once: true }),
        )
      },
    }
    const written = hdfs.client.create('/aborted', body, { overwrite: true }, stop.signal)
    await expect(written).rejects.toThrow('enough')
  })
})

test('a sink leaves files under their names, its log, and no lease', async () => {
  const list = Array.from({ length: 7 }, (_, offset) => record({ offset }))
  for (let life = 1; life <= 2; life++) {
    const sink = await RunningSink.start({ 'format.class': formatOf('Avro') }, hdfs.client, list)
    await sink.run(2)
    await sink.close()
  }
  const names = [...(await hdfs.files('/topics')).keys()]
  expect(names).toEqual([
    '/topics/test-topic/partition=12/test-topic+12+0000000000+0000000002.avro',
    '/topics/test-topic/partition=12/test-topic+12+0000000003+0000000005.avro',
  ])
  const logs = [...(await hdfs.files('/logs')).keys()]
  expect(logs).toEqual(['/logs/test-topic/12/epoch.2', '/logs/test-topic/12/log'])
  expect(await hdfs.control('/leases')).toBe('0')
})

test('a sink whose link fails at any request leaves the same files, no other ones, and no lease', async () => {
  const { seed } = seedOfRun()
  const random = randomNumbers(seed)
  const { faults, requests } = await LinkFaults.prepare(hdfs, 1)
  // The second tier runs all of them.
  const some = singleFaults(requests).filter(() => random() < 0.12)
  expect(some.length).toBeGreaterThan(10)
  expect(await faults.runAll(some), `seed ${seed}`).toBeGreaterThan(8)
  await waitFor('all leases to end', async () =>
    (await hdfs.control('/leases')) === '0' ? true : undefined,
  )
})

test("Hadoop's own client reads the files, with Avro's and Parquet's own readers", async () => {
  const list = Array.from({ length: 6 }, (_, offset) =>
    record({ offset, value: struct(20 + offset) }),
  )
  for (const format of ['Avro', 'Parquet', 'Json']) {
    const places = { 'topics.dir': `read/${format}`, 'logs.dir': `logs/${format}` }
    const config = { ...places, 'format.class': formatOf(format), 'avro.codec': 'deflate' }
    const sink = await RunningSink.start(config, hdfs.client, list)
    await sink.run(6)
    await sink.close()
  }
  using oracle = await JavaOracle.start('HdfsOracle', [await installFileReaders()])
  const { files } = (await oracle.ask({ url: hdfs.url, directory: '/read' })) as {
    readonly files: readonly { readonly path: string; readonly records: readonly string[] }[]
  }
  const found = files.map(({ path, records }) => ({
    path,
    records: records.map((text) => JSON.parse(text) as unknown),
  }))
  const expected = ['Avro', 'Json', 'Parquet'].flatMap((format) =>
    [0, 3].map((start) => ({
      path: `/read/${format}/test-topic/partition=12/test-topic+12+000000000${start}+000000000${start + 2}.${format.toLowerCase()}`,
      records: [20, 21, 22].map((first) => ({
        ...{ boolean: true, int: first + start, long: 12, float: 12.2, double: 12.2 },
      })),
    })),
  )
  expect(found).toEqual(expected)
})
