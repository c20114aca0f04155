import { describe, expect, test } from 'vitest'
import {
  BYTES_SCHEMA,
  ConnectDate,
  ConnectTimestamp,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { intToInt, noDefaults, numeric, payload, record, write } from './json-support.ts'
import type { Settings } from './json-support.ts'

describe('an envelope is what Java writes', () => {
  test.each<[string, Schema | null, unknown, string | null]>([
    ['null without schema', null, null, null],
    [
      'null of an optional schema',
      OPTIONAL_STRING_SCHEMA,
      null,
      '{"schema":{"type":"string","optional":true},"payload":null}',
    ],
    [
      'null where there is a default',
      SchemaBuilder.string().defaultValue('d').build(),
      null,
      '{"schema":{"type":"string","optional":false,"default":"d"},"payload":"d"}',
    ],
    ['a value without schema', null, 'x', '{"schema":null,"payload":"x"}'],
    [
      'a decimal',
      Decimal.schema(2),
      new Decimal(156n, 2),
      '{"schema":{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}},"payload":"AJw="}',
    ],
    [
      'a struct whose members are not set',
      record,
      new Struct(record),
      '{"schema":{"type":"struct","fields":[{"type":"int8","optional":true,"doc":"fd","default":7,"field":"a"},{"type":"string","optional":true,"field":"b"}],"optional":false,"name":"rec","version":2,"doc":"dd","parameters":{"p":"q"}},"payload":{"a":7,"b":null}}',
    ],
    [
      'every attribute of a schema',
      SchemaBuilder.int32()
        .optional()
        .name('n')
        .version(1)
        .doc('d')
        .parameter('x', 'y')
        .parameter('b', 'c')
        .defaultValue(3)
        .build(),
      4,
      '{"schema":{"type":"int32","optional":true,"name":"n","version":1,"doc":"d","parameters":{"x":"y","b":"c"},"default":3},"payload":4}',
    ],
    [
      'an array',
      SchemaBuilder.array(INT8_SCHEMA).build(),
      [1, 2],
      '{"schema":{"type":"array","items":{"type":"int8","optional":false},"optional":false},"payload":[1,2]}',
    ],
    [
      'a map',
      SchemaBuilder.map(STRING_SCHEMA, INT64_SCHEMA).build(),
      new Map([['a', 2n ** 60n]]),
      '{"schema":{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"int64","optional":false},"optional":false},"payload":{"a":1152921504606846976}}',
    ],
    [
      'an array without a schema for its elements',
      SchemaBuilder.arrayOfNull().build(),
      [1, 'x'],
      '{"schema":{"type":"array","items":null,"optional":false},"payload":[1,"x"]}',
    ],
  ])('%s', (_, schema, value, text) => {
    expect(write(schema, value)).toBe(text)
  })
})

describe('a payload is what Java writes', () => {
  test.each<[string, Schema | null, unknown, string, Settings?]>([
    ['FLOAT64 1e21', FLOAT64_SCHEMA, 1e21, '1.0E21'],
    ['FLOAT64 100', FLOAT64_SCHEMA, 100, '100.0'],
    ['FLOAT64 NaN', FLOAT64_SCHEMA, Number.NaN, '"NaN"'],
    ['FLOAT64 -Infinity', FLOAT64_SCHEMA, Number.NEGATIVE_INFINITY, '"-Infinity"'],
    ['FLOAT64 -0.0', FLOAT64_SCHEMA, -0, '-0.0'],
    ['FLOAT32 0.1', FLOAT32_SCHEMA, Math.fround(0.1), '0.1'],
    ['bytes', BYTES_SCHEMA, Buffer.of(0xfb, 0xff), '"+/8="'],
    ['a decimal as a number', Decimal.schema(4), new Decimal(15600n, 4), '1.5600', numeric],
    ['a decimal of negative scale', Decimal.schema(-2), new Decimal(156n, -2), '1.56E+4', numeric],
    ['a tiny decimal', Decimal.schema(10), new Decimal(1n, 10), '1E-10', numeric],
    ['a decimal of another scale', Decimal.schema(2), new Decimal(15n, 1), '1.5', numeric],
    [
      'a null member where defaults stay out',
      record,
      new Struct(record),
      '{"a":null,"b":null}',
      noDefaults,
    ],
    [
      'a map of integers',
      intToInt,
      new Map([
        [1, 12],
        [2, 15],
      ]),
      '[[1,12],[2,15]]',
    ],
    ['an empty map of integers', intToInt, new Map(), '[]'],
    [
      'a map of optional strings',
      SchemaBuilder.map(OPTIONAL_STRING_SCHEMA, INT32_SCHEMA).build(),
      new Map([['a', 1]]),
      '{"a":1}',
    ],
    [
      'a null name',
      SchemaBuilder.map(OPTIONAL_STRING_SCHEMA, INT32_SCHEMA).build(),
      new Map([[null, 1]]),
      '{"null":1}',
    ],
    [
      'an empty map of strings',
      SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build(),
      new Map(),
      '{}',
    ],
    [
      'an empty struct',
      SchemaBuilder.struct().build(),
      new Struct(SchemaBuilder.struct().build()),
      '{}',
    ],
    ['a date', ConnectDate.SCHEMA, new Date(-86_400_000), '-1'],
    ['a far timestamp', ConnectTimestamp.SCHEMA, 2n ** 62n, '4611686018427387904'],
    ['escapes', STRING_SCHEMA, 'é\u2028\u007f\u0001\n"\\/', '"é\u2028\u007f\\u0001\\n\\"\\\\/"'],
    ['a supplementary character', STRING_SCHEMA, '😀', String.raw`"\uD83D\uDE00"`],
    ['half a supplementary character', STRING_SCHEMA, '\ud83d', String.raw`"\uD83D"`],
    ['a long text', STRING_SCHEMA, 'ü"'.repeat(5000), `"${'ü\\"'.repeat(5000)}"`],
  ])('%s', (_, schema, value, text, settings) => {
    expect(payload(schema, value, settings)).toBe(text)
  })
})
