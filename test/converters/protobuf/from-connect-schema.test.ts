import { describe, expect, test } from 'vitest'
import {
  BYTES_SCHEMA,
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  BOOLEAN_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { ProtobufData } from '../../../src/converters/protobuf/index.ts'
import { textOf } from './support.ts'
import type { Config } from './support.ts'

const struct = (name: string | null, fields: Readonly<Record<string, Schema>>): Schema => {
  const builder = SchemaBuilder.struct()
  if (name !== null) builder.name(name)
  for (const [field, schema] of Object.entries(fields)) builder.field(field, schema)
  return builder.build()
}
const withType = (builder: SchemaBuilder, type: string): Schema =>
  builder.parameter('io.confluent.connect.protobuf.Type', type).build()
const withTag = (builder: SchemaBuilder, tag: number): Schema =>
  builder.parameter('io.confluent.connect.protobuf.Tag', String(tag)).build()

/** The line of a field `f`. */
function lineOf(schema: Schema, config: Config = {}): string {
  const lines = textOf(struct('R', { f: schema }), config).split('\n')
  return lines.find((line) => line.includes(' f = '))?.trim() ?? lines.join('\n')
}

describe('a field', () => {
  test.each<[string, Schema]>([
    ['int32 f = 1 [(confluent.field_meta) = {', INT8_SCHEMA],
    ['int32 f = 1 [(confluent.field_meta) = {', INT16_SCHEMA],
    ['int32 f = 1;', INT32_SCHEMA],
    ['int32 f = 1;', OPTIONAL_INT32_SCHEMA],
    ['int64 f = 1;', INT64_SCHEMA],
    ['float f = 1;', FLOAT32_SCHEMA],
    ['double f = 1;', FLOAT64_SCHEMA],
    ['bool f = 1;', BOOLEAN_SCHEMA],
    ['string f = 1;', STRING_SCHEMA],
    ['bytes f = 1;', BYTES_SCHEMA],
    ['sint32 f = 1;', withType(SchemaBuilder.int32(), 'sint32')],
    ['sfixed32 f = 1;', withType(SchemaBuilder.int32(), 'sfixed32')],
    ['uint32 f = 1;', withType(SchemaBuilder.int64(), 'uint32')],
    ['fixed32 f = 1;', withType(SchemaBuilder.int64(), 'fixed32')],
    ['uint64 f = 1;', withType(SchemaBuilder.int64(), 'uint64')],
    ['sint64 f = 1;', withType(SchemaBuilder.int64(), 'sint64')],
    ['fixed64 f = 1;', withType(SchemaBuilder.int64(), 'fixed64')],
    ['sfixed64 f = 1;', withType(SchemaBuilder.int64(), 'sfixed64')],
    ['int32 f = 7;', withTag(SchemaBuilder.int32(), 7)],
    ['google.type.Date f = 1;', ConnectDate.SCHEMA],
    ['google.type.TimeOfDay f = 1;', ConnectTime.SCHEMA],
    ['google.protobuf.Timestamp f = 1;', ConnectTimestamp.SCHEMA],
    ['confluent.type.Decimal f = 1 [(confluent.field_meta) = {', Decimal.schema(2)],
    ['repeated string f = 1;', SchemaBuilder.array(STRING_SCHEMA).build()],
    ['repeated In f = 1;', SchemaBuilder.array(struct('a.In', {})).build()],
    [
      'repeated myMapEntry f = 1;',
      SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).name('myMap').build(),
    ],
    [
      'repeated MyMapEntry f = 1;',
      SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).name('my_map').build(),
    ],
    [
      'repeated ConnectDefault1Entry f = 1;',
      SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build(),
    ],
    ['In f = 1;', struct('a.b.In', {})],
    ['fMessage f = 1;', struct('f', {})],
  ])('is written as %s', (line, schema) => {
    expect(lineOf(schema)).toBe(line)
  })

  test.each<[string, Schema]>([
    ['google.protobuf.Int32Value f = 1;', OPTIONAL_INT32_SCHEMA],
    ['google.protobuf.StringValue f = 1;', OPTIONAL_STRING_SCHEMA],
    ['google.protobuf.UInt64Value f = 1;', withType(SchemaBuilder.int64().optional(), 'uint64')],
    ['google.protobuf.UInt32Value f = 1;', withType(SchemaBuilder.int64().optional(), 'fixed32')],
    ['string f = 1;', STRING_SCHEMA],
  ])('is %s with wrapper.for.nullables', (line, schema) => {
    expect(lineOf(schema, { 'wrapper.for.nullables': 'true' })).toBe(line)
  })

  test.each<[string, Schema]>([
    ['optional int32 f = 1;', OPTIONAL_INT32_SCHEMA],
    ['int32 f = 1;', INT32_SCHEMA],
    ['optional In f = 1;', SchemaBuilder.struct().name('In').optional().build()],
    ['repeated string f = 1;', SchemaBuilder.array(STRING_SCHEMA).optional().build()],
  ])('is %s with optional.for.nullables', (line, schema) => {
    expect(lineOf(schema, { 'optional.for.nullables': 'true' })).toBe(line)
  })

  test('without a number gets the next that was not given out', () => {
    const text = textOf(
      struct('R', { a: INT32_SCHEMA, b: withTag(SchemaBuilder.int32(), 9), c: INT32_SCHEMA }),
    )
    expect(text).toContain('int32 a = 1;\n  int32 b = 9;\n  int32 c = 2;\n')
  })
})

