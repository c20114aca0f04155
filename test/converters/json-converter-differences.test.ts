import { describe, expect, test } from 'vitest'
import { DataError } from '../../src/api/index.ts'
import { bare, read } from './json-support.ts'

/**
 * Where Java changes or loses a value without a word, invariant 6 has it refused, or kept as it is. The last column
 * tells what Java 4.3.1 makes of it.
 */
describe('a payload that does not fit its schema is refused, where Java changes it', () => {
  test.each<[string, string, string, string]>([
    [
      '{"type":"int8"}',
      '300',
      'Invalid value 300 for INT8: expected an integer from -128 to 127.',
      '44',
    ],
    [
      '{"type":"int32"}',
      '1.9',
      'Invalid value 1.9 for INT32: expected an integer from -2147483648 to 2147483647.',
      '1',
    ],
    [
      '{"type":"int32"}',
      '"12"',
      'Invalid value "12" for INT32: expected an integer from -2147483648 to 2147483647.',
      '0',
    ],
    [
      '{"type":"int16"}',
      'true',
      'Invalid value true for INT16: expected an integer from -32768 to 32767.',
      '0',
    ],
    [
      '{"type":"int16"}',
      '1e999',
      'Invalid value 1e999 for INT16: expected an integer from -32768 to 32767.',
      '-1',
    ],
    [
      '{"type":"int64"}',
      '9223372036854775808',
      'Invalid value 9223372036854775808 for INT64: expected an integer of 64 bits.',
      '-9223372036854775808',
    ],
    [
      '{"type":"boolean"}',
      '"true"',
      'Invalid value "true" for BOOLEAN: expected true or false.',
      'false',
    ],
    ['{"type":"boolean"}', '1', 'Invalid value 1 for BOOLEAN: expected true or false.', 'false'],
    ['{"type":"string"}', '1', 'Invalid value 1 for STRING: expected a JSON string.', 'null'],
    [
      '{"type":"string"}',
      '{"a":"é"}',
      'Invalid value {"a":"é"} for STRING: expected a JSON string.',
      'null',
    ],
    ['{"type":"bytes"}', '1', 'Invalid value 1 for BYTES: expected a base64 string.', 'null'],
    [
      '{"type":"double"}',
      '"constructor"',
      'Invalid value "constructor" for FLOAT64: expected a number.',
      '0.0',
    ],
    ['{"type":"double"}', '"1.5"', 'Invalid value "1.5" for FLOAT64: expected a number.', '0.0'],
    [
      '{"type":"double"}',
      '1e400',
      'Invalid value 1e400 for FLOAT64: it is beyond what a double holds.',
      'Infinity',
    ],
    [
      '{"type":"float"}',
      '1e40',
      'Invalid value 1e40 for FLOAT32: expected a number no greater than a FLOAT32 holds.',
      'Infinity',
    ],
    [
      '{"type":"array","items":{"type":"int8"}}',
      '{"a":1}',
      'Arrays should be encoded as JSON arrays, but found OBJECT',
      '[1]',
    ],
    [
      '{"type":"array","items":{"type":"int8"}}',
      '5',
      'Arrays should be encoded as JSON arrays, but found NUMBER',
      '[]',
    ],
    [
      '{"type":"int8","default":"x"}',
      '5',
      'Invalid value "x" for INT8: expected an integer from -128 to 127.',
      '5, with a default of 0',
    ],
    [
      '{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}',
      '9223372036854775808',
      'Invalid value 9223372036854775808 for INT64: expected an integer of 64 bits.',
      'a date long ago',
    ],
  ])('%s: %s', (schema, payload, message) => {
    expect(() => read(`{"schema":${schema},"payload":${payload}}`)).toThrow(new DataError(message))
  })
})

describe('a value is kept, where Java changes it', () => {
  test.each<[string, string, unknown, string]>([
    ['{"type":"double"}', '"NaN"', Number.NaN, '0.0, though it writes NaN so'],
    [
      '{"type":"float"}',
      '"-Infinity"',
      Number.NEGATIVE_INFINITY,
      '0.0, though it writes -Infinity so',
    ],
    ['{"type":"double"}', '-0.0', -0, '0.0'],
    [
      'null',
      '123456789012345678901234567890',
      123456789012345678901234567890n,
      '-4362896299872285998',
    ],
  ])('%s: %s', (schema, payload, value) => {
    expect(read(`{"schema":${schema},"payload":${payload}}`).value).toBe(value)
  })

  test('a number beyond a double, without schema, is refused, where Java reads Infinity', () => {
    expect(() => read('[1e400]', bare)).toThrow(
      new DataError('Invalid value 1e400 for FLOAT64: it is beyond what a double holds.'),
    )
  })
})
