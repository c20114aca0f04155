import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { again, decode, encode } from './support.ts'
import type { Config } from './support.ts'

const typed = (type: string): Schema =>
  (/^s?(int32|fixed32)$/.test(type) && type !== 'fixed32'
    ? SchemaBuilder.int32()
    : SchemaBuilder.int64()
  )
    .parameter('io.confluent.connect.protobuf.Type', type)
    .build()
const oneField = (schema: Schema): Schema =>
  SchemaBuilder.struct().name('R').field('f', schema).build()

/** The value of the first field. */
function valueOf(field: string, hex: string, config: Config = {}): unknown {
  const { value } = decode(`message R { ${field} }`, hex, config)
  return (value as Struct).values[0]
}

describe('a number', () => {
  const big = 2n ** 53n + 1n
  test.each<[string, number | bigint, string]>([
    ['int32', 1, '0801'],
    ['int32', 300, '08ac02'],
    ['int32', -1, '08ffffffffffffffffff01'],
    ['int32', -(2 ** 31), '0880808080f8ffffffff01'],
    ['sint32', -1, '0801'],
    ['sint32', 2 ** 31 - 1, '08feffffff0f'],
    ['sint32', -(2 ** 31), '08ffffffff0f'],
    ['sfixed32', -2, '0dfeffffff'],
    ['uint32', 2 ** 32 - 1, '08ffffffff0f'],
    ['fixed32', 2 ** 32 - 2, '0dfeffffff'],
    ['int64', 2 ** 32, '088080808010'],
    ['int64', Number.MAX_SAFE_INTEGER, '08ffffffffffffff0f'],
    ['int64', -Number.MAX_SAFE_INTEGER, '0881808080808080f0ff01'],
    ['int64', big, '088180808080808010'],
    ['int64', -(2n ** 53n), '0880808080808080f0ff01'],
    ['int64', -(2n ** 63n), '0880808080808080808001'],
    ['int64', 2n ** 63n - 1n, '08ffffffffffffffff7f'],
    ['sint64', -1, '0801'],
    ['sint64', 2n ** 63n - 1n, '08feffffffffffffffff01'],
    ['sint64', -(2n ** 63n), '08ffffffffffffffffff01'],
    ['sint64', -(2 ** 40), '08ffffffffff3f'],
    ['sfixed64', -2, '09feffffffffffffff'],
    ['fixed64', big, '090100000000002000'],
    ['uint64', 2 ** 33, '088080808020'],
    // Beyond 2^63 negative, as in Java: the schema says what it is.
    ['uint64', -1, '08ffffffffffffffffff01'],
    ['fixed64', -1, '09ffffffffffffffff'],
  ])('of %s: %s is written and read as %s', (type, value, hex) => {
    const schema = oneField(typed(type))
    expect(encode(schema, new Struct(schema, [value]))).toBe(hex)
    expect(valueOf(`${type} f = 1;`, hex)).toBe(value)
  })

  test.each<[Schema, unknown, string]>([
    [typed('uint32'), -1, 'Invalid value -1 for uint32'],
    [typed('uint32'), 2 ** 32, 'Invalid value 4294967296 for uint32'],
    [INT8_SCHEMA, 128, 'Invalid type for INT8: 128, which is beyond it'],
    [INT32_SCHEMA, 'x', 'Invalid type for INT32: class java.lang.String'],
    [INT64_SCHEMA, 2n ** 63n, 'Invalid type for INT64'],
    [FLOAT32_SCHEMA, 1e300, 'Invalid type for FLOAT32'],
    [STRING_SCHEMA, 5, 'Invalid type for STRING: class java.lang.Long'],
    [STRING_SCHEMA, '\ud800', 'surrogate'],
    [STRING_SCHEMA, null, 'Invalid value: null used for required field: "f", schema type: STRING'],
    [SchemaBuilder.array(OPTIONAL_STRING_SCHEMA).build(), [null], 'no null within a list'],
    [
      ConnectTimestamp.SCHEMA,
      5,
      'Invalid type for Timestamp, expected Date but was class java.lang.Long',
    ],
    [ConnectDate.SCHEMA, new Date(1), 'should not have any time fields'],
    [ConnectDate.SCHEMA, new Date(-720_000 * 86_400_000), 'before the year 1'],
    [ConnectTime.SCHEMA, new Date(86_400_000), 'less than 86400000'],
    [ConnectTimestamp.SCHEMA, new Date(8e15), 'years 1 to 9999'],
  ])('of %s: what does not fit is refused', (schema, value, message) => {
    const own = oneField(schema)
    const write = (): unknown => encode(own, new Struct(own, [value]))
    expect(write).toThrow(message)
    expect(write).toThrow(DataError)
  })

  test.each([
    ['1.5', 1.5, '0d0000c03f'],
    ['NaN', NaN, '0d0000c07f'],
    ['-0', -0, '0d00000080'],
  ])('of a float keeps %s', (_what, value, hex) => {
    const schema = oneField(FLOAT32_SCHEMA)
    expect(encode(schema, new Struct(schema, [value]))).toBe(hex)
    expect(valueOf('float f = 1;', hex)).toBe(value)
  })

  test('that an INT8 cannot hold is refused', () => {
    const field =
      'int32 f = 1 [(confluent.field_meta).params = {key: "connect.type", value: "int8"}];'
    expect(valueOf(field, '087f')).toBe(127)
    expect(() => valueOf(field, '088001')).toThrow('Invalid value 128 for INT8')
  })
})

