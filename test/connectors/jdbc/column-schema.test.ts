import { describe, expect, test } from 'vitest'
import type { Column, RawValue, SqlType } from '../../../connectors/jdbc/core/types.ts'
import { Zone } from '../../../connectors/jdbc/core/zone.ts'
import { columnSchema } from '../../../connectors/jdbc/source/column-schema.ts'
import type {
  NumericMapping,
  SchemaSettings,
  TimestampGranularity,
} from '../../../connectors/jdbc/source/column-schema.ts'
import { valueReader } from '../../../connectors/jdbc/source/value-readers.ts'
import type { ReaderSettings } from '../../../connectors/jdbc/source/value-readers.ts'
import { Decimal } from '../../../src/api/index.ts'

const settings: SchemaSettings & ReaderSettings = {
  ...{
    vendor: 'confluent',
    kind: 'postgresql',
    dialect: 'postgresql',
    numericMapping: 'none',
    mapsDecimal: false,
  },
  ...{ granularity: 'connect_logical', unsupported: 'drop', zeroDates: 'exception' },
  ...{ zone: new Zone('UTC'), calendar: 'LEGACY' },
}

function column(type: SqlType, more: Partial<Column> = {}): Column {
  return {
    ...{ name: 'c', type, typeName: '', nullable: false, precision: 0, scale: 0 },
    ...{ unsigned: false, autoIncrement: false, ...more },
  }
}

function read(
  of: Column,
  raw: Exclude<RawValue, null>,
  more: Partial<typeof settings> = {},
): unknown {
  const all = { ...settings, ...more }
  const found = columnSchema(of, all)
  if (found === null) return 'dropped'
  return valueReader(found, of.typeName, all)(raw)
}

const nameOf = (of: Column, more: Partial<SchemaSettings> = {}): string => {
  const found = columnSchema(of, { ...settings, ...more })
  return found === null ? 'dropped' : (found.schema.name?.split('.').at(-1) ?? found.schema.type)
}

describe('numeric.mapping', () => {
  test.each<[NumericMapping, number, number, string]>([
    ['none', 5, 0, 'Decimal'],
    ['precision_only', 5, 0, 'INT32'],
    ['precision_only', 19, 0, 'Decimal'],
    ['precision_only', 5, 2, 'Decimal'],
    ['best_fit', 1, 0, 'INT8'],
    ['best_fit', 3, 0, 'INT16'],
    ['best_fit', 5, 0, 'INT32'],
    ['best_fit', 10, 0, 'INT64'],
    ['best_fit', 19, 0, 'Decimal'],
    ['best_fit', 5, 2, 'FLOAT64'],
    ['best_fit', 20, 2, 'Decimal'],
    ['best_fit_eager_double', 20, 2, 'FLOAT64'],
    // 999 hundreds are not an INT16.
    ['best_fit', 3, -2, 'INT32'],
    // PostgreSQL's numeric without limits: no INT8, which would destroy its values.
    ['best_fit', 0, 0, 'FLOAT64'],
    ['precision_only', 0, 0, 'Decimal'],
  ])('%s makes of NUMERIC(%i,%i) %s', (numericMapping, precision, scale, expected) => {
    expect(nameOf(column('NUMERIC', { precision, scale }), { numericMapping })).toBe(expected)
  })

  test('leaves DECIMAL alone, unless it is told', () => {
    const decimal = column('DECIMAL', { precision: 5 })
    expect(nameOf(decimal, { numericMapping: 'best_fit' })).toBe('Decimal')
    expect(nameOf(decimal, { numericMapping: 'best_fit', mapsDecimal: true })).toBe('INT32')
  })

  test('a decimal carries its precision and scale, and 127 where it has no scale', () => {
    const schema = columnSchema(column('NUMERIC', { precision: 5, scale: 2 }), settings)?.schema
    expect([...(schema?.parameters ?? [])]).toEqual([
      ['scale', '2'],
      ['connect.decimal.precision', '5'],
    ])
    expect(columnSchema(column('NUMERIC'), settings)?.scale).toBe(127)
  })

  test('of Aiven, a decimal carries its scale alone', () => {
    const of = column('NUMERIC', { precision: 5, scale: 2 })
    const schema = columnSchema(of, { ...settings, vendor: 'aiven' })?.schema
    expect([...(schema?.parameters ?? [])]).toEqual([['scale', '2']])
  })
})

