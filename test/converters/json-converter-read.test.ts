import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  INT32_SCHEMA,
  INT8_SCHEMA,
  SchemaBuilder,
  SchemaBuilderError,
  Struct,
  schemaEquals,
} from '../../src/api/index.ts'
import { noDefaults, read, record, write } from './json-support.ts'
import type { Settings } from './json-support.ts'

function envelope(schema: string, payload: string): string {
  return `{"schema":${schema},"payload":${payload}}`
}

const decimal =
  '{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}'
const date = '{"type":"int32","name":"org.apache.kafka.connect.data.Date"}'
const time = '{"type":"int32","name":"org.apache.kafka.connect.data.Time"}'
const timestamp = '{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}'
const stringMap = '{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}}'
const intMap = '{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}'
const structA = '{"type":"struct","fields":[{"field":"a","type":"int8"}]}'
const structDefault = '{"type":"struct","fields":[{"field":"a","type":"int8","default":7}]}'

describe('a payload is read by its schema, as in Java', () => {
  test.each<[string, string, unknown, Settings?]>([
    ['{"type":"int8"}', '44', 44],
    ['{"type":"int8"}', '5.0', 5],
    ['{"type":"int32"}', '1e2', 100],
    ['{"type":"int32"}', '-0', 0],
    ['{"type":"int64"}', '9007199254740991', Number.MAX_SAFE_INTEGER],
    ['{"type":"int64"}', '9223372036854775807', 9223372036854775807n],
    ['{"type":"int64"}', '1e18', 1000000000000000000n],
    ['{"type":"double"}', '1', 1],
    ['{"type":"double"}', '1.10', 1.1],
    ['{"type":"double"}', '1.7976931348623157E308', Number.MAX_VALUE],
    ['{"type":"double"}', '-0.0', -0],
    ['{"type":"float"}', '0.1', Math.fround(0.1)],
    ['{"type":"boolean"}', 'true', true],
    ['{"type":"string"}', '"x"', 'x'],
    ['{"type":"bytes"}', '"AQID"', Buffer.of(1, 2, 3)],
    ['{"type":"bytes"}', '""', Buffer.alloc(0)],
    ['{"type":"int32","optional":true}', 'null', null],
    ['{"type":"int32","default":5}', 'null', 5],
    ['{"type":"int32","optional":true,"default":5}', 'null', 5],
    ['{"type":"int32","optional":true,"default":5}', 'null', null, noDefaults],
    ['{"type":"array","items":{"type":"int8"}}', '[1,2]', [1, 2]],
    ['{"type":"array","items":{"type":"int8","optional":true}}', '[1, null]', [1, null]],
    ['{"type":"array","items":{"type":"int8"},"default":[1]}', 'null', [1]],
    [
      stringMap,
      '{"a":1,"10":2}',
      new Map([
        ['a', 1],
        ['10', 2],
      ]),
    ],
    [intMap, '[[1,2],[1,3]]', new Map([[1, 3]])],
    [intMap, '[]', new Map()],
    [decimal, '"AJw="', new Decimal(156n, 2)],
    [decimal, '1.5600', new Decimal(15600n, 4)],
    [decimal, '156', new Decimal(156n, 0)],
    [decimal, '1e5', new Decimal(1n, -5)],
    [date, '3', new Date(3 * 86_400_000)],
    [time, '86400000', new Date(86_400_000)],
    [timestamp, '5', new Date(5)],
    [timestamp, '9223372036854775807', 9223372036854775807n],
  ])('%s: %s', (schema, payload, value, settings) => {
    expect(read(envelope(schema, payload), settings).value).toStrictEqual(value)
  })

  test.each<[string, string]>([
    ['{}', 'Struct{a=7}'],
    ['{"a":null,"zz":1}', 'Struct{a=7}'],
    ['{"a":1,"a":2}', 'Struct{a=2}'],
    ['{ "zz" : [1,{"a":9}] , "a" : 3 }', 'Struct{a=3}'],
    [String.raw`{"\u0061":4}`, 'Struct{a=4}'],
  ])('a struct: %s', (payload, text) => {
    expect(String(read(envelope(structDefault, payload)).value as Struct)).toBe(text)
  })

  test('the members of a struct come in any order', () => {
    const schema =
      '{"type":"struct","fields":[{"field":"a","type":"int8"},{"field":"b","type":"int8"},{"field":"c","type":"int8"}]}'
    const { value } = read(envelope(schema, '{"c":3,"a":1,"b":2}'))
    expect((value as Struct).values).toEqual([1, 2, 3])
  })
})

