import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  ConfigError,
  DataError,
  Headers,
  INT32_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { MaybePromise, Schema, SchemaAndValue } from '../../../src/api/index.ts'
import { ProtobufConverter } from '../../../src/converters/registry/protobuf-converter.ts'
import { FakeRegistry } from '../../support/fake-registry.ts'
import { errorOf } from './support.ts'

const orders = SchemaBuilder.struct()
  .name('com.x.Order')
  .field('a', INT32_SCHEMA)
  .field('b', STRING_SCHEMA)
  .build()
const order = new Struct(orders, [5, 'x'])
const orderText =
  'syntax = "proto3";\npackage com.x;\n\nmessage Order {\n  int32 a = 1;\n  string b = 2;\n}\n'
/** Messages in messages, beside a map and an enum. */
const nestedText =
  'syntax = "proto3"; package n; message A { map<string, B> m = 1; message B { int32 x = 1; message C { int32 y = 1; } } enum E { Z = 0; } message D { int32 z = 1; } } message F { int32 w = 1; }'

let registry: FakeRegistry
const open: ProtobufConverter[] = []

beforeEach(async () => {
  registry = await FakeRegistry.start()
})
afterEach(async () => {
  for (const converter of open.splice(0)) converter.close()
  await registry[Symbol.asyncDispose]()
})

function converterOf(
  config: Readonly<Record<string, string>> = {},
  isKey = false,
): ProtobufConverter {
  const converter = new ProtobufConverter()
  const quick = { 'retries.wait.ms': '1', 'schema.registry.url': registry.url }
  converter.configure({ ...quick, ...config }, isKey)
  open.push(converter)
  return converter
}

const write = (
  converter: ProtobufConverter,
  value: unknown = order,
  schema: Schema | null = orders,
): MaybePromise<Buffer | null> => converter.fromConnectData('t', null, schema, value)
const read = (
  converter: ProtobufConverter,
  bytes: Uint8Array | null,
): MaybePromise<SchemaAndValue> => converter.toConnectData('t', null, bytes)
const bytesOf = (id: number, hex: string): Buffer =>
  Buffer.from(`00${id.toString(16).padStart(8, '0')}${hex}`, 'hex')

describe('the bytes', () => {
  test('of a message are the id, a zero for the first message, and the message', async () => {
    const converter = converterOf()
    const bytes = await write(converter)
    expect(bytes?.toString('hex')).toBe('00000000010008051201' + '78')
    expect(JSON.parse(registry.requests[0]?.body ?? '')).toEqual({
      schema: orderText,
      schemaType: 'PROTOBUF',
    })
    expect(registry.takePaths()).toEqual(['POST /subjects/t-value/versions?normalize=false'])
    expect(write(converter)).toBeInstanceOf(Buffer)
    const found = await read(converter, bytes)
    expect(String(found.value)).toBe('Struct{a=5,b=x}')
    expect(found.schema).toMatchObject({ name: 'Order', version: 1 })
    expect(read(converter, bytes)).toMatchObject({ schema: { name: 'Order' } })
  })

  test('of a primitive are a wrapper, by its index', async () => {
    const converter = converterOf()
    const bytes = await write(converter, 'x', STRING_SCHEMA)
    expect(bytes?.toString('hex')).toBe('00000000' + '01' + '020e' + '0a0178')
    expect(await read(converter, bytes)).toMatchObject({ schema: { type: 'STRING' }, value: 'x' })
  })

  test('null is a tombstone and asks nobody', () => {
    const converter = converterOf()
    for (const schema of [null, STRING_SCHEMA, orders])
      expect(write(converter, null, schema)).toBeNull()
    expect(read(converter, null)).toEqual({ schema: null, value: null })
    expect(registry.takePaths()).toEqual([])
  })

  test('of data without a schema are refused', async () => {
    const error = await errorOf(() => write(converterOf(), { a: 1 }, null))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toContain('without a schema')
  })
})

describe('the message indexes', () => {
  test.each([
    ['00', '0a00', 'A', 'Struct{m={=Struct{x=0}}}'],
    ['0200', '', 'A', 'Struct{m={}}'],
    ['0202', '0807', 'F', 'Struct{w=7}'],
    ['040000', '0807', 'B', 'Struct{x=7}'],
    ['0600 0000', '0807', 'C', 'Struct{y=7}'],
    ['040002', '0807', 'D', 'Struct{z=7}'],
  ])('%s tell which message it is', async (indexes, message, name, text) => {
    const id = registry.add('t-value', nestedText, { schemaType: 'PROTOBUF' })
    const found = await read(converterOf(), bytesOf(id, indexes.replace(' ', '') + message))
    expect(found.schema?.name).toBe(name)
    expect(String(found.value)).toBe(text)
  })

  test.each([
    ['there is no such message', '0204', 'the schema has no message at [2]'],
    ['there is none in it', '040200', 'the schema has no message at [1, 0]'],
    ['one is negative', '0201', 'the schema has no message at [-1]'],
    ['their number is negative', '01', 'there are -1 of them'],
    ['there are too many', 'feffffff0f', 'there are 2147483647 of them'],
    ['they are cut off', '0400', 'the bytes end within them'],
    ['they are missing', '', 'the bytes end within them'],
    ['one does not end', '02ffffffffffff', 'more than five bytes'],
  ])('are refused where %s', async (_what, hex, message) => {
    const id = registry.add('t-value', nestedText, { schemaType: 'PROTOBUF' })
    const error = await errorOf(() => read(converterOf(), bytesOf(id, hex)))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toContain(
      'Failed to deserialize data for topic t to Protobuf: Invalid message indexes',
    )
    expect(error.message).toContain(message)
  })

  test('of one message after another are each its own', async () => {
    const id = registry.add('t-value', nestedText, { schemaType: 'PROTOBUF' })
    const converter = converterOf()
    const names = []
    for (const hex of ['00', '0202', '00', '040002']) {
      names.push((await read(converter, bytesOf(id, hex))).schema?.name)
    }
    expect(names).toEqual(['A', 'F', 'A', 'D'])
  })
})

