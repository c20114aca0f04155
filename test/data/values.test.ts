import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  Values,
  schemalessNumber,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { useUtc } from '../support/time-zone.ts'

useUtc()

describe('a value becomes the text of a header', () => {
  const struct = SchemaBuilder.struct()
    .field('a', SchemaBuilder.int8().defaultValue(7).build())
    .field('b', OPTIONAL_STRING_SCHEMA)
    .field('c', SchemaBuilder.array(FLOAT64_SCHEMA).optional().build())
    .build()

  test.each<[Schema | null, unknown, string | null]>([
    [null, null, null],
    [null, 'a"b', 'a"b'],
    [null, ['a"b', String.raw`c\d`, 1, null, true], String.raw`["a\"b","c\\d",1,null,true]`],
    [null, { k: 1, l: 'v' }, '{"k":1,"l":"v"}'],
    [null, new Map([[1, ['x']]]), '{1:["x"]}'],
    [null, Buffer.of(1, 2, 3), 'AQID'],
    [null, [Buffer.of(1, 2, 3)], '["AQID"]'],
    [null, schemalessNumber('FLOAT64', 1), '1.0'],
    [FLOAT64_SCHEMA, 1, '1.0'],
    [FLOAT32_SCHEMA, 0.1, '0.1'],
    [null, new Date(0), '00:00:00.000Z'],
    [null, new Date(-1), '23:59:59.999Z'],
    [null, new Date(3_600_000), '01:00:00.000Z'],
    [null, new Date(3 * 86_400_000), '1970-01-04'],
    [null, new Date(3 * 86_400_000 + 1), '1970-01-04T00:00:00.001Z'],
    [null, new Date(1566570894346), '2019-08-23T14:34:54.346Z'],
    [null, new Decimal(1n, -3), '1E+3'],
    [null, new Decimal(150n, 2), '1.50'],
    [struct, new Struct(struct).put('c', [1]), '{"a":7,"b":null,"c":[1.0]}'],
  ])('%s %s', (schema, value, text) => {
    expect(Values.convertToString(schema, value)).toBe(text)
  })

  test('but not one of a class that Connect does not know', () => {
    expect(() => Values.convertToString(null, new URL('http://a/'))).toThrow(
      new DataError('Failed to serialize unexpected value type URL: http://a/'),
    )
  })
})

