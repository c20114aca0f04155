import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { again, decode, encode } from './support.ts'

const oneField = (schema: Schema): Schema =>
  SchemaBuilder.struct().name('R').field('f', schema).build()

describe('a logical type', () => {
  test.each([0, 1, -1, 1_700_000_000_123, -62_135_596_800_000])(
    'Timestamp of %d ms is read again',
    (ms) => {
      const schema = oneField(ConnectTimestamp.SCHEMA)
      const read = again(schema, new Struct(schema, [new Date(ms)])).value as Struct
      expect(read.values[0]).toEqual(new Date(ms))
    },
  )

  test('Timestamp is seconds and nanoseconds, cut to milliseconds', () => {
    const schema = oneField(ConnectTimestamp.SCHEMA)
    // -1 s and 999 000 000 ns.
    expect(encode(schema, new Struct(schema, [new Date(-1)]))).toBe(
      '0a1108ffffffffffffffffff0110c08faedc03',
    )
    const body =
      'import "google/protobuf/timestamp.proto"; message R { google.protobuf.Timestamp f = 1; }'
    const read = (hex: string): unknown => (decode(body, hex).value as Struct).values[0]
    expect(read('0a020801')).toEqual(new Date(1000))
    // 1 s and 1 999 999 ns.
    expect(read('0a06080110ff887a')).toEqual(new Date(1001))
    // 1 000 000 000 ns, and 2^63 - 1 s.
    expect(() => read('0a06108094ebdc03')).toThrow('Timestamp is not valid')
    expect(() => read('0a0a08ffffffffffffffff7f')).toThrow('Timestamp is not valid')
  })

  test.each([
    [0, '08b20f10011801'],
    [19_723, '08e80f10011801'],
    [-719_162, '080110011803'],
    [-141_427, '08ae0c100a180f'],
    [-141_428, '08ae0c100a1804'],
  ])('Date of day %d is the date of Java’s calendar', (day, hex) => {
    const schema = oneField(ConnectDate.SCHEMA)
    const length = (hex.length / 2).toString(16).padStart(2, '0')
    const value = new Date(day * 86_400_000)
    expect(encode(schema, new Struct(schema, [value]))).toBe(`0a${length}${hex}`)
    expect((again(schema, new Struct(schema, [value])).value as Struct).values[0]).toEqual(value)
  })

  test.each([
    '',
    '08e80f1001',
    '08e80f10021e',
    '08e80f1002181e',
    '08e80f100d1801',
    '08ae0c100a180a',
  ])('Date that is none of the calendar is refused: %s', (hex) => {
    const length = (hex.length / 2).toString(16).padStart(2, '0')
    const body = 'import "google/type/date.proto"; message R { google.type.Date f = 1; }'
    expect(() => decode(body, `0a${length}${hex}`)).toThrow(DataError)
  })

  test('Time is a time of day', () => {
    const schema = oneField(ConnectTime.SCHEMA)
    const value = new Date(((23 * 60 + 59) * 60 + 58) * 1000 + 7)
    expect((again(schema, new Struct(schema, [value])).value as Struct).values[0]).toEqual(value)
    const body = 'import "google/type/timeofday.proto"; message R { google.type.TimeOfDay f = 1; }'
    expect((decode(body, '0a00').value as Struct).values[0]).toEqual(new Date(0))
    expect(() => decode(body, '0a020818')).toThrow('Invalid time 24:0:0')
  })

  test.each([
    [new Decimal(0n, 2), '0a070a010010011802'],
    [new Decimal(156n, 2), '0a080a02009c10031802'],
    [new Decimal(-156n, 2), '0a080a02ff6410031802'],
    [new Decimal(5n, -2), '0a100a0105100118feffffffffffffffff01'],
  ])('Decimal %s is its bytes, precision and scale', (value, hex) => {
    const schema = oneField(Decimal.schema(value.scale))
    expect(encode(schema, new Struct(schema, [value]))).toBe(hex)
    expect((again(schema, new Struct(schema, [value])).value as Struct).values[0]).toEqual(value)
  })
})