describe('a message', () => {
  test('has its fields in the order of their numbers, lists packed', () => {
    const tag = (number: number): SchemaBuilder =>
      SchemaBuilder.int32().parameter('io.confluent.connect.protobuf.Tag', String(number))
    const schema = SchemaBuilder.struct()
      .name('R')
      .field('z', tag(9).build())
      .field('list', SchemaBuilder.array(INT32_SCHEMA).build())
      .field('texts', SchemaBuilder.array(STRING_SCHEMA).build())
      .field('map', SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build())
      .build()
    const value = new Struct(schema, [7, [1, 300], ['x', ''], new Map([['k', 0]])])
    expect(encode(schema, value)).toBe('0a0301ac02' + '120178' + '1200' + '1a030a016b' + '4807')
  })

  test('that is long keeps its length before it', () => {
    const inner = SchemaBuilder.struct().name('In').field('t', STRING_SCHEMA).build()
    const schema = SchemaBuilder.struct()
      .name('R')
      .field('i', inner)
      .field('n', INT32_SCHEMA)
      .build()
    for (const size of [0, 1, 124, 125, 126, 127, 128, 129, 16_380, 16_384, 70_000, 2_100_000]) {
      const value = new Struct(schema, [new Struct(inner, ['a'.repeat(size)]), 5])
      expect((again(schema, value).value as Struct).values[1]).toBe(5)
      expect(String((again(schema, value).value as Struct).values[0])).toBe(
        `Struct{t=${'a'.repeat(size)}}`,
      )
    }
  })

  test.each([
    ['packed', 'repeated int32 f = 1;', '0a0301ac02', [1, 300]],
    ['each alone', 'repeated int32 f = 1;', '080108ac02', [1, 300]],
    ['both', 'repeated int32 f = 1 [packed = false];', '08010a02020308 04', [1, 2, 3, 4]],
    ['of fixed size', 'repeated fixed32 f = 1;', '0a080100000002000000', [1, 2]],
    ['texts', 'repeated string f = 1;', '0a01780a00', ['x', '']],
  ])('may have lists %s', (_what, field, hex, list) => {
    expect(valueOf(field, hex)).toEqual(list)
  })

  test('has what comes last, and messages that come in parts as a whole', () => {
    const body =
      'message R { int32 a = 1; In i = 2; oneof o { In x = 3; In y = 4; } message In { int32 b = 1; int32 c = 2; } }'
    expect(String(decode(body, '0801 0802 12020801 12021002').value)).toBe(
      'Struct{a=2,i=Struct{b=1,c=2}}',
    )
    expect(String(decode(body, '1a020801 1a021002').value)).toBe(
      'Struct{o_0=Struct{x=Struct{b=1,c=2}},a=0}',
    )
    expect(String(decode(body, '1a020801 22021002').value)).toBe(
      'Struct{o_0=Struct{y=Struct{b=0,c=2}},a=0}',
    )
    expect(String(decode(body, '1a020801 22021002', { 'flatten.unions': 'true' }).value)).toBe(
      'Struct{y=Struct{b=0,c=2},a=0}',
    )
  })

  test('may have fields that its schema has not, groups within groups included', () => {
    const unknown = '10ac02' + '190102030405060708' + '2203787878' + '2b30013b3c2c' + '3501020304'
    expect(String(decode('message R { int32 a = 1; }', `${unknown}0805${unknown}`).value)).toBe(
      'Struct{a=5}',
    )
    // And fields that it has, in another form.
    expect(
      String(
        decode(
          'message R { int32 a = 1; In i = 2; map<int32, int32> m = 3; string s = 4; message In {} }',
          '0a0178 1001 1801 2001 0d01020304',
        ).value,
      ),
    ).toBe('Struct{a=0,m={},s=}')
  })

  test.each([
    ['key and value', '0a050a016b1005', 'Struct{m={k=5}}'],
    ['in another order', '0a0510050a016b', 'Struct{m={k=5}}'],
    ['no value', '0a030a016b', 'Struct{m={k=0}}'],
    ['no key', '0a021005', 'Struct{m={=5}}'],
    ['the same key twice', '0a050a016b10050a050a016b1006', 'Struct{m={k=6}}'],
    ['something unknown', '0a070a016b10051801', 'Struct{m={k=5}}'],
  ])('may have entries of a map with %s', (_what, hex, text) => {
    expect(String(decode('message R { map<string, int32> m = 1; }', hex).value)).toBe(text)
  })

  test('has a struct of defaults in a map where none was written', () => {
    const body =
      'message R { map<int64, In> m = 1; message In { string s = 1; repeated int32 t = 2; } }'
    expect(String(decode(body, '0a0208020a00').value)).toBe(
      'Struct{m={2=Struct{s=,t=[]}, 0=Struct{s=,t=[]}}}',
    )
  })

  test('has symbols of enums; unknown numbers are named in proto3 and unknown in proto2', () => {
    const field = 'repeated E f = 1; enum E { A = 0; B = 5; ALSO = 5; }'
    expect(valueOf(field, '0a03000507')).toEqual(['A', 'B', 'UNKNOWN_ENUM_VALUE_E_7'])
    expect(valueOf(field, '0a03000507', { 'int.for.enums': 'true' })).toEqual([0, 5, 7])
    const { value } = decode(
      `syntax = "proto2"; message R { ${field.replace('}', '} optional E g = 2;')} }`,
      '0a030005071007',
    )
    expect((value as Struct).values).toEqual([['A', 'B'], null])
  })
})

test('a double is one of eight bytes', () => {
  const schema = oneField(FLOAT64_SCHEMA)
  expect(encode(schema, new Struct(schema, [1.5]))).toBe('09000000000000f83f')
})
