import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BOOLEAN_SCHEMA,
  ConnectTimestamp,
  Decimal,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { JsonSchemaConverter } from '../../src/converters/registry/json-schema-converter.ts'
import { startApicurio } from '../services/registry/apicurio.ts'
import type { RunningApicurio } from '../services/registry/apicurio.ts'
import { ConfluentPython } from '../services/registry/confluent-python.ts'

const kind = 'JSON'
let registry: RunningApicurio
let python: ConfluentPython
let converter: JsonSchemaConverter

beforeAll(async () => {
  registry = await startApicurio()
  python = await ConfluentPython.start(registry.url)
  converter = new JsonSchemaConverter()
  const settings = { 'schema.registry.url': registry.url, 'json.fail.invalid.schema': 'true' }
  converter.configure(settings, false)
}, 300_000)
afterAll(async () => {
  converter.close()
  python[Symbol.dispose]()
  await registry[Symbol.asyncDispose]()
})

async function write(topic: string, schema: Schema, value: unknown): Promise<Buffer> {
  return Buffer.from((await converter.fromConnectData(topic, null, schema, value)) ?? [])
}

test.each([
  ['http://json-schema.org/draft-07/schema#', 'definitions'],
  ['https://json-schema.org/draft/2020-12/schema', '$defs'],
])('what Confluent’s serializer writes under %s is read', async ($schema, bucket) => {
  const schema = JSON.stringify({
    $schema,
    title: 'All',
    type: 'object',
    [bucket]: { line: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
    properties: {
      big: { type: 'integer' },
      text: { type: ['null', 'string'] },
      color: { type: 'string', enum: ['RED', 'BLUE'] },
      list: { type: 'array', items: { type: 'number' } },
      lines: { type: 'array', items: { $ref: `#/${bucket}/line` } },
      either: { oneOf: [{ type: 'integer' }, { $ref: `#/${bucket}/line` }] },
      at: { type: 'string', format: 'date-time' },
    },
    required: ['big'],
  })
  const topic = `all-${bucket.replace('$', '')}`
  const values = [
    {
      ...{ big: 9007199254740991, text: 'Größe 😀', color: 'BLUE', list: [1.5, -2] },
      ...{ lines: [{ n: 1 }, { n: 2 }], either: { n: 3 }, at: '2024-02-29T12:30:00Z' },
    },
    { big: 1, text: null, either: 5 },
  ]
  const bytes = await python.write({ topic, schema, kind, values })
  const found = []
  for (const each of bytes) found.push((await converter.toConnectData(topic, null, each)).value)
  expect(found.map(String)).toEqual([
    'Struct{big=9007199254740991,text=Größe 😀,color=BLUE,list=[1.5, -2.0],lines=[Struct{n=1}, Struct{n=2}],either=Struct{io.confluent.connect.json.OneOf.field.1=Struct{n=3}},at=2024-02-29T12:30:00Z}',
    'Struct{big=1,either=Struct{io.confluent.connect.json.OneOf.field.0=5}}',
  ])
})

test('what we write is read by Confluent’s deserializer, which holds it against our schema', async () => {
  const choice = SchemaBuilder.struct()
    .name('io.confluent.connect.json.OneOf')
    .optional()
    .field('io.confluent.connect.json.OneOf.field.0', SchemaBuilder.int32().optional().build())
    .field('io.confluent.connect.json.OneOf.field.1', OPTIONAL_STRING_SCHEMA)
    .build()
  const schema = SchemaBuilder.struct()
    .name('com.x.Order')
    .field('id', INT64_SCHEMA)
    .field('note', OPTIONAL_STRING_SCHEMA)
    .field('at', ConnectTimestamp.SCHEMA)
    .field('tags', SchemaBuilder.map(STRING_SCHEMA, INT64_SCHEMA).build())
    .field('pairs', SchemaBuilder.map(INT32_SCHEMA, BOOLEAN_SCHEMA).build())
    .field('price', Decimal.schema(2))
    .field('weight', FLOAT64_SCHEMA)
    .field('choice', choice)
    .build()
  const of = (at: number, value: unknown): Struct =>
    new Struct(choice, at === 0 ? [value, null] : [null, value])
  const values = [
    new Struct(schema, [
      1,
      'Größe',
      new Date(5),
      new Map([['a', 1]]),
      new Map([[1, true]]),
      new Decimal(156n, 2),
      2,
      of(0, 7),
    ]),
    new Struct(schema, [
      -9007199254740991,
      null,
      new Date(0),
      new Map(),
      new Map(),
      new Decimal(-1n, 2),
      0.5,
      of(1, 'x'),
    ]),
    new Struct(schema, [0, null, new Date(0), new Map(), new Map(), new Decimal(0n, 2), 0, null]),
  ]
  const bytes = []
  for (const value of values) bytes.push(await write('orders-json', schema, value))
  expect(await python.read('orders-json', bytes, kind)).toEqual([
    {
      id: 1,
      note: 'Größe',
      at: 5,
      tags: { a: 1 },
      pairs: [{ key: 1, value: true }],
      price: 'AJw=',
      weight: 2,
      choice: 7,
    },
    {
      id: -9007199254740991,
      note: null,
      at: 0,
      tags: {},
      pairs: [],
      price: '/w==',
      weight: 0.5,
      choice: 'x',
    },
    { id: 0, note: null, at: 0, tags: {}, pairs: [], price: 'AA==', weight: 0, choice: null },
  ])
})

test('the same schema has one id, and a value is the same document', async () => {
  const schema = SchemaBuilder.struct().name('com.x.Same').field('a', STRING_SCHEMA).build()
  const ours = await write('same-json', schema, new Struct(schema, ['x']))
  const answer = await fetch(`${registry.url}/subjects/same-json-value/versions/latest`)
  const { schema: text } = (await answer.json()) as { readonly schema: string }
  const [theirs = Buffer.alloc(0)] = await python.write({
    topic: 'same-json',
    schema: text,
    kind,
    values: [{ a: 'x' }],
  })
  expect(theirs.subarray(0, 5)).toEqual(ours.subarray(0, 5))
  expect(JSON.parse(theirs.subarray(5).toString())).toEqual(JSON.parse(ours.subarray(5).toString()))
})

test('schemas that refer to others are read, and each version as what it is', async () => {
  const inner = '{"title":"In","type":"object","properties":{"a":{"type":"integer"}}}'
  await python.write({ topic: 'inner-json', schema: inner, kind, values: [{ a: 1 }] })
  const references = [{ name: 'in.json', subject: 'inner-json-value', version: 1 }]
  const outer = (more: string): string =>
    `{"title":"Out","type":"object","properties":{"i":{"$ref":"in.json"}${more}},"additionalProperties":false}`
  const common = { topic: 'outer-json', kind, references } as const
  const first = await python.write({ ...common, schema: outer(''), values: [{ i: { a: 5 } }] })
  const second = await python.write({
    ...{ ...common, schema: outer(',"b":{"type":"string"}') },
    values: [{ i: { a: 6 }, b: 'x' }],
  })
  const found = []
  for (const bytes of [...first, ...second]) {
    found.push(await converter.toConnectData('outer-json', null, bytes))
  }
  expect(found.map(({ value }) => String(value))).toEqual([
    'Struct{i=Struct{a=5}}',
    'Struct{i=Struct{a=6},b=x}',
  ])
  expect(found.map(({ schema }) => schema?.version)).toEqual([1, 2])
})
