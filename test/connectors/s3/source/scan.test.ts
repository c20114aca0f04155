import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ConnectorConfig, SourceRecord } from '../../../../src/api/index.ts'
import { AivenS3SourceConnector, S3SourceConnector } from '../../../../connectors/s3/index.ts'
import { numberedTasks } from '../../../../connectors/s3/source/task-number.ts'
import { NameTemplate } from '../../../../connectors/s3/source/name-template.ts'
import { formatOf } from '../running-sink.ts'
import { MemoryBucket } from './memory-bucket.ts'
import { Offsets, RunningSource } from './running-source.ts'

const generic = {
  mode: 'GENERIC',
  'format.class': 'io.confluent.connect.cloud.storage.source.format.CloudStorageJsonFormat',
  'topics.dir': 'quickstart',
  'topic.regex.list': 'quick-start-topic:.*',
}
const aiven = { 'file.name.template': '{{topic}}-{{partition}}-{{start_offset}}' }
const values = (records: readonly SourceRecord[]): unknown[] => records.map(({ value }) => value)

describe('the generalized source', () => {
  test('reads any object below the folder to the topic whose pattern its whole key matches', async () => {
    const bucket = new MemoryBucket()
    const text = Array.from({ length: 9 }, (_, n) => `{"f1":"value${n + 1}"}\n`).join('')
    bucket.put('quickstart/generalized.quickstart.json', text)
    const source = await RunningSource.confluent(bucket, generic)
    const found = await source.drain()
    expect(values(found)).toEqual(Array.from({ length: 9 }, (_, n) => ({ f1: `value${n + 1}` })))
    expect(new Set(found.map(({ topic }) => topic))).toEqual(new Set(['quick-start-topic']))
    expect(found[8]?.sourcePartition).toEqual({
      bucket: 'bucket',
      objectKey: 'quickstart/generalized.quickstart.json',
    })
    expect(found[8]?.sourceOffset).toEqual({ recordCount: 9, complete: true })
    await source.stop()
    const other = { ...generic, 'topic.regex.list': 'a:.*\\.csv,b:quickstart/x' }
    const none = await RunningSource.confluent(bucket, other)
    expect(await none.drain()).toEqual([])
    await none.stop()
  })

  test('what was read is not read again, also before offsets are stored, and what comes anywhere later is', async () => {
    const bucket = new MemoryBucket().put('quickstart/m', '1\n2\n').put('quickstart/empty', '\n')
    const offsets = new Offsets()
    const source = await RunningSource.confluent(bucket, generic, offsets)
    const first = await source.drain(Number.POSITIVE_INFINITY, false)
    expect(values(first)).toEqual([1, 2])
    expect(await source.drain()).toEqual([])
    source.commit(first)
    source.commit([])
    source.commit([])
    bucket.put('quickstart/a', '3\n')
    expect(values(await source.drain())).toEqual([3])
    await source.stop()
    const again = await RunningSource.confluent(bucket, generic, offsets)
    expect(await again.drain()).toEqual([])
    await again.stop()
  })

  test('every object belongs to one of the tasks', async () => {
    const bucket = new MemoryBucket()
    for (let n = 0; n < 100; n++) bucket.put(`quickstart/${n}`, `${n}\n`)
    const found: number[] = []
    for (const props of numberedTasks(generic, 3)) {
      const source = await RunningSource.confluent(bucket, props)
      const part = values(await source.drain()).map(Number)
      expect(part.length).toBeGreaterThan(10)
      found.push(...part)
      await source.stop()
    }
    expect(found.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  test('10,000 objects are listed page by page, and their names forgotten once offsets are stored', async () => {
    const bucket = new MemoryBucket()
    for (let n = 0; n < 10_000; n++) bucket.put(`quickstart/${n}`, `${n}\n`)
    const source = await RunningSource.confluent(bucket, generic)
    let [count, most] = [0, 0]
    const { keys } = source.feed as unknown as { keys: { size: number } }
    for (let turn = 0; count < 10_000; turn++) {
      expect(turn).toBeLessThan(100_000)
      const records = await source.poll()
      count += records.length
      source.commit(records)
      most = Math.max(most, keys.size)
    }
    expect(bucket.mostListed).toBeLessThanOrEqual(1000)
    expect(most).toBeLessThan(1100)
    await source.stop()
  })
})

describe("Aiven's source", () => {
  test('finds topic and partition in the names of objects; their keys are the records’', async () => {
    const bucket = new MemoryBucket()
    bucket.put('customer-topic-1-1734445664111.txt', 'a'.repeat(10)).put('other', 'x')
    const source = RunningSource.aiven(bucket, { ...aiven, 'transformer.max.buffer.size': '4' })
    const found = await source.drain()
    expect(found.map(({ value }) => String(value))).toEqual(['aaaa', 'aaaa', 'aa'])
    const [first] = found
    expect([first?.topic, first?.kafkaPartition]).toEqual(['customer-topic', 1])
    expect(String(first?.key)).toBe('customer-topic-1-1734445664111.txt')
    expect(first?.sourcePartition).toEqual({
      bucket: 'bucket',
      objectKey: 'customer-topic-1-1734445664111.txt',
    })
    expect(first?.sourceOffset).toEqual({ recordCount: 1 })
    await source.stop()
  })

  test('reads on where offsets say, also those of Java without a word about the end', async () => {
    const bucket = new MemoryBucket().put('t-0-0', '1\n2\n3\n')
    const offsets = new Offsets()
    const partition = { bucket: 'bucket', objectKey: 't-0-0' }
    offsets.stored.set(JSON.stringify(partition), { recordCount: 2 })
    const jsonl = { ...aiven, 'input.format': 'jsonl' }
    const source = RunningSource.aiven(bucket, jsonl, offsets)
    expect(values(await source.drain())).toEqual([3])
    await source.stop()
    offsets.stored.set(JSON.stringify(partition), { recordCount: 3 })
    const again = RunningSource.aiven(bucket, jsonl, offsets)
    expect(await again.drain()).toEqual([])
    await again.stop()
  })

  test('sees that lines are compressed where nothing says so, and takes bytes as they are', async () => {
    const packed = gzipSync('{"a":1}\n{"a":2}')
    const bucket = new MemoryBucket().put('t-0-0', packed)
    const source = RunningSource.aiven(bucket, { ...aiven, 'input.format': 'jsonl' })
    expect(values(await source.drain())).toEqual([{ a: 1 }, { a: 2 }])
    await source.stop()
    const raw = RunningSource.aiven(bucket, aiven)
    expect(values(await raw.drain())).toEqual([packed])
    await raw.stop()
  })

  test('objects of a partition are one task’s', async () => {
    const bucket = new MemoryBucket()
    for (let n = 0; n < 12; n++) bucket.put(`t-${n % 4}-${n}`, String(n))
    const [, second] = numberedTasks({ ...aiven, 'distribution.type': 'partition' }, 2)
    const source = RunningSource.aiven(bucket, second ?? {})
    expect((await source.drain()).map(({ kafkaPartition }) => kafkaPartition)).toEqual([
      ...[1, 1, 1, 3, 3, 3],
    ])
    await source.stop()
  })

  test('passes over what cannot be read where that is tolerated', async () => {
    const bucket = new MemoryBucket().put('t-0-0', '1\nx{\n3\n').put('t-0-3', '4')
    const props = { ...aiven, 'input.format': 'jsonl' }
    const source = RunningSource.aiven(bucket, { ...props, 'errors.tolerance': 'all' })
    expect(values(await source.drain())).toEqual([1, 3, 4])
    expect(source.warnings.join()).toContain('index 1 of t-0-0')
    await source.stop()
    const failing = RunningSource.aiven(bucket, props)
    await expect(failing.drain()).rejects.toThrow('index 1 of t-0-0')
    await failing.stop()
  })

  test.each<[string, string, [string | null, number | null] | null]>([
    ['{{topic}}-{{partition}}-{{start_offset}}', 'a/logs-1-007.gz', ['logs', 1]],
    ['{{ topic }}/{{partition}}-.*', 'x.y/12-z', ['x.y', 12]],
    ['.*', 'anything', [null, null]],
    ['{{topic}}-{{timestamp}}', 'no digits', null],
  ])('the template %s finds in %s', (template, key, expected) => {
    const found = new NameTemplate(template).read(key)
    expect(found === null ? null : [found.topic, found.partition]).toEqual(expected)
  })
})

describe('CSV', () => {
  const csv = {
    ...generic,
    'format.class': 'io.confluent.connect.cloud.storage.source.format.CloudStorageCSVFormat',
  }
  const schema = {
    ...{ name: 'com.example.User', type: 'STRUCT', isOptional: false },
    fieldSchemas: {
      id: { type: 'INT64', isOptional: false },
      name: { type: 'STRING', isOptional: true },
    },
  }

  test('is read with the schema of its values, and compressed', async () => {
    const bucket = new MemoryBucket()
    bucket
      .put('quickstart/a.csv', 'name;ID\nx;1\n;2\n')
      .put('quickstart/b.csv.gz', gzipSync('id\n3\n'))
    const source = await RunningSource.confluent(bucket, {
      ...{ ...csv, 'value.schema': JSON.stringify(schema), 'csv.separator.char': '59' },
      'csv.null.field.indicator': 'both',
    })
    const found = await source.drain()
    expect(found.map(({ value }) => String(value))).toEqual([
      ...['Struct{id=1,name=x}', 'Struct{id=2}', 'Struct{id=3}'],
    ])
    expect(found[0]?.valueSchema?.name).toBe('com.example.User')
    await source.stop()
  })

  test('whose keys say what cannot be is refused', () => {
    const messages = (props: ConnectorConfig): string[] =>
      new S3SourceConnector()
        .validate({ 's3.bucket.name': 'b', ...csv, ...props })
        .flatMap(({ name, errorMessages }) => errorMessages.map((text) => `${name} ${text}`))
    expect(messages({})).toEqual([])
    expect(messages({ 'csv.separator.char': '10', 'csv.quote.char': '167' })).toEqual([
      'csv.separator.char expected a character of ASCII, and no newline, and found 10.',
      'csv.quote.char expected a character of ASCII, and no newline, and found 167.',
    ])
    expect(messages({ 'csv.file.charset': 'UTF-16' })).toEqual([
      'csv.file.charset files in UTF-16 are not read; convert them to UTF-8.',
    ])
    expect(messages({ 'csv.file.charset': 'Klingon' }).join()).toContain('csv.file.charset')
    const wrong = JSON.stringify({ ...schema, fieldSchemas: { a: { type: 'ARRAY' } } })
    expect(messages({ 'value.schema': wrong }).join()).toContain('the field a has the type ARRAY')
    expect(messages({ 'value.schema': '[]' }).join()).toContain('It is no schema in JSON')
  })
})

describe('configurations', () => {
  const errors = (
    connector: S3SourceConnector | AivenS3SourceConnector,
    props: ConnectorConfig,
  ): string[] => connector.validate(props).flatMap(({ errorMessages }) => errorMessages)

  test('say what is missing', () => {
    const base = { 's3.bucket.name': 'b', 'format.class': formatOf('Json') }
    const confluent = new S3SourceConnector()
    expect(errors(confluent, base)).toEqual([])
    expect(errors(confluent, { ...base, mode: 'GENERIC' })).toEqual([
      'topic.regex.list cannot be empty when the connector runs in GENERIC mode.',
    ])
    const list = errors(confluent, { ...base, mode: 'GENERIC', 'topic.regex.list': 'a:(' })
    expect(list.length).toBe(1)
    const field = 'io.confluent.connect.storage.partitioner.FieldPartitioner'
    expect(errors(confluent, { ...base, 'partitioner.class': field })).toEqual([
      `it cannot be empty with ${field}.`,
    ])
    const theirs = new AivenS3SourceConnector()
    expect(errors(theirs, { 'aws.s3.bucket.name': 'bucket', ...aiven })).toEqual([])
    expect(
      errors(theirs, { 'aws.s3.bucket.name': 'bucket', 'file.name.template': '{{partition}}' }),
    ).toEqual(['set it, or have {{topic}} in file.name.template.'])
  })

  test('offsets may be altered to what a source can read', () => {
    const connector = new AivenS3SourceConnector()
    const partition = { bucket: 'b', objectKey: 'k' }
    const alter = (each: object, offset: object | null): boolean =>
      connector.alterOffsets({}, [{ partition: each as never, offset: offset as never }])
    expect(alter(partition, { recordCount: 3 })).toBe(true)
    expect(alter({ anything: 1 }, null)).toBe(true)
    expect(() => alter({ bucket: 'b' }, { recordCount: 3 })).toThrow('is none of this connector')
    expect(() => alter(partition, { recordCount: -1 })).toThrow('recordCount')
  })
})
