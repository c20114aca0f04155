import { describe, expect, test } from 'vitest'
import { DataError, SchemaBuilder, schemaEquals } from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { encodeSchema } from '../../oracle/wire.ts'
import { connectOf } from './support.ts'
import type { Config } from './support.ts'

const name = 'io.confluent.connect.protobuf'
const tagged = (builder: SchemaBuilder, tag = 1): Schema =>
  builder.optional().parameter(`${name}.Tag`, String(tag)).build()
const typed = (builder: SchemaBuilder, type: string): Schema =>
  tagged(builder.parameter(`${name}.Type`, type))

/** The schema of the first field. */
function fieldOf(body: string, config: Config = {}): Schema {
  const [field] = connectOf(body, config).fields ?? []
  if (field === undefined) throw new Error('There is no field.')
  return field.schema
}

function expectSchema(found: Schema, expected: Schema): void {
  expect(encodeSchema(found)).toEqual(encodeSchema(expected))
  expect(schemaEquals(found, expected)).toBe(true)
}

describe('a field', () => {
  test.each<[string, Schema]>([
    ['int32 f = 1;', tagged(SchemaBuilder.int32())],
    ['sint32 f = 1;', typed(SchemaBuilder.int32(), 'sint32')],
    ['sfixed32 f = 1;', typed(SchemaBuilder.int32(), 'sfixed32')],
    ['uint32 f = 1;', typed(SchemaBuilder.int64(), 'uint32')],
    ['fixed32 f = 1;', typed(SchemaBuilder.int64(), 'fixed32')],
    ['int64 f = 1;', tagged(SchemaBuilder.int64())],
    ['uint64 f = 1;', typed(SchemaBuilder.int64(), 'uint64')],
    ['sint64 f = 1;', typed(SchemaBuilder.int64(), 'sint64')],
    ['fixed64 f = 1;', typed(SchemaBuilder.int64(), 'fixed64')],
    ['sfixed64 f = 1;', typed(SchemaBuilder.int64(), 'sfixed64')],
    ['float f = 1;', tagged(SchemaBuilder.float32())],
    ['double f = 1;', tagged(SchemaBuilder.float64())],
    ['bool f = 1;', tagged(SchemaBuilder.bool())],
    ['string f = 1;', tagged(SchemaBuilder.string())],
    ['bytes f = 7;', tagged(SchemaBuilder.bytes(), 7)],
    [
      'repeated int32 f = 1;',
      tagged(SchemaBuilder.array(SchemaBuilder.int32().optional().build())),
    ],
    [
      'int32 f = 1 [(confluent.field_meta) = {params: [{key: "connect.type", value: "int8"}]}];',
      tagged(SchemaBuilder.int8()),
    ],
    [
      'sint32 f = 1 [(confluent.field_meta).params = {key: "connect.type" value: "int16"}];',
      tagged(SchemaBuilder.int16()),
    ],
  ])('%s is read with its number and its type', (field, schema) => {
    expectSchema(fieldOf(`message R { ${field} }`), schema)
  })

  test.each<[string, string, string | null]>([
    [
      'google.protobuf.Timestamp',
      'google/protobuf/timestamp.proto',
      'org.apache.kafka.connect.data.Timestamp',
    ],
    ['google.type.Date', 'google/type/date.proto', 'org.apache.kafka.connect.data.Date'],
    ['google.type.TimeOfDay', 'google/type/timeofday.proto', 'org.apache.kafka.connect.data.Time'],
    [
      'confluent.type.Decimal',
      'confluent/type/decimal.proto',
      'org.apache.kafka.connect.data.Decimal',
    ],
    [
      '.confluent.type.Decimal',
      'confluent/types/decimal.proto',
      'org.apache.kafka.connect.data.Decimal',
    ],
    ['google.type.Money', 'google/type/money.proto', 'Money'],
    ['google.protobuf.Duration', 'google/protobuf/duration.proto', 'Duration'],
    ['google.protobuf.Any', 'google/protobuf/any.proto', 'Any'],
    ['google.type.Color', 'google/type/color.proto', 'Color'],
  ])('of %s is found in %s', (type, file, schemaName) => {
    const schema = fieldOf(`import "${file}"; message R { ${type} f = 1; }`)
    expect(schema.name).toBe(schemaName)
    expect(schema.optional).toBe(true)
  })

  test('of a decimal has the scale and the precision that are noted', () => {
    const schema = fieldOf(
      'import "confluent/type/decimal.proto"; message R { confluent.type.Decimal f = 1 [(confluent.field_meta) = { params: [ { value: "9", key: "precision" }, { value: "2", key: "scale" } ] }]; }',
    )
    expect([...(schema.parameters ?? [])]).toEqual([
      ['scale', '2'],
      ['connect.decimal.precision', '9'],
      [`${name}.Tag`, '1'],
    ])
  })

  test('of an enum is text with the symbols as parameters, or a number with int.for.enums', () => {
    const body = 'package p; message R { enum E { A = 0; B = -3; } E f = 1; }'
    const schema = fieldOf(body)
    expect(schema).toMatchObject({ type: 'STRING', name: 'E', optional: true })
    expect([...(schema.parameters ?? [])]).toEqual([
      [`${name}.Enum`, 'E'],
      [`${name}.Enum.A`, '0'],
      [`${name}.Enum.B`, '-3'],
      [`${name}.Tag`, '1'],
    ])
    expect(fieldOf(body, { 'int.for.enums': 'true' }).type).toBe('INT32')
    expect(fieldOf(body, { 'enhanced.protobuf.schema.support': 'true' }).name).toBe('p.R.E')
    const general = fieldOf(body, { 'generalized.sum.type.support': 'true' })
    expect(general.parameters?.get('org.apache.kafka.connect.data.Enum.B')).toBe('-3')
  })

  test.each([
    ['map<string, int64> my_tags = 1;', 'my_tags'],
    ['map<string, int64> myTags = 1;', 'my_tags'],
    ['message MyEntry { string key = 1; int64 value = 2; } repeated MyEntry f = 1;', 'my'],
  ])('of entries is a map: %s', (field, mapName) => {
    const schema = fieldOf(`message R { ${field} }`)
    expect(schema).toMatchObject({ type: 'MAP', name: mapName, optional: true })
    expectSchema(schema.keySchema ?? schema, tagged(SchemaBuilder.string(), 1))
    expectSchema(schema.valueSchema ?? schema, tagged(SchemaBuilder.int64(), 2))
  })
})