describe('a value converts as in Java', () => {
  const day3 = new Date(3 * 86_400_000 + 5)
  test.each<[string, () => unknown, unknown]>([
    ['Boolean «true»', () => Values.convertToBoolean(null, 'true'), true],
    ['Boolean « true »', () => Values.convertToBoolean(null, ' true '), true],
    ['Boolean «1»', () => Values.convertToBoolean(null, '1'), true],
    ['Boolean 2', () => Values.convertToBoolean(null, 2), true],
    ['Boolean «0.5»', () => Values.convertToBoolean(null, '0.5'), false],
    ['Boolean 0.5', () => Values.convertToBoolean(null, 0.5), false],
    ['Boolean null', () => Values.convertToBoolean(null, null), null],
    ['Byte 300', () => Values.convertToByte(null, 300), 44],
    ['Byte «300»', () => Values.convertToByte(null, '300'), 44],
    ['Byte «1.9»', () => Values.convertToByte(null, '1.9'), 1],
    ['Short 70000', () => Values.convertToShort(null, 70000), 4464],
    ['Integer «3000000000»', () => Values.convertToInteger(null, '3000000000'), -1294967296],
    [
      'Integer of a Date',
      () => Values.convertToInteger(ConnectDate.SCHEMA, new Date(3 * 86_400_000)),
      3,
    ],
    ['Long «1e3»', () => Values.convertToLong(null, '1e3'), 1000],
    ['Long «1e400»', () => Values.convertToLong(null, '1e400'), 0],
    ['Long 1e300', () => Values.convertToLong(null, 1e300), 2n ** 63n - 1n],
    [
      'Long «9223372036854775808»',
      () => Values.convertToLong(null, '9223372036854775808'),
      -(2n ** 63n),
    ],
    ['Float 0.1', () => Values.convertToFloat(null, 0.1), Math.fround(0.1)],
    ['Double «1e400»', () => Values.convertToDouble(null, '1e400'), Number.POSITIVE_INFINITY],
    ['Double of an INT8', () => Values.convertToDouble(null, schemalessNumber('INT8', 5)), 5],
    ['Time «14:34:54.346Z»', () => Values.convertToTime(null, '14:34:54.346Z'), new Date(52494346)],
    ['Time 5', () => Values.convertToTime(null, 5), new Date(5)],
    ['Time of a Timestamp', () => Values.convertToTime(ConnectTimestamp.SCHEMA, day3), new Date(5)],
    ['Date 3', () => Values.convertToDate(null, 3), new Date(3 * 86_400_000)],
    ['Date «5»', () => Values.convertToDate(null, '5'), new Date(5 * 86_400_000)],
    [
      'Date of a Timestamp',
      () => Values.convertToDate(ConnectTimestamp.SCHEMA, day3),
      new Date(3 * 86_400_000),
    ],
    [
      'Timestamp «2019-08-23»',
      () => Values.convertToTimestamp(null, '2019-08-23'),
      new Date(1566518400000),
    ],
    ['Timestamp «5»', () => Values.convertToTimestamp(null, '5'), new Date(5)],
    [
      'Timestamp of a Date',
      () => Values.convertToTimestamp(ConnectDate.SCHEMA, new Date(0)),
      new Date(0),
    ],
    ['Decimal 1.1', () => Values.convertToDecimal(null, 1.1, 2), new Decimal(11n, 1)],
    ['Decimal «1.10»', () => Values.convertToDecimal(null, '1.10', 2), new Decimal(110n, 2)],
    ['Decimal 3', () => Values.convertToDecimal(null, 3, 2), new Decimal(30n, 1)],
    [
      'Decimal of bytes',
      () => Values.convertToDecimal(null, Buffer.of(1, 0), 2),
      new Decimal(256n, 2),
    ],
    ['List «[1]»', () => Values.convertToList(null, '["a"]'), ['a']],
    ['Map {a: b}', () => Values.convertToMap(null, { a: 'b' }), new Map([['a', 'b']])],
    ['Map «{"a":"b"}»', () => Values.convertToMap(null, '{"a":"b"}'), new Map([['a', 'b']])],
    ['String of a FLOAT64', () => Values.convertTo(STRING_SCHEMA, FLOAT64_SCHEMA, 1), '1.0'],
    [
      'Struct',
      () => Values.convertToStruct(null, new Struct(SchemaBuilder.struct().build())).values,
      [],
    ],
  ])('%s', (_, convert, expected) => {
    expect(convert()).toEqual(expected)
  })

  test.each<[string, () => unknown, string]>([
    [
      'Boolean «TRUE»',
      () => Values.convertToBoolean(null, 'TRUE'),
      'Unable to convert TRUE (class java.lang.String) to a number',
    ],
    [
      'Byte true',
      () => Values.convertToByte(null, true),
      'Unable to convert true (class java.lang.Boolean) to a number',
    ],
    [
      'Byte true of a schema',
      () => Values.convertToByte(INT32_SCHEMA, true),
      'Unable to convert true (class java.lang.Boolean) to Schema{INT32}',
    ],
    [
      'Double «NaN»',
      () => Values.convertToDouble(null, 'NaN'),
      'Unable to convert NaN (class java.lang.String) to a number',
    ],
    [
      'Time 90000000',
      () => Values.convertToTime(null, 90000000),
      'Time values must use number of milliseconds greater than 0 and less than 86400000',
    ],
    [
      'List «1»',
      () => Values.convertToList(null, '1'),
      'Unable to convert 1 (class java.lang.Byte) to Schema{ARRAY}',
    ],
    [
      'Map «1e200» of a STRING',
      () => Values.convertToMap(STRING_SCHEMA, '1e200'),
      'Unable to convert 1.0E200 (class java.lang.Double) to Schema{MAP}',
    ],
    [
      'Map «x»',
      () => Values.convertToMap(null, 'x'),
      'Unable to convert x (class java.lang.String) to Schema{MAP}',
    ],
    [
      'List null',
      () => Values.convertToList(null, null),
      'Unable to convert a null value to a schema that requires a value',
    ],
    [
      'Time null',
      () => Values.convertToTime(null, null),
      'Unable to convert a null value to a schema that requires a value',
    ],
    [
      'Decimal null',
      () => Values.convertToDecimal(null, null, 2),
      'Unable to convert a null value to a schema that requires a value',
    ],
  ])('%s is refused', (_, convert, message) => {
    expect(convert).toThrow(new DataError(message))
  })
})

describe('a schema is inferred', () => {
  test.each<[unknown, Schema | null]>([
    ['x', STRING_SCHEMA],
    [schemalessNumber('INT8', 5), INT8_SCHEMA],
    [['a', null], SchemaBuilder.array(OPTIONAL_STRING_SCHEMA).build()],
    [{ a: 1.5 }, SchemaBuilder.map(STRING_SCHEMA, FLOAT64_SCHEMA).build()],
    [
      new Struct(SchemaBuilder.struct().name('s').build()),
      SchemaBuilder.struct().name('s').build(),
    ],
    [['a', 1], null],
    [[], null],
    [{}, null],
    [new Date(0), null],
    [new Decimal(1n, 0), null],
    [null, null],
  ])('from %s', (value, schema) => {
    expect(Values.inferSchema(value)).toBe(schema)
  })
})

test('a date or time reads back as it was written', () => {
  const instants = fc.date({
    min: new Date(86_400_000),
    max: new Date('9999-12-31'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(instants, (instant) => {
      const { schema, value } = Values.parseString(Values.temporalText(instant))
      expect(value).toEqual(instant)
      expect([ConnectDate.SCHEMA, ConnectTimestamp.SCHEMA]).toContain(schema)
    }),
  )
  expect(Values.parseString('01:00:00.000Z').schema).toBe(ConnectTime.SCHEMA)
})
