import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTimestamp,
  Decimal,
  INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../src/api/index.ts'
import { ProtobufConverter } from '../../src/converters/registry/protobuf-converter.ts'
import { startApicurio } from '../services/registry/apicurio.ts'
import type { RunningApicurio } from '../services/registry/apicurio.ts'
import { ConfluentPython } from '../services/registry/confluent-python.ts'

let registry: RunningApicurio
let python: ConfluentPython
let converter: ProtobufConverter

beforeAll(async () => {
  registry = await startApicurio()
  python = await ConfluentPython.start(registry.url)
  converter = new ProtobufConverter()
  converter.configure({ 'schema.registry.url': registry.url }, false)
}, 300_000)
afterAll(async () => {
  converter.close()
  python[Symbol.dispose]()
  await registry[Symbol.asyncDispose]()
})

const read = async (topic: string, bytes: Uint8Array): Promise<string> => {
  const { schema, value } = await converter.toConnectData(topic, null, bytes)
  return `${schema?.name ?? ''} ${String(value)}`
}

/** With all that has a form of its own. Its serializer registers it as a descriptor. */
const files = {
  'all.proto': `syntax = "proto3"; package com.x;
    import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto";
    import "google/type/date.proto"; import "google/type/timeofday.proto";
    message All {
      int64 big = 1; uint32 u = 2; sint64 s = 3; fixed64 f = 4; double d = 5; bool b = 6; bytes raw = 7;
      repeated sint32 list = 8; map<string, Line> lines = 9; oneof choice { string text = 10; int64 number = 11; }
      optional int32 maybe = 12; Color color = 13; google.protobuf.Timestamp at = 14; google.type.Date day = 15;
      google.type.TimeOfDay time = 16; google.protobuf.StringValue wrapped = 17;
      message Line { string sku = 1; repeated double prices = 2; }
    }
    enum Color { RED = 0; BLUE = 5; }
    message Second { string t = 1; }`,
}

test('what Confluent’s serializer writes is read, with a descriptor for its schema', async () => {
  const values = [
    {
      ...{ big: '9007199254740993', u: 4294967295, s: '-3', f: '5', d: -1.5, b: true, raw: 'AQI=' },
      ...{ list: [-1, 2], lines: { k: { sku: 'Größe 😀', prices: [0.5] } }, number: '7' },
      ...{ color: 'BLUE', at: '2024-01-02T03:04:05.678Z', day: { year: 2024, month: 2, day: 29 } },
      ...{ time: { hours: 23, minutes: 59 }, wrapped: 'w' },
    },
    {},
  ]
  const bytes = await python.writeProtobuf({ topic: 'all', files, message: 'com.x.All', values })
  const found = []
  for (const each of bytes) found.push(await read('all', each))
  expect(found[0]?.replace(/\[B@\w+/, '[B')).toBe(
    'All Struct{choice_0=Struct{number=7},big=9007199254740993,u=4294967295,s=-3,f=5,d=-1.5,b=true,raw=[B,list=[-1, 2],' +
      'lines={k=Struct{sku=Größe 😀,prices=[0.5]}},color=BLUE,at=Tue Jan 02 03:04:05 UTC 2024,' +
      'day=Thu Feb 29 00:00:00 UTC 2024,time=Thu Jan 01 23:59:00 UTC 1970,wrapped=w}',
  )
  expect(found[1]?.replace(/\[B@\w+/, '[B')).toBe(
    'All Struct{big=0,u=0,s=0,f=0,d=0.0,b=false,raw=[B,list=[],lines={},color=RED}',
  )
})

test.each([
  ['com.x.Second', [{ t: 'x' }], 'Second Struct{t=x}'],
  ['com.x.All.Line', [{ sku: 'y' }], 'Line Struct{sku=y,prices=[]}'],
])('the message %s of the file is told by its indexes', async (message, values, text) => {
  const [bytes = Buffer.alloc(0)] = await python.writeProtobuf({
    topic: 'all',
    files,
    message,
    values,
  })
  expect(await read('all', bytes)).toBe(text)
})

test('what we write is read by Confluent’s deserializer', async () => {
  const line = SchemaBuilder.struct().name('Line').field('sku', STRING_SCHEMA).build()
  const schema = SchemaBuilder.struct()
    .name('com.x.Order')
    .field('id', INT64_SCHEMA)
    .field('note', OPTIONAL_STRING_SCHEMA)
    .field('at', ConnectTimestamp.SCHEMA)
    .field('day', ConnectDate.SCHEMA)
    .field('price', Decimal.schema(2))
    .field('lines', SchemaBuilder.array(line).build())
    .field('tags', SchemaBuilder.map(STRING_SCHEMA, INT64_SCHEMA).name('tags').build())
    .build()
  const values = [
    [
      -9007199254740991,
      'Größe',
      new Date(5),
      new Date(0),
      new Decimal(156n, 2),
      [new Struct(line, ['x'])],
      new Map([['a', 1]]),
    ],
    [0, null, new Date(0), new Date(86_400_000), new Decimal(-1n, 2), [], new Map()],
  ].map((members) => new Struct(schema, members))
  const bytes = []
  for (const value of values) {
    bytes.push(Buffer.from((await converter.fromConnectData('orders', null, schema, value)) ?? []))
  }
  const subject = await fetch(`${registry.url}/subjects/orders-value/versions/latest`)
  const { schema: text } = (await subject.json()) as { readonly schema: string }
  const decimal =
    'syntax = "proto3"; package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }'
  const meta = text.replaceAll(/ \[\(confluent\.field_meta\) = \{[^[]*\[[^\]]*\]\s*\}\]/g, '')
  const found = await python.readProtobuf({
    ...{ topic: 'orders', message: 'com.x.Order', values: bytes },
    files: { 'order.proto': meta, 'confluent/type/decimal.proto': decimal },
  })
  expect(found).toEqual([
    {
      ...{ id: '-9007199254740991', note: 'Größe', at: '1970-01-01T00:00:00.005Z' },
      ...{
        day: { year: 1970, month: 1, day: 1 },
        price: { value: 'AJw=', precision: 3, scale: 2 },
      },
      ...{ lines: [{ sku: 'x' }], tags: [{ key: 'a', value: '1' }] },
    },
    {
      ...{ at: '1970-01-01T00:00:00Z', day: { year: 1970, month: 1, day: 2 } },
      price: { value: '/w==', precision: 1, scale: 2 },
    },
  ])
})