describe('what is optional', () => {
  const body =
    'import "google/protobuf/wrappers.proto"; message R { int32 a = 1; optional int32 b = 2; In c = 3; repeated int32 d = 4; google.protobuf.StringValue e = 5; message In {} }'
  const optionalOf = (config: Config, text = body): string =>
    (connectOf(text, config).fields ?? [])
      .filter((field) => field.schema.optional)
      .map((field) => field.name)
      .join('')

  test.each<[string, Config, string]>([
    ['everything', {}, 'abcde'],
    [
      'what has the label, with optional.for.nullables',
      { 'optional.for.nullables': 'true' },
      'bcde',
    ],
    ['what is a wrapper, with wrapper.for.nullables', { 'wrapper.for.nullables': 'true' }, 'cde'],
  ])('is %s', (_what, config, fields) => {
    expect(optionalOf(config)).toBe(fields)
  })

  test('of proto2 has the label optional', () => {
    const proto2 = 'syntax = "proto2"; message R { optional int32 a = 1; required int32 b = 2; }'
    expect(optionalOf({ 'optional.for.nullables': 'true' }, proto2)).toBe('a')
  })

  test('a wrapper is the primitive in it, unless both keys say otherwise', () => {
    const typeOf = (config: Config): string | undefined =>
      connectOf(body, config).field('e')?.schema.type
    expect(typeOf({})).toBe('STRING')
    expect(typeOf({ 'wrapper.for.raw.primitives': 'false' })).toBe('STRUCT')
    expect(typeOf({ 'wrapper.for.raw.primitives': 'false', 'wrapper.for.nullables': 'true' })).toBe(
      'STRING',
    )
  })
})