describe('an envelope', () => {
  test.each<[string, string, unknown]>([
    ['the payload first', '{"payload":1,"schema":null}', 1],
    ['the schema twice', '{"schema":{"type":"int8"},"schema":null,"payload":1}', 1],
    ['space in it', ' { "schema" : null , "payload" : 1 } ', 1],
    ['something behind it', '{"schema":null,"payload":1} x', 1],
    ['no schema', '{"schema":null,"payload":{"a":1}}', { a: 1 }],
  ])('is read with %s', (_, text, value) => {
    expect(read(text)).toEqual({ schema: null, value })
  })

  test('carries its schema: what is written is read back the same', () => {
    const struct = new Struct(record).put('a', 3).put('b', 'é"😀')
    const { schema, value } = read(write(record, struct) ?? '')
    expect(schema).toBe(record)
    expect(struct.equals(value)).toBe(true)
  })

  const required =
    'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. ' +
    'If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.'
  test.each([
    '',
    ' ',
    'null',
    '5',
    '[1]',
    '{}',
    '{"payload":1}',
    '{"schema":null,"payload":1,"x":1}',
  ])('is required: %s', (text) => {
    expect(() => read(text)).toThrow(new DataError(required))
  })

  test('a tombstone has neither schema nor value', () => {
    const schemaAndValue = read('null', { 'schemas.enable': 'false' })
    expect(schemaAndValue).toEqual({ schema: null, value: null })
  })
})

describe('a schema is read as in Java', () => {
  test('with all its attributes, whatever stands beside them', () => {
    const text =
      '{"type":"int32","optional":true,"name":"n","version":1,"doc":"","parameters":{"x":"y"},"default":3,"extra":[1]}'
    const expected = SchemaBuilder.int32()
      .optional()
      .name('n')
      .version(1)
      .doc('')
      .parameter('x', 'y')
      .defaultValue(3)
      .build()
    expect(read(envelope(text, '5')).schema).toBe(expected)
  })

  test.each([
    '{"type":"int8","optional":"true"}',
    '{"type":"int8","name":5,"doc":null}',
    '{"type":"int8","version":1.0}',
    '{"type":"int8","parameters":{}}',
    '{"type":"int8","parameters":[]}',
  ])('attributes of another kind count as absent: %s', (text) => {
    expect(schemaEquals(read(envelope(text, '5')).schema, INT8_SCHEMA)).toBe(true)
  })

  test('a default may be null where the schema is optional', () => {
    const text = '{"type":"int32","optional":true,"default":null}'
    expect(read(envelope(text, 'null'))).toMatchObject({ value: null })
    expect(read(envelope('{"type":"int32"}', '5')).schema).toBe(INT32_SCHEMA)
  })

  test.each<[string, string]>([
    ['{}', "Schema must contain 'type' field"],
    ['5', "Schema must contain 'type' field"],
    ['[]', "Schema must contain 'type' field"],
    ['{"type":5}', "Schema must contain 'type' field"],
    ['{"type":"array","items":5}', "Schema must contain 'type' field"],
    ['{"type":"struct","fields":[{"field":"a"}]}', "Schema must contain 'type' field"],
    ['{"type":"foo"}', 'Unknown schema type: foo'],
    ['{"type":"INT8"}', 'Unknown schema type: INT8'],
    ['{"type":"array"}', 'Array schema did not specify the element type'],
    ['{"type":"array","items":null}', 'Array schema did not specify the element type'],
    ['{"type":"map","values":{"type":"int8"}}', 'Map schema did not specify the key type'],
    ['{"type":"map","keys":{"type":"int8"}}', 'Map schema did not specify the value type'],
    ['{"type":"struct"}', 'Struct schema\'s "fields" argument is not an array.'],
    ['{"type":"struct","fields":{}}', 'Struct schema\'s "fields" argument is not an array.'],
    ['{"type":"struct","fields":[5]}', "Struct schema's field name not specified properly"],
    [
      '{"type":"struct","fields":[{"type":"int8"}]}',
      "Struct schema's field name not specified properly",
    ],
    ['{"type":"int8","parameters":{"a":1}}', 'Schema parameters must have string values.'],
    ['{"type":"int8","default":null}', 'Invalid null value for required INT8 field'],
    [
      '{"type":"int8","version":99999999999}',
      'Schema version 99999999999 is not an integer of 32 bits.',
    ],
  ])('%s: %s', (text, message) => {
    expect(() => read(envelope(text, '5'))).toThrow(new DataError(message))
  })

  test.each<[string, string]>([
    [
      '{"type":"struct","fields":[{"field":"a","type":"int8"},{"field":"a","type":"int8"}]}',
      'Cannot create field because of field name duplication a',
    ],
    ['{"type":"struct","fields":[{"field":"","type":"int8"}]}', 'fieldName cannot be null.'],
    [
      '{"type":"struct","fields":[{"field":"a","type":"int8"}],"default":{"a":3}}',
      'Invalid default value',
    ],
  ])('%s: %s', (text, message) => {
    expect(() => read(envelope(text, '{}'))).toThrow(new SchemaBuilderError(message))
  })
})