describe('a value', () => {
  const timestamp = column('TIMESTAMP', { typeName: 'timestamp' })

  test.each<[string, Column, Exclude<RawValue, null>, unknown]>([
    ['true', column('BOOLEAN'), 't', true],
    ['int8', column('BIGINT'), '9223372036854775807', 9_223_372_036_854_775_807n],
    ['float4', column('REAL'), '0.1', Math.fround(0.1)],
    ['money', column('DOUBLE', { typeName: 'money' }), '-$1,234.50', -1234.5],
    [
      'numeric(5,2)',
      column('NUMERIC', { precision: 5, scale: 2 }),
      '123.45',
      new Decimal(12345n, 2),
    ],
    ['numeric', column('NUMERIC'), '1.5', new Decimal(15n * 10n ** 126n, 127)],
    ['NaN', column('NUMERIC'), 'NaN', null],
    ['bytea', column('BINARY'), '\\x00ff', Buffer.from([0, 255])],
    ['bit(1)', column('BIT', { typeName: 'bit', precision: 1 }), '1', true],
    ['bit(3)', column('BIT', { typeName: 'bit', precision: 3 }), '101', 5],
    ['bit(9)', column('BIT', { typeName: 'bit', precision: 9 }), '100000001', Buffer.from([1, 1])],
    ['date', column('DATE'), '1977-02-13', new Date(2600 * 86_400_000)],
    ['infinity', column('DATE'), 'infinity', null],
    ['time', column('TIME'), '23:03:20.5678', new Date(83_000_567)],
    ['timetz', column('TIME'), '01:00:00+05:45', new Date(69_300_000)],
    ['timestamp', timestamp, '1977-02-13 23:03:20', new Date('1977-02-13T23:03:20Z')],
    ['timestamptz', timestamp, '1977-02-13 23:03:20+00', new Date('1977-02-13T23:03:20Z')],
    ['text', column('VARCHAR'), 'infinity', 'infinity'],
  ])('of PostgreSQL, %s, is read without a loss', (_, of, raw, expected) => {
    expect(read(of, raw)).toEqual(expected)
  })

  test.each<[string, Column, Exclude<RawValue, null>, string]>([
    [
      'a scale too long',
      column('DECIMAL', { precision: 5, scale: 1 }),
      '1.25',
      'more than 1 digits',
    ],
    ['an integer too large', column('INTEGER'), '2147483648', 'is not an int32'],
    ['an unsigned bigint too large', column('BIGINT'), '9223372036854775808', 'is not an int64'],
    ['a text', column('INTEGER'), 'abc', 'is not an int32'],
    ['a zero date', column('DATE'), '0000-00-00', 'zeroDateTimeBehavior'],
    ['a time of two days', column('TIME'), '25:00:00', 'is no date or time'],
  ])('%s is refused', (_, of, raw, message) => {
    expect(() => read(of, raw)).toThrow(message)
  })

  test('of a zero date is what the URL asks for', () => {
    expect(read(column('DATE'), '0000-00-00', { zeroDates: 'null' })).toBeNull()
    expect(read(column('DATE'), '0000-00-00', { zeroDates: 'round' })).toEqual(
      new Date(-62_135_769_600_000),
    )
  })

  test.each<[TimestampGranularity, string, unknown]>([
    ['micros_long', '1969-12-31 23:59:59.999999', -1],
    ['micros_string', '1970-01-01 00:00:01.000001', '1000001'],
    ['nanos_long', '2020-01-01 00:00:00.123456', 1_577_836_800_123_456_000n],
    ['nanos_string', '9999-12-31 23:59:59', '253402300799000000000'],
    ['micros_iso_datetime_string', '2020-01-01 00:00:00', '2020-01-01T00:00:00.000000'],
    ['nanos_iso_datetime_string', '2020-01-01 00:00:00.1413', '2020-01-01T00:00:00.141300000'],
  ])('with timestamp.granularity=%s of %s is %s', (granularity, raw, expected) => {
    expect(read(timestamp, raw, { granularity })).toEqual(expected)
  })

  test('of a type that has no schema is left out, or its text', () => {
    const inet = column('OTHER', { typeName: 'inet' })
    expect(read(inet, '10.0.0.1')).toBe('dropped')
    expect(read(inet, '10.0.0.1', { unsupported: 'string' })).toBe('10.0.0.1')
  })

  test.each<[string, Column, Exclude<RawValue, null>, unknown]>([
    ['an integer as text', column('INTEGER'), '12', 12],
    ['an int64', column('BIGINT'), 2n ** 62n, 2n ** 62n],
    ['a decimal as a float', column('DECIMAL', { scale: 2 }), 1.5, new Decimal(150n, 2)],
    ['a boolean as an integer', column('BOOLEAN'), 1n, true],
    ['milliseconds', timestamp, 1000n, new Date(1000)],
    ['a Julian day', timestamp, 2_440_588.5, new Date(86_400_000)],
    ['a number as text', column('VARCHAR'), 12n, '12'],
  ])('of SQLite, %s, is made to fit its declaration', (_, of, raw, expected) => {
    expect(read(of, raw, { kind: 'sqlite', dialect: 'sqlite' })).toEqual(expected)
  })
})