describe('a oneof', () => {
  const body =
    'package p; message R { string before = 1; oneof first { string s = 2; int64 n = 3; } oneof second { bool t = 4; } optional int32 last = 5; }'

  test('is a struct of what it may hold, before the other fields', () => {
    const schema = connectOf(body)
    expect(schema.fields?.map((field) => field.name)).toEqual([
      'first_0',
      'second_1',
      'before',
      'last',
    ])
    const union = schema.field('first_0')?.schema
    expect(union).toMatchObject({
      type: 'STRUCT',
      name: `${name}.Union.first`,
      optional: true,
      parameters: null,
    })
    expect(union?.fields?.map((field) => field.name)).toEqual(['s', 'n'])
    expectSchema(union?.field('n')?.schema ?? schema, tagged(SchemaBuilder.int64(), 3))
  })

  test.each<[Config, string[], string | null | undefined]>([
    [
      { 'generate.index.for.unions': 'false' },
      ['first', 'second', 'before', 'last'],
      `${name}.Union.first`,
    ],
    [
      { 'enhanced.protobuf.schema.support': 'true' },
      ['first_0', 'second_1', 'before', 'last'],
      `${name}.Union.p.R.first`,
    ],
    [
      { 'generalized.sum.type.support': 'true' },
      ['first_0', 'second_1', 'before', 'last'],
      'first',
    ],
    [{ 'flatten.unions': 'true' }, ['s', 'n', 't', 'before', 'last'], null],
  ])('is another with %j', (config, fields, unionName) => {
    const schema = connectOf(body, config)
    expect(schema.fields?.map((field) => field.name)).toEqual(fields)
    expect(schema.fields?.[0]?.schema.name).toBe(unionName)
  })
})

describe('a message', () => {
  test('is called by its short name, or by its full one', () => {
    const body = 'package a.b; message R { In i = 1; message In { string s = 1; } }'
    expect(connectOf(body).name).toBe('R')
    expect(connectOf(body).field('i')?.schema.name).toBe('In')
    const enhanced = connectOf(body, { 'enhanced.protobuf.schema.support': 'true' })
    expect(enhanced.name).toBe('a.b.R')
    expect(enhanced.field('i')?.schema.name).toBe('a.b.R.In')
  })

  test('that is used twice differs in its number alone', () => {
    const schema = connectOf(
      'message R { In i = 1; In j = 2; repeated In k = 3; } message In { string s = 1; }',
    )
    expect(schema.field('j')?.schema.field('s')?.schema).toBe(
      schema.field('i')?.schema.field('s')?.schema,
    )
    expect(schema.field('k')?.schema.valueSchema?.name).toBe('In')
  })

  test.each([
    'message R { R r = 1; }',
    'message R { In i = 1; } message In { repeated R r = 1; }',
    'import "google/protobuf/struct.proto"; message R { google.protobuf.Struct s = 1; }',
  ])('that contains itself is refused: %s', (body) => {
    expect(() => connectOf(body)).toThrow(/contains itself/)
    expect(() => connectOf(body)).toThrow(DataError)
  })

  test('of others within others without end is refused', () => {
    const chain = Array.from({ length: 20_000 }, (_, n) => `message M${n} { M${n + 1} a = 1; }`)
    expect(() => connectOf(`${chain.join(' ')} message M20000 {}`)).toThrow(/nest more than/)
  })

  test('of very many uses of others is read at once', () => {
    const chain = Array.from(
      { length: 40 },
      (_, n) => `message M${n} { M${n + 1} a = 1; M${n + 1} b = 2; }`,
    )
    expect(connectOf(`${chain.join(' ')} message M40 { int32 x = 1; }`).fields).toHaveLength(2)
  })
})
