import { gunzipSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import {
  BYTES_SCHEMA,
  Headers,
  INT32_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  SinkRecord,
  Struct,
} from '../../../../src/api/index.ts'
import type { ConnectorConfig, Schema } from '../../../../src/api/index.ts'
import { readAvroFile } from '../../../../connectors/storage/index.ts'
import { MemoryStore } from '../memory-store.ts'
import { RunningSink } from '../running-sink.ts'

const named = SchemaBuilder.struct().name('person').field('name', STRING_SCHEMA).build()
const john = new Struct(named, ['John'])
const all = 'key,value,offset,timestamp,headers'

interface Given {
  readonly offset?: number
  readonly key?: unknown
  readonly keySchema?: Schema | null
  readonly value?: unknown
  readonly valueSchema?: Schema | null
  readonly headers?: Headers
}

function record(given: Given): SinkRecord {
  const { offset = 1, key = 'key0', value = john, headers = new Headers() } = given
  const { keySchema = STRING_SCHEMA, valueSchema = named } = given
  return new SinkRecord(
    ...(['topic0', 0, keySchema, key, valueSchema, value] as const),
    ...([offset, 1000, 'CreateTime', headers] as const),
  )
}

async function store(
  config: ConnectorConfig,
  list: readonly SinkRecord[],
): Promise<{ store: MemoryStore; rejected: readonly string[] }> {
  const into = new MemoryStore()
  const plain = { 'file.compression.type': 'none' }
  const sink = await RunningSink.startAiven({ ...plain, ...config }, into, list)
  await sink.put()
  await sink.flush()
  await sink.close()
  return { store: into, rejected: sink.rejected.map(({ error }) => String(error)) }
}

/** The bytes of the only object. */
async function body(config: ConnectorConfig, list: readonly SinkRecord[]): Promise<Buffer> {
  const { store: into, rejected } = await store(config, list)
  expect(rejected).toEqual([])
  const bodies = [...into.objects.values()].map((object) => object.body)
  expect(bodies).toHaveLength(1)
  return bodies[0] ?? Buffer.alloc(0)
}

describe('JSON', () => {
  const jsonl = { 'format.output.type': 'jsonl' }
  const header = new Headers().add('headerKey', 'headerValue', STRING_SCHEMA)

  test.each<[string, ConnectorConfig, SinkRecord[], string]>([
    [
      'a record a line',
      { ...jsonl, 'format.output.fields': 'key,value' },
      [record({ value: 'value0', valueSchema: STRING_SCHEMA }), record({ offset: 2, key: null })],
      '{"value":"value0","key":"key0"}\n{"value":{"name":"John"},"key":null}',
    ],
    [
      'all of a record',
      { ...jsonl, 'format.output.fields': all },
      [record({ headers: header })],
      '{"headers":[{"key":"headerKey","value":"headerValue"}],"offset":1,"value":{"name":"John"},"key":"key0","timestamp":"1970-01-01T00:00:01Z"}',
    ],
    ['no headers', { ...jsonl, 'format.output.fields': 'headers' }, [record({})], '{"headers":[]}'],
    [
      'a value alone',
      { ...jsonl, 'format.output.fields': 'value', 'format.output.envelope': 'false' },
      [record({}), record({ offset: 2, value: null })],
      '{"name":"John"}\nnull',
    ],
    [
      'an array',
      { 'format.output.type': 'json', 'format.output.fields': 'key,value' },
      [record({}), record({ offset: 2 })],
      '[\n{"value":{"name":"John"},"key":"key0"},\n{"value":{"name":"John"},"key":"key0"}\n]',
    ],
    [
      'what has no schema',
      jsonl,
      [record({ value: { a: [1, 'é'] }, valueSchema: null })],
      '{"value":{"a":[1,"é"]}}',
    ],
  ])('holds %s', async (_name, config, list, expected) => {
    expect((await body(config, list)).toString()).toBe(expected)
  })

  test('is compressed as a whole, by gzip where nothing is said', async () => {
    const bytes = await body({ ...jsonl, 'file.compression.type': 'gzip' }, [record({})])
    expect(gunzipSync(bytes).toString()).toBe('{"value":{"name":"John"}}')
  })
})

describe('CSV', () => {
  const bytes = (text: string): Given => ({ value: Buffer.from(text), valueSchema: BYTES_SCHEMA })
  const header = new Headers().add('h', Buffer.from('x'), BYTES_SCHEMA)

  test.each<[string, ConnectorConfig, SinkRecord[], string]>([
    [
      'values in base64',
      {},
      [record(bytes('a,b')), record({ ...bytes('c'), offset: 2 })],
      'YSxi\nYw==',
    ],
    [
      'values as they are',
      { 'format.output.fields.value.encoding': 'none' },
      [record(bytes('a'))],
      'a',
    ],
    [
      'the fields in their order',
      { 'format.output.fields': 'timestamp,offset,key,value,headers' },
      [record({ ...bytes('a'), headers: header })],
      '1000,1,a2V5MA==,YQ==,aA==:eA==;',
    ],
    [
      'nothing for what is not there',
      { 'format.output.fields': 'key,value' },
      [record({ ...bytes(''), key: null, value: null })],
      ',',
    ],
  ])('holds %s', async (_name, config, list, expected) => {
    expect((await body(config, list)).toString()).toBe(expected)
  })

  test('refuses what is not bytes, record by record', async () => {
    const good = record({ ...bytes('a'), offset: 2 })
    const { store: into, rejected } = await store({}, [record({}), good])
    expect(rejected.join()).toContain('Record value schema type must be BYTES, STRUCT given')
    expect(Object.values(into.contents)).toEqual(['YQ=='])
  })
})

describe('Avro and Parquet', () => {
  const text = (offset: number): SinkRecord =>
    record({ offset, headers: new Headers().add('h', 'v', STRING_SCHEMA) })

  async function values(bytes: Buffer): Promise<unknown[]> {
    const found: unknown[] = []
    for await (const { value } of readAvroFile(bytes)) found.push(String(value))
    return found
  }

  test('hold the fields asked for in a record', async () => {
    const avro = await body({ 'format.output.type': 'avro', 'format.output.fields': all }, [
      text(1),
    ])
    expect(avro.toString('latin1')).toContain('"name":"connector_records"')
    expect(avro.toString('latin1')).toContain('"namespace":"io.aiven.avro.output.schema"')
    expect(await values(avro)).toEqual([
      'Struct{key=key0,value=Struct{name=John},offset=1,timestamp=1000,headers={h=v}}',
    ])
  })

  test('hold the value alone', async () => {
    const bare = { 'format.output.type': 'avro', 'format.output.envelope': 'false' }
    const fields = { ...bare, 'format.output.fields': 'value' }
    expect(await values(await body(fields, [text(1)]))).toEqual(['Struct{name=John}'])
    const map = SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build()
    const ofMap = record({ value: new Map([['a', 1]]), valueSchema: map })
    expect(await values(await body(fields, [ofMap]))).toEqual(['Struct{a=1}'])
    const plain = record({ value: 'x', valueSchema: STRING_SCHEMA })
    expect(await values(await body(fields, [plain]))).toEqual(['Struct{value=x}'])
  })

  test('begin another object where a schema changes', async () => {
    const other = SchemaBuilder.struct().name('person').field('age', INT32_SCHEMA).build()
    const old = record({ offset: 2, value: new Struct(other, [5]), valueSchema: other })
    const config = { 'format.output.type': 'avro' }
    const { store: into } = await store(config, [record({}), old, record({ offset: 3 })])
    expect([...into.objects.keys()]).toEqual([
      'topic0-0-1.avro',
      'topic0-0-2.avro',
      'topic0-0-3.avro',
    ])
  })

  test('take records without headers beside others', async () => {
    const config = { 'format.output.type': 'avro', 'format.output.fields': 'offset,headers' }
    expect(await values(await body(config, [text(1), record({ offset: 2 })]))).toEqual([
      'Struct{offset=1,headers={h=v}}',
      'Struct{offset=2,headers={}}',
    ])
  })

  test('refuse a record without schemas', async () => {
    const bare = record({ value: {}, valueSchema: null })
    const { rejected } = await store({ 'format.output.type': 'parquet' }, [bare])
    expect(rejected.join()).toContain('Record must have schemas for key and value')
  })

  test.each(['none', 'gzip', 'snappy', 'zstd'])(
    'compress the pages of Parquet by %s',
    async (codec) => {
      const config = {
        ...{ 'format.output.type': 'parquet', 'file.compression.type': codec },
        'format.output.fields': 'key,value,offset',
      }
      const bytes = await body(config, [record({}), record({ offset: 2 })])
      expect(bytes.subarray(0, 4).toString()).toBe('PAR1')
      if (codec === 'zstd') return
      const file = new Uint8Array(bytes).buffer
      const gunzip = (page: Uint8Array): Uint8Array => gunzipSync(page)
      const rows = await parquetReadObjects({ file, compressors: { GZIP: gunzip } })
      expect(rows).toEqual(
        [1n, 2n].map((offset) => ({ key: 'key0', value: { name: 'John' }, offset })),
      )
    },
  )
})