describe('a payload that does not fit is a DataError in the words of Java', () => {
  test.each<[string, string, string, Settings?]>([
    ['{"type":"int32"}', 'null', 'Invalid null value for required INT32 field'],
    [
      '{"type":"int32","default":5}',
      'null',
      'Invalid null value for required INT32 field',
      noDefaults,
    ],
    [structA, 'null', 'Invalid null value for required STRUCT field'],
    [structA, '{}', 'Invalid null value for required INT8 field'],
    [structA, '[]', 'Structs should be encoded as JSON objects, but found ARRAY'],
    [structA, '5', 'Structs should be encoded as JSON objects, but found NUMBER'],
    [
      '{"type":"array","items":{"type":"int8"}}',
      '[1,null]',
      'Invalid null value for required INT8 field',
    ],
    [
      stringMap,
      '[["a",1]]',
      'Maps with string fields should be encoded as JSON objects, but found ARRAY',
    ],
    [stringMap, '5', 'Maps with string fields should be encoded as JSON objects, but found NUMBER'],
    [stringMap, '{"a":null}', 'Invalid null value for required INT8 field'],
    [
      intMap,
      '{"1":2}',
      'Maps with non-string fields should be encoded as JSON array of tuples, but found OBJECT',
    ],
    [intMap, '[1]', 'Found invalid map entry instead of array tuple: NUMBER'],
    [intMap, '[[1,2,3]]', 'Found invalid map entry, expected length 2 but found :3'],
    [intMap, '[[]]', 'Found invalid map entry, expected length 2 but found :0'],
    ['{"type":"bytes"}', '"!!"', 'Invalid bytes field'],
    ['{"type":"bytes"}', '"AQ"', 'Invalid bytes field'],
    ['{"type":"bytes"}', '"-_8="', 'Invalid bytes field'],
    [decimal, '"1.56"', 'Invalid bytes for Decimal field'],
    [decimal, '""', 'Invalid bytes for Decimal field'],
    [
      decimal,
      'true',
      'Invalid type for Decimal, underlying representation should be numeric or bytes but was BOOLEAN',
    ],
    [
      date,
      '3.0',
      'Invalid type for Date, underlying representation should be integer but was NUMBER',
    ],
    [
      date,
      '3000000000',
      'Invalid type for Date, underlying representation should be integer but was NUMBER',
    ],
    [
      date,
      '"5"',
      'Invalid type for Date, underlying representation should be integer but was STRING',
    ],
    [
      time,
      '86400001',
      'Time values must use number of milliseconds greater than 0 and less than 86400000',
    ],
    [
      time,
      '3000000000',
      'Invalid type for Time, underlying representation should be integer but was NUMBER',
    ],
    [
      timestamp,
      '5.5',
      'Invalid type for Timestamp, underlying representation should be integral but was NUMBER',
    ],
    [
      timestamp,
      '"5"',
      'Invalid type for Timestamp, underlying representation should be integral but was STRING',
    ],
  ])('%s: %s', (schema, payload, message, settings) => {
    expect(() => read(envelope(schema, payload), settings)).toThrow(new DataError(message))
  })
})

test('the logical schemas of an envelope are those of the API', () => {
  const withVersion = (text: string): string => text.replace('}', ',"version":1}')
  expect(read(envelope(withVersion(date), '3')).schema).toBe(ConnectDate.SCHEMA)
  expect(read(envelope(withVersion(time), '3')).schema).toBe(ConnectTime.SCHEMA)
  expect(read(envelope(withVersion(timestamp), '3')).schema).toBe(ConnectTimestamp.SCHEMA)
})
