import { describe, expect, test } from 'vitest'
import {
  DataError,
  INT32_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import { ProtobufData, parseProtobufSchema } from '../../../src/converters/protobuf/index.ts'
import { again, decode, encode, rootOf } from './support.ts'
import type { Config } from './support.ts'

describe('what is not set', () => {
  const body =
    'import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto"; message R { int64 a = 1; string b = 2; bool c = 3; bytes d = 4; double e = 5; E f = 6; In g = 7; repeated int32 h = 8; map<string, int32> i = 9; optional int32 j = 10; oneof k { int32 l = 11; } google.protobuf.Timestamp m = 12; google.protobuf.StringValue n = 13; enum E { ZERO = 0; } message In { string s = 1; repeated string t = 2; } }'

  test('is the default of a scalar, an empty list or map, or null', () => {
    const { values } = decode(body, '').value as Struct
    expect(values).toEqual([
      null,
      0,
      '',
      false,
      Buffer.alloc(0),
      0,
      'ZERO',
      null,
      [],
      new Map(),
      null,
      null,
      null,
    ])
  })

  test('of messages are structs of defaults with generate.struct.for.nulls', () => {
    const { values } = decode(body, '', { 'generate.struct.for.nulls': 'true' }).value as Struct
    expect(String(values[7])).toBe('Struct{s=,t=[]}')
    expect(values.slice(10)).toEqual([null, new Date(0), ''])
  })

  test('of proto2 is null, or its default without optional.for.proto2', () => {
    const proto2 =
      'syntax = "proto2"; message R { optional int32 a = 1 [default = -0x10]; optional string b = 2; required int32 c = 3 [default = 7]; optional E d = 4 [default = B]; optional double e = 5 [default = -inf]; optional uint64 f = 6 [default = 18446744073709551615]; optional bytes g = 7 [default = "\\377"]; optional bool h = 8 [default = true]; enum E { A = 0; B = 1; } }'
    const valuesOf = (config: Config): unknown =>
      (decode(proto2, '', config).value as Struct).values
    expect(valuesOf({})).toEqual([null, null, 7, null, null, null, null, null])
    expect(valuesOf({ 'optional.for.proto2': 'false' })).toEqual([
      -16,
      '',
      7,
      'B',
      -Infinity,
      -1,
      Buffer.from([255]),
      true,
    ])
  })

  test('is not written, nor is a default without presence; but one with presence is', () => {
    const schema = SchemaBuilder.struct()
      .name('R')
      .field('a', INT32_SCHEMA)
      .field('b', OPTIONAL_INT32_SCHEMA)
      .field('c', OPTIONAL_STRING_SCHEMA)
      .field('d', SchemaBuilder.array(INT32_SCHEMA).optional().build())
      .field('e', SchemaBuilder.int32().optional().defaultValue(5).build())
      .build()
    const value = new Struct(schema, [0, 0, null, [], null])
    expect(encode(schema, value)).toBe('2805')
    expect(encode(schema, value, { 'ignore.default.for.nullables': 'true' })).toBe('')
    expect(encode(schema, value, { 'optional.for.nullables': 'true' })).toBe('10002805')
    expect(encode(schema, value, { 'wrapper.for.nullables': 'true' })).toBe('12002a020805')
  })
})

describe('a union', () => {
  const union = SchemaBuilder.struct()
    .name('io.confluent.connect.protobuf.Union.u')
    .field('s', OPTIONAL_STRING_SCHEMA)
    .field('n', OPTIONAL_INT32_SCHEMA)
    .optional()
    .build()
  const schema = SchemaBuilder.struct()
    .name('R')
    .field('u_0', union)
    .field('a', INT32_SCHEMA)
    .build()
  const of = (members: unknown[] | null): Struct =>
    new Struct(schema, [members === null ? null : new Struct(union, members), 1])

  test.each<[unknown[] | null, string]>([
    [['x', null], '1201782001'],
    [['', null], '12002001'],
    [[null, 0], '18002001'],
    [null, '2001'],
  ])('of %j has the member that is set, even to its default', (members, hex) => {
    expect(encode(schema, of(members))).toBe(hex)
    const read = again(schema, of(members)).value as Struct
    expect((read.values[0] as Struct | null)?.values).toEqual(members ?? undefined)
  })

  test('of nothing is refused', () => {
    expect(() => encode(schema, of([null, null]))).toThrow('Cannot find non-null field')
  })
})

describe('under a registered schema', () => {
  const schema = SchemaBuilder.struct()
    .name('a.R')
    .field('id', INT32_SCHEMA)
    .field('name', OPTIONAL_STRING_SCHEMA)
    .build()
  const value = new Struct(schema, [5, 'x'])
  const under = (body: string): string => {
    const target = parseProtobufSchema(
      body.includes('syntax') ? body : `syntax = "proto3"; ${body}`,
    )
    return new ProtobufData().encoder(schema, rootOf(target)).encode(value).toString('hex')
  }

  test.each([
    [
      'other numbers and wider types',
      'message R { string name = 7; sint64 id = 3; bool more = 1; }',
      '180a3a0178',
    ],
    [
      'wrappers',
      'import "google/protobuf/wrappers.proto"; message R { google.protobuf.Int64Value id = 1; google.protobuf.StringValue name = 2; }',
      '0a0208051203 0a0178'.replace(' ', ''),
    ],
    ['an enum', 'message R { int32 id = 1; E name = 2; enum E { y = 0; x = 4; } }', '08051004'],
    [
      'members of a oneof',
      'message R { oneof o { int32 id = 1; } string name = 2; }',
      '0805120178',
    ],
    [
      'labels of proto2',
      'syntax = "proto2"; message R { required int32 id = 1; optional string name = 2; }',
      '0805120178',
    ],
  ])('values are written with %s', (_what, body, hex) => {
    expect(under(body)).toBe(hex)
  })

  test.each([
    ['a field is missing', 'message R { int32 id = 1; }', 'Cannot find field with name name'],
    [
      'a type is another',
      'message R { string id = 1; string name = 2; }',
      "Schema{INT32} cannot be written as Protobuf's string",
    ],
    ['one is repeated', 'message R { repeated int32 id = 1; string name = 2; }', 'repeated int32'],
    [
      'something more is required',
      'syntax = "proto2"; message R { required int32 id = 1; optional string name = 2; required bool c = 3; }',
      'requires a field c',
    ],
    [
      'an enum has not the symbol',
      'message R { int32 id = 1; E name = 2; enum E { y = 0; } }',
      'x is no symbol of the enum E',
    ],
  ])('it is refused that %s', (_what, body, message) => {
    expect(() => under(body)).toThrow(message)
    expect(() => under(body)).toThrow(DataError)
  })
})