describe('the subject', () => {
  const config = {
    'value.subject.name.strategy': 'io.confluent.kafka.serializers.subject.RecordNameStrategy',
  }

  test('may be the name of the message, that of the bytes where they are read', async () => {
    await write(converterOf(config))
    expect(registry.takePaths()[0]).toContain('/subjects/com.x.Order/')
    const id = registry.add('n.A.D', nestedText, { schemaType: 'PROTOBUF' })
    const found = await read(converterOf(config), bytesOf(id, '0400020807'))
    expect(found.schema).toMatchObject({ name: 'D', version: 1 })
    expect(registry.takePaths().at(-1)).toContain('/subjects/n.A.D?')
  })
})

describe('a registered schema', () => {
  const lookup = { 'auto.register.schemas': 'false' }
  const latest = { ...lookup, 'use.latest.version': 'true' }

  test('is written with, the message and its fields found by their names', async () => {
    const text =
      'syntax = "proto3"; package other; message First { int32 x = 1; } message Outer { message No {} message Order { string b = 3; int64 a = 4; } }'
    registry.add('t-value', `${text} message Order { string b = 3; int64 a = 4; bool c = 1; }`, {
      schemaType: 'PROTOBUF',
    })
    expect((await write(converterOf(latest)))?.toString('hex')).toBe(
      '0000000001' + '0204' + '1a0178' + '2005',
    )
  })

  test('is counted without the entries of maps where it is normalized, however that is spelt', async () => {
    const text =
      'syntax = "proto3"; package n; message A { message MEntry { option map_entry = true; string key = 1; int32 value = 2; } message D { int32 z = 1; } }'
    registry.add('t-value', text, { schemaType: 'PROTOBUF' })
    const schema = SchemaBuilder.struct().name('n.A.D').field('z', INT32_SCHEMA).build()
    const written = async (normalize: string): Promise<string> => {
      const converter = converterOf({ ...latest, 'normalize.schemas': normalize })
      return (await write(converter, new Struct(schema, [1]), schema))?.toString('hex') ?? ''
    }
    expect(await written('false')).toBe('0000000001' + '040002' + '0801')
    expect(await written('true')).toBe('0000000001' + '040000' + '0801')
    expect(await written('True ')).toBe('0000000001' + '040000' + '0801')
  })

  test('is refused where it cannot take the data', async () => {
    registry.add('t-value', 'syntax = "proto3"; package com.x; message Order { string a = 1; }', {
      schemaType: 'PROTOBUF',
    })
    const error = await errorOf(() => write(converterOf(latest)))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toContain(
      "Incompatible schema of type 'PROTOBUF'. Set latest.compatibility.strict=false",
    )
    expect(error.message).toContain(
      'com.x.Order.a is string, but int32 in the data; there is no com.x.Order.b',
    )
    const loose = await errorOf(() =>
      write(converterOf({ ...latest, 'latest.compatibility.strict': 'false' })),
    )
    expect(loose.message).toContain("Schema{INT32} cannot be written as Protobuf's string")
  })

  test('that is not there is an error that says what to do', async () => {
    const error = await errorOf(() => write(converterOf(lookup)))
    expect(error.message).toBe(
      "Failed to serialize Protobuf data from topic t: Error retrieving Protobuf schema: Subject 't-value' not found.; error code: 40401. Register the schema first, or set auto.register.schemas=true.",
    )
  })

  test('may refer to others', async () => {
    registry.add(
      'money.proto',
      'syntax = "proto3"; package m; message Money { int64 units = 1; }',
      { schemaType: 'PROTOBUF' },
    )
    const references = [{ name: 'm/money.proto', subject: 'money.proto', version: 1 }]
    const text =
      'syntax = "proto3"; package n; import "m/money.proto"; message Price { m.Money money = 1; }'
    const id = registry.add('t-value', text, { schemaType: 'PROTOBUF', references })
    const found = await read(converterOf(), bytesOf(id, '000a020807'))
    expect(String(found.value)).toBe('Struct{money=Struct{units=7}}')
  })

  test('of another kind is refused', async () => {
    const id = registry.add('t-value', '"string"')
    const error = await errorOf(() => read(converterOf(), bytesOf(id, '00')))
    expect(error.message).toContain('of type AVRO, but this converter reads PROTOBUF (Protobuf)')
  })
})

test('the id in a header is followed by the message indexes', async () => {
  const config = {
    'value.schema.id.serializer':
      'io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer',
  }
  const headers = new Headers()
  const bytes = await converterOf(config).fromConnectData('t', headers, STRING_SCHEMA, 'x')
  expect(bytes?.toString('hex')).toBe('0a0178')
  const value = headers.lastWithName('__value_schema_id')?.value as Buffer
  expect(value.toString('hex')).toBe(`01${registry.guidOf(1).replaceAll('-', '')}020e`)
  expect(await converterOf().toConnectData('t', headers, bytes)).toMatchObject({ value: 'x' })
  const guid = registry.guidOf(1).replaceAll('-', '')
  const inline = Buffer.from(`01${guid}020e0a0178`, 'hex')
  expect(await read(converterOf(), inline)).toMatchObject({ value: 'x' })
})

test('files that everybody knows are not registered', () => {
  expect(() => converterOf({ 'skip.known.types': 'false' })).toThrow(ConfigError)
})
