import { describe, expect, test } from 'vitest'
import {
  BYTES_SCHEMA,
  ConnectTimestamp,
  DataError,
  Decimal,
  FLOAT32_SCHEMA,
  INT32_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  schemalessNumber,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { bare, intToInt, noDefaults, record, write } from './json-support.ts'
import type { Settings } from './json-support.ts'

describe('data without a schema is what Java writes', () => {
  test.each<[string, unknown, string | null]>([
    ['an integer', 1, '1'],
    ['a large integer', 2n ** 63n - 1n, '9223372036854775807'],
    ['an integer beyond 64 bits, exactly', 2n ** 80n, '1208925819614629174706176'],
    ['a FLOAT64 that is integral', schemalessNumber('FLOAT64', 1), '1.0'],
    ['a FLOAT64', 1e-5, '1.0E-5'],
    ['a FLOAT32', schemalessNumber('FLOAT32', 0.1), '0.1'],
    ['bytes', Buffer.of(1), '"AQ=="'],
    ['a list', [1, null, 'a', true], '[1,null,"a",true]'],
    ['an object', { a: 1 }, '{"a":1}'],
    ['an object with a member that is undefined', { a: undefined }, '{"a":null}'],
    [
      'a map of strings',
      new Map([
        ['10', 1],
        ['9', 2],
      ]),
      '{"10":1,"9":2}',
    ],
    ['a map of integers', new Map([[1, 2]]), '[[1,2]]'],
    [
      'a map of both',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, 3],
      ]),
      '[["a",1],[2,3]]',
    ],
    ['a map with the null key', new Map([[null, 1]]), '[[null,1]]'],
    ['NaN', Number.NaN, '"NaN"'],
    ['null', null, null],
    ['a name to be escaped', { 'a"😀': 1 }, String.raw`{"a\"\uD83D\uDE00":1}`],
    ['-0', -0, '-0.0'],
  ])('%s', (_, value, text) => {
    expect(write(null, value, bare)).toBe(text)
  })

  test('a schema that is there still tells logical types', () => {
    expect(write(ConnectTimestamp.SCHEMA, new Date(5), bare)).toBe('5')
    expect(write(record, new Struct(record), bare)).toBe('{"a":7,"b":null}')
  })

  test('null of a schema is written, as its default where there is one', () => {
    expect(write(OPTIONAL_STRING_SCHEMA, null, bare)).toBe('null')
    expect(write(SchemaBuilder.string().defaultValue('null').build(), null, bare)).toBe('"null"')
    expect(write(STRING_SCHEMA, 'null', bare)).toBe('"null"')
  })
})

describe('what cannot be written is a DataError in the words of Java', () => {
  const nested = (depth: number): unknown[] => (depth === 0 ? [] : [nested(depth - 1)])
  const circle: Record<string, unknown> = {}
  circle.self = circle
  const noNull = 'Conversion error: null value for field that is required and has no default value'
  const tooDeep = 'Converting Kafka Connect data to byte[] failed due to serialization error: '

  test.each<[string, Schema | null, unknown, string, Settings?]>([
    ['null where it is required', STRING_SCHEMA, null, noNull],
    [
      'null where the default stays out',
      SchemaBuilder.string().defaultValue('d').build(),
      null,
      noNull,
      noDefaults,
    ],
    ['another class', STRING_SCHEMA, 5, 'Invalid type for STRING: class java.lang.Long (5)'],
    [
      'a number out of range',
      INT8_SCHEMA,
      300,
      'Invalid type for INT8: class java.lang.Long (300)',
    ],
    ['a fraction', INT32_SCHEMA, 1.5, 'Invalid type for INT32: class java.lang.Double (1.5)'],
    [
      'a float too large',
      FLOAT32_SCHEMA,
      1e40,
      'Invalid type for FLOAT32: class java.lang.Double (1e+40)',
    ],
    ['no bytes', BYTES_SCHEMA, 'x', 'Invalid type for bytes type: class java.lang.String'],
    [
      'no list',
      SchemaBuilder.array(INT8_SCHEMA).build(),
      'x',
      'Invalid type for ARRAY: class java.lang.String',
    ],
    ['no map', intToInt, [1], 'Invalid type for MAP: class java.util.ArrayList'],
    [
      'a plain object for a map',
      intToInt,
      { 1: 2 },
      'Invalid type for MAP: class java.util.HashMap',
    ],
    ['no struct', record, 'x', 'Invalid type for STRUCT: class java.lang.String'],
    [
      'an element of another class',
      SchemaBuilder.array(INT8_SCHEMA).build(),
      ['x'],
      'Invalid type for INT8: class java.lang.String',
    ],
    [
      'the null key',
      SchemaBuilder.map(STRING_SCHEMA, INT8_SCHEMA).build(),
      new Map([[null, 1]]),
      noNull,
    ],
    [
      'no date',
      ConnectTimestamp.SCHEMA,
      5,
      'Invalid type for Timestamp, expected Date but was class java.lang.Long',
    ],
    [
      'no decimal',
      Decimal.schema(2),
      5,
      'Invalid type for Decimal, expected BigDecimal but was class java.lang.Long',
    ],
    [
      'a decimal of another scale, as bytes',
      Decimal.schema(2),
      new Decimal(15n, 1),
      'Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value has scale 1.',
    ],
    [
      'a struct of another schema',
      record,
      new Struct(SchemaBuilder.struct().build()),
      'Mismatching schema.',
    ],
    ['a struct without its schema', null, { a: new Struct(record) }, 'Mismatching schema.'],
    [
      'a date without its schema',
      null,
      new Date(5),
      'Java class class java.util.Date does not have corresponding schema type.',
    ],
    [
      'a decimal without its schema',
      null,
      [new Decimal(1n, 1)],
      'Java class class java.math.BigDecimal does not have corresponding schema type.',
    ],
    ['a list too deep', null, nested(1000), tooDeep],
    ['what contains itself', null, circle, tooDeep],
  ])('%s', (_, schema, value, message, settings) => {
    expect(() => write(schema, value, settings)).toThrow(new DataError(message))
  })

  test('a thousand levels can be written', () => {
    expect(write(null, nested(999), bare)).toBe('['.repeat(1000) + ']'.repeat(1000))
  })
})
