import { describe, expect, test } from 'vitest'
import type { ConnectorConfig, SinkRecord } from '../../../src/api/index.ts'
import { encodeLog } from '../../../connectors/hdfs/sink/write-ahead-log.ts'
import { record, schemaV1, schemaV2, struct } from '../storage/support.ts'
import { MemoryHdfs } from './memory-hdfs.ts'
import { RunningSink, formatOf } from './running-sink.ts'

/** In ms. */
const minute = 60_000
const avro = formatOf('Avro')
const field = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.FieldPartitioner',
  'partition.field.name': 'int',
}
const hourly = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.HourlyPartitioner',
  'timestamp.extractor': 'Record',
  locale: 'en',
  timezone: 'UTC',
}
const root = '/topics/test-topic'
const inPartition = `${root}/partition=12/test-topic+12+`

const records = (
  count: number,
  make: (index: number) => Partial<Parameters<typeof record>[0]> = () => ({}),
  first = 0,
): SinkRecord[] =>
  Array.from({ length: count }, (_, index) => record({ offset: first + index, ...make(index) }))

/** The names of all files, once a sink has taken `list` in batches of 4. */
async function namesOf(
  config: ConnectorConfig,
  list: readonly SinkRecord[],
  hdfs = new MemoryHdfs(),
): Promise<string[]> {
  const sink = await RunningSink.start(config, hdfs, list)
  await sink.run(4)
  await sink.close()
  expect(Object.keys(hdfs.below('/topics/+tmp'))).toEqual([])
  return Object.keys(hdfs.below('/topics'))
}

const lines = (hdfs: MemoryHdfs): Record<string, number> =>
  Object.fromEntries(
    Object.entries(hdfs.below('/topics')).map(([path, text]) => [
      path,
      text.split('\n').length - 1,
    ]),
  )

describe('names of files', () => {
  test('hold the first and the last offset', async () => {
    const names = await namesOf({ 'format.class': avro }, records(7))
    expect(names).toEqual([
      `${inPartition}0000000000+0000000002.avro`,
      `${inPartition}0000000003+0000000005.avro`,
    ])
  })

  test('begin where the partition does', async () => {
    const names = await namesOf(
      {},
      records(7, () => ({}), 3),
    )
    expect(names).toEqual([
      `${inPartition}0000000003+0000000005.json`,
      `${inPartition}0000000006+0000000008.json`,
    ])
  })

  test('have as many digits as is asked for', async () => {
    const names = await namesOf({ 'filename.offset.zero.pad.width': '2' }, records(9))
    expect(names).toEqual(['00+02', '03+05', '06+08'].map((each) => `${inPartition}${each}.json`))
  })

  test.each([
    ['Parquet', 'parquet'],
    ['String', 'txt'],
    ['Json', 'json'],
  ])('end by format %s in .%s', async (format, extension) => {
    const names = await namesOf({ 'format.class': formatOf(format) }, records(3))
    expect(names).toEqual([`${inPartition}0000000000+0000000002.${extension}`])
  })

  test('follow the fields of records, each with the offsets of its own', async () => {
    const blocks = records(9, (index) => ({ value: struct(16 + Math.floor(index / 3)) }))
    expect(await namesOf(field, blocks)).toEqual([
      `${root}/int=16/test-topic+12+0000000000+0000000002.json`,
      `${root}/int=17/test-topic+12+0000000003+0000000005.json`,
      `${root}/int=18/test-topic+12+0000000006+0000000008.json`,
    ])
    const spread = Array.from({ length: 9 }, (_, index) =>
      record({ offset: index * 10, value: struct(16 + (index % 3)) }),
    )
    const names = await namesOf(field, spread)
    expect(names).toHaveLength(9)
    expect(names).toContain(`${root}/int=18/test-topic+12+0000000080+0000000080.json`)
  })

  test('lie in directories that are made of the topic', async () => {
    const config = {
      'topic.capture.groups.regex': '(.*)[\\.\\-](.*)',
      'topics.dir': 'in/${1}/${topic}',
    }
    const hdfs = new MemoryHdfs()
    const sink = await RunningSink.start(config, hdfs, records(3))
    await sink.run(3)
    expect(Object.keys(hdfs.below('/in'))).toEqual([
      '/in/test/test-topic/test-topic/partition=12/test-topic+12+0000000000+0000000002.json',
    ])
  })
})