describe('a schema', () => {
  test('without names has those that Java counts', () => {
    const text = textOf(
      struct(null, {
        k: struct(null, { a: SchemaBuilder.array(STRING_SCHEMA).build() }),
        m: SchemaBuilder.map(
          STRING_SCHEMA,
          SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build(),
        ).build(),
        s: struct(null, {}),
      }),
    )
    expect(text.match(/(message|repeated) \w+/g)).toEqual([
      'message ConnectDefault1',
      'repeated ConnectDefault3Entry',
      'message ConnectDefault2',
      'repeated string',
      'message ConnectDefault3Entry',
      'repeated ConnectDefault4Entry',
      'message ConnectDefault4Entry',
      'message ConnectDefault5',
    ])
  })

  test.each<[Schema, string]>([
    [INT8_SCHEMA, 'google.protobuf.Int32Value'],
    [INT32_SCHEMA, 'google.protobuf.Int32Value'],
    [INT64_SCHEMA, 'google.protobuf.Int64Value'],
    [FLOAT32_SCHEMA, 'google.protobuf.FloatValue'],
    [FLOAT64_SCHEMA, 'google.protobuf.DoubleValue'],
    [BOOLEAN_SCHEMA, 'google.protobuf.BoolValue'],
    [STRING_SCHEMA, 'google.protobuf.StringValue'],
    [BYTES_SCHEMA, 'google.protobuf.BytesValue'],
  ])('%s alone is a wrapper', (schema, name) => {
    const proto = new ProtobufData().fromConnectSchema(schema)
    expect(proto.root?.fullName).toBe(name)
    expect(proto.text).toContain('option java_package = "com.google.protobuf";')
  })

  test.each<[string, Schema, string]>([
    [
      'an array alone',
      SchemaBuilder.array(STRING_SCHEMA).build(),
      'Unsupported root schema of type ARRAY',
    ],
    [
      'a map alone',
      SchemaBuilder.map(STRING_SCHEMA, STRING_SCHEMA).build(),
      'Unsupported root schema of type MAP',
    ],
    ['a timestamp alone', ConnectTimestamp.SCHEMA, 'alone cannot be written'],
    [
      'an array of arrays',
      struct('R', { a: SchemaBuilder.array(SchemaBuilder.array(STRING_SCHEMA).build()).build() }),
      'Array cannot be nested',
    ],
    [
      'an array of maps',
      struct('R', {
        a: SchemaBuilder.array(SchemaBuilder.map(STRING_SCHEMA, STRING_SCHEMA).build()).build(),
      }),
      'holds maps',
    ],
    [
      'a name with a hyphen',
      struct('a-b.R', { a: STRING_SCHEMA }),
      '"a-b" is not a valid identifier',
    ],
    [
      'a field that begins with a digit',
      struct('R', { '1a': STRING_SCHEMA }),
      'scrub.invalid.names=true',
    ],
    [
      'an unknown type',
      struct('R', { a: withType(SchemaBuilder.int32(), 'string') }),
      'expected int32, sint32',
    ],
    [
      'a number that is none',
      struct('R', { a: withTag(SchemaBuilder.int32(), 0) }),
      'begin with 1',
    ],
  ])('of %s is refused', (_what, schema, message) => {
    expect(() => textOf(schema)).toThrow(message)
    expect(() => textOf(schema)).toThrow(DataError)
  })

  test('has names that Protobuf allows with scrub.invalid.names', () => {
    const schema = struct('my-org.My Order', {
      'a-b': STRING_SCHEMA,
      _c: STRING_SCHEMA,
      '1d': STRING_SCHEMA,
    })
    const text = textOf(schema, { 'scrub.invalid.names': 'true' })
    expect(text).toContain('package my_org;')
    expect(text).toContain(
      'message My_Order {\n  string a_b = 1;\n  string x_c = 2;\n  string x1d = 3;\n',
    )
  })

  test('does not let a parameter end its text', () => {
    const decimal = Decimal.builder(2)
      .parameter('connect.decimal.precision', '1"\n}]; int32 evil = 9 [(x) = {')
      .build()
    expect(
      new ProtobufData().fromConnectSchema(struct('R', { d: decimal })).root?.fields,
    ).toHaveLength(1)
  })
})
