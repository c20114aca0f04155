import { describe, expect, test } from 'vitest'
import type { OffsetStorageReader, SourceOffset, SourceRecord } from '../../../src/api/index.ts'
import { HdfsSourceConnector } from '../../../connectors/hdfs/index.ts'
import { FileQueue } from '../../../connectors/hdfs/source/file-queue.ts'
import { FileReading } from '../../../connectors/hdfs/source/file-reading.ts'
import {
  parseHdfsSourceConfig,
  readerOf,
} from '../../../connectors/hdfs/source/hdfs-source-config.ts'
import { selectionOf } from '../../../connectors/hdfs/source/selection-of.ts'
import { foldersBelow } from '../../../connectors/hdfs/source/source-files.ts'
import { record, struct } from '../storage/support.ts'
import { MemoryHdfs } from './memory-hdfs.ts'
import { RunningSink, formatOf } from './running-sink.ts'

const never = new AbortController().signal
const base = { 'store.url': 'hdfs://nn', 'hdfs.poll.interval.ms': '1' }
const restore = { ...base, 'format.class': 'io.confluent.connect.hdfs3.avro.AvroFormat' }
const generic = {
  ...{ ...base, mode: 'GENERIC', 'topics.dir': 'in' },
  'format.class': 'io.confluent.connect.cloud.storage.source.format.CloudStorageJsonFormat',
  'topic.regex.list': 'logs:.*/logs/.*,rest:.*\\.json',
}

/** A source task on files in memory, whose offsets are kept as its records are sent. */
class RunningSource {
  readonly offsets = new Map<string, SourceOffset>()
  readonly #config: Readonly<Record<string, string>>
  readonly #hdfs: MemoryHdfs

  constructor(config: Readonly<Record<string, string>>, hdfs: MemoryHdfs) {
    this.#config = config
    this.#hdfs = hdfs
  }

