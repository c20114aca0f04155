import { describe, expect, test } from 'vitest'
import {
  Headers,
  INT64_SCHEMA,
  RetriableError,
  STRING_SCHEMA,
  SinkRecord,
} from '../../../../src/api/index.ts'
import type { ConnectorConfig, SourceRecord } from '../../../../src/api/index.ts'
import { struct } from '../../storage/support.ts'
import { MemoryStore } from '../memory-store.ts'
import { RunningSink, formatOf } from '../running-sink.ts'
import { MemoryBucket } from './memory-bucket.ts'
import { Offsets, RunningSource } from './running-source.ts'

const count = 25
const record = (offset: number): SinkRecord =>
  new SinkRecord(
    ...(['t', 0, STRING_SCHEMA, `key ${offset}`, struct().schema, struct(offset), offset] as const),
    ...([0, 'CreateTime'] as const),
    new Headers().add('n', offset, INT64_SCHEMA).add('s', 'é', STRING_SCHEMA),
  )

const sides: ConnectorConfig = { 'store.kafka.keys': 'true', 'store.kafka.headers': 'true' }

/** What our sink writes of so many records, seven an object. */
async function written(props: ConnectorConfig): Promise<MemoryBucket> {
  const store = new MemoryStore()
  const list = Array.from({ length: count }, (_, offset) => record(offset))
  const sink = await RunningSink.start({ ...props, 'flush.size': '7' }, store, list)
  await sink.run(10)
  await sink.close()
  const bucket = new MemoryBucket()
  for (const [key, { body }] of store.objects) bucket.put(key, body)
  return bucket
}

async function restored(
  bucket: MemoryBucket,
  props: ConnectorConfig,
  offsets = new Offsets(),
  most = Number.POSITIVE_INFINITY,
): Promise<SourceRecord[]> {
  const source = await RunningSource.confluent(bucket, props, offsets)
  try {
    const found = (await source.drain(most, false)).slice(0, most)
    source.commit(found)
    return found
  } finally {
    await source.stop()
  }
}

const textOf = ({ key, headers, value }: SourceRecord): string => {
  const pairs = Array.from(headers ?? [], (each) => `${each.key}=${String(each.value)}`)
  return `${String(key)} ${pairs.join(',')} ${JSON.stringify(value)}`
}
const keyOf = ({ key }: SourceRecord): string => String(key)
const keysFrom = (first: number, end: number): string[] =>
  Array.from({ length: end - first }, (_, index) => `key ${first + index}`)

describe('keys and headers that the sink wrote are restored', () => {
  const names = ['Avro', 'Json', 'Parquet']
  const all = names.flatMap((value) => names.map((side): [string, string] => [value, side]))
  test.each(all)('values of %s, the others of %s', async (value, side) => {
    const formats = {
      ...{ ...sides, 'format.class': formatOf(value) },
      ...{ 'keys.format.class': formatOf(side), 'headers.format.class': formatOf(side) },
    }
    const found = await restored(await written(formats), {
      ...{ ...formats, 'record.batch.max.size': '4' },
    })
    expect(found.map(keyOf)).toEqual(keysFrom(0, 21))
    expect(found.map(textOf)[20]).toContain('key 20 n=20,s=é ')
    expect([...(found[3]?.headers ?? [])].map(({ schema }) => schema)).toEqual([
      ...[STRING_SCHEMA, STRING_SCHEMA],
    ])
    expect(found[3]?.keySchema).toBe(side === 'Json' ? null : STRING_SCHEMA)
  })

  test('compressed ones as well, and one without the other', async () => {
    const formats = {
      ...{ 'format.class': formatOf('Json'), 's3.compression.type': 'gzip' },
      ...{ 'store.kafka.keys': 'true', 'keys.format.class': formatOf('Json') },
    }
    const bucket = await written(formats)
    expect([...bucket.objects.keys()].every((key) => key.endsWith('.json.gz'))).toBe(true)
    const found = await restored(bucket, formats)
    expect(found.map(keyOf)).toEqual(keysFrom(0, 21))
    expect(found[0]?.headers).toBeNull()
  })

  test('and are left where they are unless it is asked for', async () => {
    const formats = { 'format.class': formatOf('Avro') }
    const found = await restored(await written({ ...formats, ...sides }), formats)
    expect(found.map(({ key, headers }) => [key, headers])).toEqual(
      Array.from({ length: 21 }, () => [null, null]),
    )
  })

  test('from any record on', async () => {
    const formats = { ...sides, 'format.class': formatOf('Avro'), 'record.batch.max.size': '4' }
    const bucket = await written(formats)
    for (const most of [1, 6, 7, 8, 13]) {
      const offsets = new Offsets()
      const before = await restored(bucket, formats, offsets, most)
      const after = await restored(bucket, formats, offsets)
      expect([...before, ...after].map(keyOf)).toEqual(keysFrom(0, 21))
    }
  })
})

describe('where what lies beside values cannot be read', () => {
  const json = {
    ...{ 'format.class': formatOf('Json'), 'keys.format.class': formatOf('Json') },
    'store.kafka.keys': 'true',
  }
  const value = 'topics/t/partition=0/t+0+0000000000.json'
  const keys = 'topics/t/partition=0/t+0+0000000000.keys.json'
  const next = 'topics/t/partition=0/t+0+0000000003'
  const ignoring = { ...json, 'behavior.on.error': 'ignore' }
  const place = ({ key, value: body }: SourceRecord): unknown[] => [key, body]
  const bucketOf = (text: string | null): MemoryBucket => {
    const bucket = new MemoryBucket().put(value, '0\n1\n2\n')
    if (text !== null) bucket.put(keys, text)
    return bucket.put(`${next}.json`, '3\n').put(`${next}.keys.json`, '"d"\n')
  }

  test.each([
    ['missing', null, [], `${keys} is not there (store.kafka.keys=true).`],
    ['shorter', '"a"\n', [['a', 0]], `the record with the index 1 of ${keys}`],
    [
      'damaged in one place',
      '"a"\n"b\n"c"\n',
      [
        ['a', 0],
        ['c', 2],
      ],
      `the record with the index 1 of ${keys}`,
    ],
  ])('%s', async (_name, text, before, message) => {
    const all = [...before, ['d', 3]]
    await expect(restored(bucketOf(text), json)).rejects.toThrow(message)
    expect((await restored(bucketOf(text), ignoring)).map(place)).toEqual(all)
  })

  test('headers that are none fail their record alone', async () => {
    const headers = keys.replace('keys', 'headers')
    const bucket = new MemoryBucket().put(value, '0\n1\n')
    bucket.put(headers, '{"headers":[{"key":"a","value":null}]}\n{"headers":[1]}\n')
    const props = {
      ...{ 'format.class': formatOf('Json'), 'headers.format.class': formatOf('Json') },
      ...{ 'store.kafka.headers': 'true', 'behavior.on.error': 'ignore' },
    }
    expect((await restored(bucket, props)).map(textOf)).toEqual(['null a=null 0'])
  })

  test('what the sink may still be about to complete is waited for', async () => {
    const bucket = bucketOf(null)
    bucket.modifiedMs = Date.now()
    const source = await RunningSource.confluent(bucket, json)
    await expect(source.drain()).rejects.toThrow(RetriableError)
    bucket.put(keys, '"a"\n"b"\n"c"\n')
    // The try that was under way may not have seen it yet.
    const found = await source.drain().catch(async () => await source.drain())
    expect(found.map(keyOf)).toEqual(['a', 'b', 'c', 'd'])
    await source.stop()
  })
})
