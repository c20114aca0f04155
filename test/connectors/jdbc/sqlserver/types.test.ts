import { describe, expect, test } from 'vitest'
import {
  rawValue,
  sqlServerColumn,
  writtenType,
} from '../../../../connectors/jdbc/drivers/sqlserver-types.ts'
import { columnSchema } from '../../../../connectors/jdbc/source/column-schema.ts'
import { valueReader } from '../../../../connectors/jdbc/source/value-readers.ts'
import { Zone } from '../../../../connectors/jdbc/core/zone.ts'
import { tdsColumn } from './fake-tds.ts'

const settings = {
  vendor: 'confluent',
  kind: 'sqlserver',
  numericMapping: 'none',
  mapsDecimal: false,
  granularity: 'connect_logical',
  unsupported: 'drop',
  dialect: 'sqlserver',
  zone: new Zone('UTC'),
  calendar: 'PROLEPTIC_GREGORIAN',
  zeroDates: 'exception',
} as const

function read(type: string, more: Parameters<typeof tdsColumn>[2], value: unknown): unknown {
  const column = sqlServerColumn(tdsColumn('c', type, more))
  const found = columnSchema(column, settings)
  if (found === null) return 'dropped'
  const raw = rawValue(value, column)
  const { schema } = found
  const read = raw === null ? null : valueReader(found, column.typeName, settings)(raw)
  return [schema.name?.replace(/.*\./, '') ?? schema.type, read]
}

/** A Date with what it cannot hold beside it, as tedious has it. */
function exact(iso: string, nanosecondsDelta: number): Date {
  return Object.assign(new Date(iso), { nanosecondsDelta })
}

describe('a column of SQL Server', () => {
  test.each([
    ['BitN', { dataLength: 1 }, true, ['INT8', 1]],
    ['IntN', { dataLength: 1 }, 255, ['INT16', 255]],
    ['IntN', { dataLength: 2 }, -5, ['INT16', -5]],
    ['Int', {}, 70_000, ['INT32', 70_000]],
    ['IntN', { dataLength: 8 }, '9223372036854775807', ['INT64', 9223372036854775807n]],
    ['FloatN', { dataLength: 4 }, 1.5, ['FLOAT32', 1.5]],
    ['FloatN', { dataLength: 8 }, 1e300, ['FLOAT64', 1e300]],
    ['NVarChar', {}, 'żółw', ['STRING', 'żółw']],
    ['Xml', {}, '<a/>', ['STRING', '<a/>']],
    ['UniqueIdentifier', {}, '6F9619FF', ['STRING', '6F9619FF']],
    ['VarBinary', {}, Buffer.from([1, 255]), ['BYTES', Buffer.from([1, 255])]],
    ['Variant', {}, 1, 'dropped'],
    ['UDT', {}, Buffer.from([1]), 'dropped'],
    ['Int', {}, null, ['INT32', null]],
  ] as const)('%s %o: %s becomes %o', (type, more, value, expected) => {
    expect(read(type, more, value)).toEqual(expected)
  })

  test.each([
    ['Date', '1977-02-13T00:00:00Z', 0, 'Date', '1977-02-13T00:00:00.000Z'],
    ['Time', '1970-01-01T23:03:20.123Z', 0, 'Time', '1970-01-01T23:03:20.123Z'],
    ['DateTime2', '1969-12-31T23:59:59.999Z', 0.0009999, 'Timestamp', '1969-12-31T23:59:59.999Z'],
    ['DateTimeN', '1977-02-13T23:03:20.003Z', 0, 'Timestamp', '1977-02-13T23:03:20.003Z'],
    ['DateTimeOffset', '2016-12-08T19:34:56.785Z', 0, 'Timestamp', '2016-12-08T19:34:56.785Z'],
  ])('%s %s is that instant', (type, iso, delta, schema, expected) => {
    const more = type === 'DateTimeN' ? { dataLength: 8 } : { scale: 7 }
    expect(read(type, more, exact(iso, delta))).toEqual([schema, new Date(expected)])
  })

  test('keeps the hundred nanoseconds that a Date has no room for', () => {
    const column = sqlServerColumn(tdsColumn('c', 'DateTime2', { scale: 7 }))
    expect(rawValue(exact('2024-05-01T10:00:00.123Z', 0.0004567), column)).toBe(
      '2024-05-01 10:00:00.1234567',
    )
    const zoned = sqlServerColumn(tdsColumn('c', 'DateTimeOffset', { scale: 7 }))
    expect(rawValue(exact('2024-05-01T10:00:00.000Z', 0), zoned)).toBe(
      '2024-05-01 10:00:00.0000000+00:00',
    )
  })

  test.each([
    ['DecimalN', { precision: 15, scale: 2 }, 1234567890123.45, '1234567890123.45'],
    ['NumericN', { precision: 5, scale: 3 }, -0.001, '-0.001'],
    ['MoneyN', { dataLength: 8 }, 922.3372, '922.3372'],
    ['DecimalN', { precision: 38, scale: 0 }, 999_999_999_999_999, '999999999999999'],
  ])('%s %o: %d is read as %s', (type, more, value, expected) => {
    expect(rawValue(value, sqlServerColumn(tdsColumn('c', type, more)))).toBe(expected)
  })

  test.each([
    [{ precision: 38, scale: 0 }, 9_007_199_254_740_992],
    [{ precision: 38, scale: 30 }, 1],
  ])('%o: %d may have been rounded by the driver, and is refused', (more, value) => {
    const column = sqlServerColumn(tdsColumn('price', 'DecimalN', more))
    expect(() => rawValue(value, column)).toThrow(
      /Column price holds a number of more than 15 digits.*CONVERT\(varchar\(41\), price\)/,
    )
  })

  test('says what it is by the flags of the protocol', () => {
    const flagged = (flags: number) => sqlServerColumn(tdsColumn('c', 'Int', { flags }))
    expect(flagged(0x10)).toMatchObject({ nullable: false, autoIncrement: true })
    expect(flagged(0x01)).toMatchObject({ nullable: true, autoIncrement: false })
    expect(flagged(0x8000).nullable).toBeNull()
  })

  test.each([
    ['varchar', true, 'varchar(8000)'],
    ['varchar', false, 'varchar(max)'],
    ['nvarchar', true, 'nvarchar(4000)'],
    ['varbinary', false, 'varbinary(max)'],
    ['decimal', false, 'decimal(10,2)'],
    ['datetime2', false, 'datetime2(2)'],
    ['int', true, 'int'],
  ])('%s, a key: %s, is written as %s', (typeName, isKey, expected) => {
    expect(writtenType(typeName, { isKey, precision: 10, scale: 2 })).toBe(expected)
  })
})