describe('rotation', () => {
  test('goes by the clock with any partitioner, also while nothing comes', async () => {
    const hdfs = new MemoryHdfs()
    const config = { 'flush.size': '1000', 'rotate.interval.ms': String(10 * minute) }
    const sink = await RunningSink.start(config, hdfs, records(2))
    await sink.put()
    sink.nowMs = 9 * minute
    expect(await sink.put()).toBe(null)
    sink.nowMs = 10 * minute
    expect(await sink.put()).toBe(2)
    expect(lines(hdfs)).toEqual({ [`${inPartition}0000000000+0000000001.json`]: 2 })
  })

  test('goes by the time of records where directories do', async () => {
    const hdfs = new MemoryHdfs()
    const config = { ...hourly, 'flush.size': '1000', 'rotate.interval.ms': String(minute) }
    const list = records(9, (index) => ({ timestamp: index * 20_000 }))
    const sink = await RunningSink.start(config, hdfs, list)
    await sink.run(4)
    sink.nowMs = 1000 * minute
    await sink.put()
    const directory = `${root}/year=1970/month=01/day=01/hour=00/test-topic+12+`
    expect(lines(hdfs)).toEqual({
      [`${directory}0000000000+0000000002.json`]: 3,
      [`${directory}0000000003+0000000005.json`]: 3,
    })
  })

  test('goes by a schedule', async () => {
    const hdfs = new MemoryHdfs()
    const config = {
      ...{ 'flush.size': '1000', timezone: 'UTC' },
      'rotate.schedule.interval.ms': String(10 * minute),
    }
    const sink = await RunningSink.start(config, hdfs, records(4))
    await sink.put(3)
    sink.nowMs = 11 * minute
    expect(await sink.put(0)).toBe(3)
  })

  test.each([
    ['NONE', ['0+0', '1+1', '2+2', '3+3']],
    ['BACKWARD', ['0+0', '1+2', '3+4']],
    ['FULL', ['0+0', '1+2', '3+4']],
  ])('by schemas of %s', async (compatibility, expected) => {
    const list = records(5, (index) => ({
      value: struct(1, index % 2 === 0 ? schemaV1 : schemaV2),
    }))
    const config = { 'flush.size': '2', 'schema.compatibility': compatibility }
    const names = await namesOf(config, list)
    const wanted = expected.map((each) =>
      each
        .split('+')
        .map((part) => part.padStart(10, '0'))
        .join('+'),
    )
    expect(names).toEqual(wanted.map((each) => `${inPartition}${each}.json`))
  })
})

describe('what cannot be written', () => {
  test('is rejected, and the others are written', async () => {
    const hdfs = new MemoryHdfs()
    const list = records(4, (index) => (index === 1 ? { value: null, schema: schemaV1 } : {}))
    const sink = await RunningSink.start({}, hdfs, list)
    await sink.run(4)
    expect(sink.rejected.map((each) => each.record.kafkaOffset)).toEqual([1])
    expect(lines(hdfs)).toEqual({ [`${inPartition}0000000000+0000000003.json`]: 3 })
  })

  test('has a colon in its directory', async () => {
    const config = {
      ...hourly,
      'partitioner.class': 'TimeBasedPartitioner',
      'partition.duration.ms': String(minute),
      'path.format': "'at'=HH:mm",
    }
    const sink = await RunningSink.start(config, new MemoryHdfs(), [
      record({ offset: 0, timestamp: 0 }),
    ])
    await sink.put()
    expect(String(sink.rejected[0]?.error)).toContain(
      'HDFS has no names with a colon, and none that are dots alone, as in at=00:00',
    )
  })

  test.each(['a/../../../x', 'a/./b', 'a/..'])('has dots for a directory: %s', async (text) => {
    const value = struct(12, schemaV2).put('string', text)
    const list = [record({ offset: 0, value }), record({ offset: 1, value: struct(1, schemaV2) })]
    const config = { ...field, 'partition.field.name': 'string', 'flush.size': '1' }
    const hdfs = new MemoryHdfs()
    const sink = await RunningSink.start(config, hdfs, list)
    await sink.run(2)
    expect(sink.rejected.map((each) => each.record.kafkaOffset)).toEqual([0])
    expect(Object.keys(hdfs.below('/topics'))).toHaveLength(1)
  })
})