  /** What there is to read, or the first so many polls of it. */
  async read(polls = Number.POSITIVE_INFINITY): Promise<SourceRecord[]> {
    const config = parseHdfsSourceConfig(this.#config)
    const selection = selectionOf(config)
    const hdfs = this.#hdfs
    const folders = await foldersBelow(hdfs, `/${config['topics.dir']}`, selection, never)
    const offsets: OffsetStorageReader = {
      offset: (partition) => Promise.resolve(this.offsets.get(JSON.stringify(partition)) ?? null),
      offsets: (all) => Promise.all(all.map((each) => offsets.offset(each))),
    }
    const queue = new FileQueue({ hdfs, folders, selection, offsets })
    const reading = new FileReading({ config, hdfs, reader: readerOf(config), queue })
    await queue.list(never)
    const records: SourceRecord[] = []
    for (let poll = 0; poll < polls && queue.next() !== null; poll++) {
      for (const each of await reading.next(never)) {
        records.push(each)
        this.offsets.set(JSON.stringify(each.sourcePartition), each.sourceOffset ?? {})
      }
    }
    await reading.leave()
    return records
  }
}

async function written(
  config: Readonly<Record<string, string>>,
  count: number,
): Promise<MemoryHdfs> {
  const hdfs = new MemoryHdfs()
  const list = Array.from({ length: count }, (_, offset) =>
    record({ offset, value: struct(offset) }),
  )
  const sink = await RunningSink.start({ 'format.class': formatOf('Avro'), ...config }, hdfs, list)
  await sink.run(5)
  return hdfs
}

const put = (hdfs: MemoryHdfs, path: string, text: string): Promise<void> =>
  hdfs.create(path, { bytes: 0, read: () => [Buffer.from(text)] }, { overwrite: true })

/** Of values without a schema, the member `n`. */
const textOf = (value: unknown): string =>
  String(/"?n"?\D+(\d+)/.exec(JSON.stringify(value instanceof Map ? [...value] : value))?.[1])

const ints = (records: readonly SourceRecord[]): unknown[] =>
  records.map(({ value }) => (value as ReturnType<typeof struct>).get('int'))

describe('what the sink wrote', () => {
  test.each([
    ['Avro', 'AvroFormat'],
    ['Parquet', 'ParquetFormat'],
  ])('comes back to topic and partition, in order (%s)', async (format, className) => {
    const hdfs = await written({ 'format.class': formatOf(format) }, 10)
    const source = new RunningSource({ ...restore, 'format.class': className }, hdfs)
    const records = await source.read()
    expect(ints(records)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(records[0]).toMatchObject({ topic: 'test-topic', kafkaPartition: 12 })
    expect(records[0]?.valueSchema?.name).toBe('record')
  })

  test('goes on behind the last record that was sent, also amid a file', async () => {
    const hdfs = await written({ 'flush.size': '5' }, 20)
    const source = new RunningSource({ ...restore, 'record.batch.max.size': '2' }, hdfs)
    const all: unknown[] = []
    for (let life = 0; all.length < 20 && life < 40; life++) all.push(...ints(await source.read(2)))
    expect(all).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(await source.read()).toEqual([])
  })

  test('is read where it lies in directories by fields, and what comes later is too', async () => {
    const config = {
      'partitioner.class': 'FieldPartitioner',
      ...{ 'partition.field.name': 'int', 'flush.size': '1' },
    }
    const hdfs = await written(config, 4)
    const source = new RunningSource(restore, hdfs)
    expect(ints(await source.read()).sort()).toEqual([0, 1, 2, 3])
    expect(source.offsets.size).toBe(4)
    const list = Array.from({ length: 5 }, (_, offset) => record({ offset, value: struct(offset) }))
    const sink = await RunningSink.start(
      { 'format.class': formatOf('Avro'), ...config },
      hdfs,
      list,
    )
    await sink.run(5)
    expect(ints(await source.read())).toEqual([4])
  })

  test('fails, or is passed over, where a file is damaged', async () => {
    const hdfs = await written({}, 6)
    const damaged = '/topics/test-topic/partition=12/test-topic+12+0000000000+0000000002.avro'
    const bytes = hdfs.files.get(damaged) ?? Buffer.alloc(0)
    hdfs.files.set(damaged, bytes.subarray(0, bytes.length - 3))
    await expect(new RunningSource(restore, hdfs).read()).rejects.toThrow(damaged)
    const tolerant = new RunningSource({ ...restore, 'behavior.on.error': 'ignore' }, hdfs)
    expect(ints(await tolerant.read())).toEqual([3, 4, 5])
  })
})

describe('any files', () => {
  test('go to the topic of the first expression that matches, each once', async () => {
    const hdfs = new MemoryHdfs()
    await put(hdfs, '/in/logs/b', '{"n":1}\n{"n":2}\n')
    await put(hdfs, '/in/a.json', '{"n":3} {"n":4}')
    await put(hdfs, '/in/other.txt', 'no')
    await put(hdfs, '/in/_temporary/x.json', '{"n":9}')
    await put(hdfs, '/in/c.json._COPYING_', '{"n":9}')
    const source = new RunningSource(generic, hdfs)
    const records = await source.read()
    const told = records.map(({ topic, value }) => `${topic} ${textOf(value)}`)
    expect(told.sort()).toEqual(['logs 1', 'logs 2', 'rest 3', 'rest 4'])
    await put(hdfs, '/in/0.json', '{"n":5}')
    expect(await source.read()).toHaveLength(1)
    expect(await source.read()).toEqual([])
  })

  test('need to know their topics', () => {
    const values = new HdfsSourceConnector().validate({
      ...generic,
      name: 'x',
      'topic.regex.list': '',
    })
    const problems = values.flatMap(({ errorMessages }) => errorMessages)
    expect(problems).toEqual([
      'topic.regex.list cannot be empty when the connector runs in GENERIC mode.',
    ])
  })
})
