import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DataError,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT64_SCHEMA,
  SchemaBuilder,
  Struct,
  javaToString,
  schemalessNumber,
} from '../../src/api/index.ts'
import type { Schema, TypedNumber } from '../../src/api/index.ts'

describe('a FLOAT64 prints as in Java', () => {
  test.each<[number, string]>([
    [1, '1.0'],
    [100, '100.0'],
    [0.001, '0.001'],
    [1e-4, '1.0E-4'],
    [9999999, '9999999.0'],
    [1e7, '1.0E7'],
    [12345678.5, '1.23456785E7'],
    [1e21, '1.0E21'],
    [1.5e300, '1.5E300'],
    [-0, '-0.0'],
    [0, '0.0'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [Number.MIN_VALUE, '4.9E-324'],
    [Number.MAX_VALUE, '1.7976931348623157E308'],
    [0.30000000000000004, '0.30000000000000004'],
    [2e23, '2.0E23'],
    [-123.456, '-123.456'],
  ])('%d', (value, text) => {
    expect(javaToString(value, FLOAT64_SCHEMA)).toBe(text)
  })

  test('and reads back as the same number', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Number(javaToString(value, FLOAT64_SCHEMA))).toBe(value)
      }),
    )
  })
})

describe('a FLOAT32 prints as in Java', () => {
  test.each<[number, string]>([
    [1, '1.0'],
    [0.1, '0.1'],
    [32767.5625, '32767.562'],
    [-25055.8125, '-25055.812'],
    [3.141592653589793, '3.1415927'],
    [16777216, '1.6777216E7'],
    [1e10, '1.0E10'],
    // Java 17 prints 3.00000005E12.
    [3000000000300, '3.0E12'],
    [3.4028234663852886e38, '3.4028235E38'],
    [1.401298464324817e-45, '1.4E-45'],
    [0.00012, '1.2E-4'],
    [1234567, '1234567.0'],
    [-0, '-0.0'],
    [Number.NaN, 'NaN'],
  ])('%d', (value, text) => {
    expect(javaToString(value, FLOAT32_SCHEMA)).toBe(text)
  })

  test('and reads back as the same number', () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        expect(Math.fround(Number(javaToString(value, FLOAT32_SCHEMA)))).toBe(value)
      }),
    )
  })
})

describe('a value without a schema prints as in Java', () => {
  test.each<[unknown, string]>([
    [null, 'null'],
    [undefined, 'null'],
    ['x', 'x'],
    [5, '5'],
    [1.5, '1.5'],
    [1e21, '1.0E21'],
    [-0, '-0.0'],
    [2n ** 63n, '9223372036854775808'],
    [true, 'true'],
    [['a', 1], '[a, 1]'],
    [[], '[]'],
    [{ a: 1, b: null }, '{a=1, b=null}'],
    [new Map<unknown, unknown>([[1, ['x']]]), '{1=[x]}'],
    [new Decimal(150n, 2), '1.50'],
    [schemalessNumber('FLOAT64', 100), '100.0'],
    [schemalessNumber('INT8', 5), '5'],
    [schemalessNumber('FLOAT32', 0.1), '0.1'],
  ])('%s', (value, text) => {
    expect(javaToString(value)).toBe(text)
  })

  test('bytes as the class of an array', () => {
    expect(javaToString(Buffer.of(1, 2))).toMatch(/^\[B@[0-9a-f]{1,8}$/)
  })

  test('a date in the time zone of the process', () => {
    expect(javaToString(new Date(0))).toMatch(/^\w{3} \w{3} \d\d \d\d:\d\d:\d\d \S+ (1970|1969)$/)
  })

  test('what contains itself is a DataError', () => {
    const list: unknown[] = []
    list.push(list)
    expect(() => javaToString(list)).toThrow(DataError)
  })
})

test('the schema tells a FLOAT64 from an INT64, also where it is nested', () => {
  const inner: Schema = SchemaBuilder.struct()
    .field('d', FLOAT64_SCHEMA)
    .field('l', SchemaBuilder.array(FLOAT64_SCHEMA).build())
    .field('m', SchemaBuilder.map(INT64_SCHEMA, FLOAT32_SCHEMA).build())
    .build()
  const struct = new Struct(inner)
    .put('d', 1)
    .put('l', [2])
    .put('m', new Map([[3, 4]]))
  expect(javaToString(struct)).toBe('Struct{d=1.0,l=[2.0],m={3=4.0}}')
})

test('a typed number counts as its number and cannot be changed', () => {
  const hundred = schemalessNumber('FLOAT64', 100) as TypedNumber
  expect(Number(hundred) + 1).toBe(101)
  expect(JSON.stringify({ hundred })).toBe('{"hundred":100}')
  expect(Object.isFrozen(hundred)).toBe(true)
  expect(schemalessNumber('FLOAT64', 1.5)).toBe(1.5)
  expect(schemalessNumber('INT64', 7)).toBe(7)
})