describe('recovery', () => {
  const put = (hdfs: MemoryHdfs, path: string, text = 'x'): Promise<void> =>
    hdfs.create(path, { bytes: 1, read: () => [Buffer.from(text)] }, { overwrite: true })
  const log = '/logs/test-topic/12/log'
  const fileOf = (start: number, end: number): string =>
    `${inPartition}${String(start).padStart(10, '0')}+${String(end).padStart(10, '0')}.avro`
  const uploaded = async (
    hdfs: MemoryHdfs,
    ranges: readonly (readonly [number, number])[],
  ): Promise<Buffer> => {
    const blocks: Buffer[] = []
    for (const [start, end] of ranges) {
      const temp = `/topics/+tmp/test-topic/partition=12/${start}_tmp.avro`
      await put(hdfs, temp)
      const entry = { temp: `hdfs://nn:1/topics//+tmp/test-topic/partition=12/${start}_tmp.avro` }
      const bytes = encodeLog([{ ...entry, final: `hdfs://nn:1${fileOf(start, end)}` }])
      blocks.push(blocks.length === 0 ? bytes : bytes.subarray(20))
    }
    return Buffer.concat(blocks)
  }
  const resumes = async (hdfs: MemoryHdfs): Promise<number> => {
    const sink = await RunningSink.start({}, hdfs, records(1000))
    await sink.put(1)
    return sink.position
  }

  test('gives the files of a log their names, also of one that Java has written in several blocks', async () => {
    const hdfs = new MemoryHdfs()
    const ranges = [0, 10, 20, 30, 40].map((start) => [start, start + 9] as const)
    const bytes = await uploaded(hdfs, ranges)
    await hdfs.create(log, { bytes: 0, read: () => [bytes] }, { overwrite: true })
    expect(await resumes(hdfs)).toBe(50)
    expect(Object.keys(hdfs.below('/topics'))).toEqual(ranges.map(([a, b]) => fileOf(a, b)))
  })

  test('goes by the names of files where there is no log, and leaves strangers alone', async () => {
    const hdfs = new MemoryHdfs()
    await put(hdfs, fileOf(0, 2))
    await put(hdfs, fileOf(3, 5))
    await put(hdfs, `${root}/partition=12/test-topic_12_900_910.avro`)
    await put(hdfs, `${root}/partition=13/test-topic+13+0000000700+0000000800.avro`)
    expect(await resumes(hdfs)).toBe(6)
    expect(hdfs.files.size).toBe(5)
  })

  test('goes by the names of files where a file of the log is nowhere', async () => {
    const hdfs = new MemoryHdfs()
    await put(hdfs, fileOf(0, 2))
    const bytes = await uploaded(hdfs, [[3, 5]])
    hdfs.files.delete('/topics/+tmp/test-topic/partition=12/3_tmp.avro')
    await hdfs.create(log, { bytes: 0, read: () => [bytes] }, { overwrite: true })
    expect(await resumes(hdfs)).toBe(3)
  })

  test('looks again where the log was renamed after it was listed', async () => {
    const hdfs = new MemoryHdfs()
    const bytes = await uploaded(hdfs, [[0, 9]])
    await hdfs.create(log, { bytes: 0, read: () => [bytes] }, { overwrite: true })
    const sink = await RunningSink.start({}, hdfs, records(1000))
    let asked = 0
    hdfs.beforeChange = () => {
      // The first request claims the partition, and lists what is there behind it.
      if (++asked === 1) {
        const list = hdfs.list.bind(hdfs)
        hdfs.list = async (path) => {
          const found = await list(path)
          hdfs.list = list
          hdfs.files.delete(log)
          hdfs.files.set(`${log}.1`, bytes)
          return found
        }
      }
      return Promise.resolve()
    }
    await sink.put(1)
    await sink.put(1)
    expect(sink.position).toBe(10)
  })

  test('makes the last commit again where only some of its files are there', async () => {
    const hdfs = new MemoryHdfs()
    const before = await uploaded(hdfs, [[0, 9]])
    const entries = [`${root}/a`, `${root}/b`].map((directory, index) => ({
      temp: `hdfs://nn:1/topics/+tmp/${index}`,
      final: `hdfs://nn:1${directory}/test-topic+12+000000001${index}+000000002${index}.avro`,
    }))
    await put(hdfs, '/topics/+tmp/1')
    const bytes = Buffer.concat([before, encodeLog(entries).subarray(20)])
    await hdfs.create(log, { bytes: 0, read: () => [bytes] }, { overwrite: true })
    expect(await resumes(hdfs)).toBe(10)
  })

  test.each([
    ['makes no sense', (bytes: Buffer) => Buffer.from(`not a log ${bytes.length}`)],
    ['lacks its end', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
  ])('takes nothing of a log that %s, and removes what it named', async (_name, broken) => {
    const hdfs = new MemoryHdfs()
    const bytes = broken(await uploaded(hdfs, [[0, 9]]))
    await hdfs.create(log, { bytes: 0, read: () => [bytes] }, { overwrite: true })
    await put(hdfs, fileOf(0, 2))
    expect(await resumes(hdfs)).toBe(3)
    expect(Object.keys(hdfs.below('/topics'))).toEqual([fileOf(0, 2)])
  })
})
