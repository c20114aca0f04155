import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ConnectTimestamp,
  INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { AvroConverter } from '../../src/converters/registry/avro-converter.ts'
import { startApicurio } from '../services/registry/apicurio.ts'
import type { RunningApicurio } from '../services/registry/apicurio.ts'
import { ConfluentPython } from '../services/registry/confluent-python.ts'

let registry: RunningApicurio
let python: ConfluentPython
let converter: AvroConverter

beforeAll(async () => {
  registry = await startApicurio()
  python = await ConfluentPython.start(registry.url)
  converter = new AvroConverter()
  converter.configure({ 'schema.registry.url': registry.url }, false)
}, 300_000)
afterAll(async () => {
  converter.close()
  python[Symbol.dispose]()
  await registry[Symbol.asyncDispose]()
})

const read = async (topic: string, bytes: Uint8Array): Promise<string> =>
  String((await converter.toConnectData(topic, null, bytes)).value)

async function write(topic: string, schema: Schema, value: unknown): Promise<Buffer> {
  return Buffer.from((await converter.fromConnectData(topic, null, schema, value)) ?? [])
}

test('what Confluent’s serializer writes is read, unions and enums included', async () => {
  const schema = JSON.stringify({
    type: 'record',
    name: 'com.x.All',
    fields: [
      { name: 'big', type: 'long' },
      { name: 'text', type: ['null', 'string'] },
      { name: 'color', type: { type: 'enum', name: 'Color', symbols: ['RED', 'BLUE'] } },
      { name: 'list', type: { type: 'array', items: 'double' } },
      { name: 'map', type: { type: 'map', values: ['int', 'string'] } },
    ],
  })
  const [bytes = Buffer.alloc(0)] = await python.write({
    topic: 'all',
    schema,
    values: [{ big: 7, text: 'Größe 😀', color: 'BLUE', list: [1.5, -2], map: { k: 'v' } }],
  })
  expect(await read('all', bytes)).toBe(
    'Struct{big=7,text=Größe 😀,color=BLUE,list=[1.5, -2.0],map={k=Struct{string=v}}}',
  )
})

test('what we write is read by Confluent’s deserializer', async () => {
  const schema = SchemaBuilder.struct()
    .name('com.x.Order')
    .field('id', INT64_SCHEMA)
    .field('note', OPTIONAL_STRING_SCHEMA)
    .field('at', ConnectTimestamp.SCHEMA)
    .field('tags', SchemaBuilder.map(STRING_SCHEMA, INT64_SCHEMA).build())
    .build()
  const values = [
    new Struct(schema, [1, 'Größe', new Date(0), new Map([['a', 1]])]),
    new Struct(schema, [-9007199254740991, null, new Date(0), new Map()]),
  ]
  const bytes = []
  for (const value of values) bytes.push(await write('orders', schema, value))
  expect(await python.read('orders', bytes)).toMatchObject([
    { at: '1970-01-01 00:00:00+00:00', id: 1, note: 'Größe', tags: { a: 1 } },
    { id: -9007199254740991, note: null, tags: {} },
  ])
})

test('the same schema and value are the same bytes', async () => {
  const schema = SchemaBuilder.struct().name('com.x.Same').field('a', STRING_SCHEMA).build()
  const ours = await write('same', schema, new Struct(schema, ['x']))
  const subject = await fetch(`${registry.url}/subjects/same-value/versions/latest`)
  const { schema: text } = (await subject.json()) as { readonly schema: string }
  const theirs = await python.write({ topic: 'same', schema: text, values: [{ a: 'x' }] })
  expect(theirs).toEqual([ours])
})

test('schemas that refer to others are read, and each version of a schema as what it is', async () => {
  const inner = '{"type":"record","name":"com.x.In","fields":[{"name":"a","type":"int"}]}'
  await python.write({ topic: 'inner', schema: inner, values: [{ a: 1 }] })
  const references = [{ name: 'com.x.In', subject: 'inner-value', version: 1 }]
  const outer = (more: string): string =>
    `{"type":"record","name":"com.x.Out","fields":[{"name":"i","type":"com.x.In"}${more}]}`
  const first = await python.write({
    ...{ topic: 'outer', schema: outer(''), references },
    values: [{ i: { a: 5 } }],
  })
  const second = await python.write({
    ...{ topic: 'outer', references },
    schema: outer(',{"name":"b","type":"string","default":"d"}'),
    values: [{ i: { a: 6 }, b: 'x' }],
  })
  const all = [...first, ...second]
  const found = []
  for (const bytes of all) found.push(await converter.toConnectData('outer', null, bytes))
  expect(found.map(({ value }) => String(value))).toEqual([
    'Struct{i=Struct{a=5}}',
    'Struct{i=Struct{a=6},b=x}',
  ])
  expect(found.map(({ schema }) => schema?.version)).toEqual([1, 2])
})
