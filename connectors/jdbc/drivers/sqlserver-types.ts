import { DataError } from 'sluice/api'
import type { Column, RawValue, SqlType } from '../core/types.ts'

/** Of a column of a result as tedious tells it (COLMETADATA of MS-TDS). */
export interface TdsColumn {
  readonly colName: string
  readonly type: { readonly name: string }
  readonly flags: number
  readonly precision?: number | undefined
  readonly scale?: number | undefined
  readonly dataLength?: number | undefined
}

/** Flags of COLMETADATA. */
const nullable = 0x0001
const identity = 0x0010
const nullableUnknown = 0x8000

/** Names of SQL Server by JDBC's type; what is not here (`sql_variant`, `geography`, …) is OTHER. */
const types: Readonly<Record<string, SqlType>> = {
  ...{ bit: 'BIT', tinyint: 'TINYINT', smallint: 'SMALLINT', int: 'INTEGER', bigint: 'BIGINT' },
  ...{ real: 'REAL', float: 'DOUBLE', numeric: 'NUMERIC', decimal: 'DECIMAL' },
  ...{ money: 'DECIMAL', smallmoney: 'DECIMAL', date: 'DATE', time: 'TIME' },
  ...{ datetime: 'TIMESTAMP', smalldatetime: 'TIMESTAMP', datetime2: 'TIMESTAMP' },
  ...{ datetimeoffset: 'TIMESTAMP', char: 'CHAR', nchar: 'CHAR', uniqueidentifier: 'CHAR' },
  ...{ varchar: 'VARCHAR', nvarchar: 'VARCHAR', text: 'VARCHAR', ntext: 'VARCHAR' },
  ...{ xml: 'VARCHAR', sysname: 'VARCHAR' },
  ...{ binary: 'BINARY', varbinary: 'BINARY', image: 'BINARY', timestamp: 'BINARY' },
}

export function sqlServerType(name: string): SqlType {
  return types[name] ?? 'OTHER'
}

/** Digits and scale of the types of money, which the protocol leaves out. */
const moneyDigits: Readonly<Record<string, number>> = { money: 19, smallmoney: 10 }

export function sqlServerColumn(column: TdsColumn): Column {
  const typeName = nameOf(column)
  const digits = moneyDigits[typeName]
  return {
    name: column.colName,
    type: sqlServerType(typeName),
    typeName,
    nullable: (column.flags & nullableUnknown) === 0 ? (column.flags & nullable) !== 0 : null,
    precision: digits ?? column.precision ?? 0,
    scale: digits === undefined ? (column.scale ?? 0) : 4,
    unsigned: typeName === 'tinyint',
    autoIncrement: (column.flags & identity) !== 0,
  }
}

/** Types whose name the protocol has once for all lengths: by bytes. */
const sized: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  IntN: { 1: 'tinyint', 2: 'smallint', 4: 'int', 8: 'bigint' },
  FloatN: { 4: 'real', 8: 'float' },
  MoneyN: { 4: 'smallmoney', 8: 'money' },
  DateTimeN: { 4: 'smalldatetime', 8: 'datetime' },
  BitN: { 1: 'bit' },
}

const plain: Readonly<Record<string, string>> = {
  DecimalN: 'decimal',
  NumericN: 'numeric',
  Variant: 'sql_variant',
}

function nameOf({ type, dataLength = 0 }: TdsColumn): string {
  return sized[type.name]?.[dataLength] ?? plain[type.name] ?? type.name.toLowerCase()
}

/** Unscaled numbers below this the driver, which makes doubles of decimals, gives without a loss. */
const exactBelow = 2 ** 52

/** Hot: what tedious gives for a value as the readers of this connector take it; a DataError where digits were lost. */
export function rawValue(value: unknown, { type, typeName, scale, name }: Column): RawValue {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return temporalText(value, typeName)
  if (typeof value !== 'number' || type === 'OTHER') return plainValue(value)
  if (type !== 'DECIMAL' && type !== 'NUMERIC') return value
  if (Math.abs(value) * 10 ** scale < exactBelow) return value.toFixed(scale)
  throw new DataError(
    `Column ${name} holds a number of more than 15 digits, which the driver of SQL Server rounds. Read it by a query that has CONVERT(varchar(41), ${name}) in its place`,
  )
}

function plainValue(value: unknown): RawValue {
  const isPlain = ['string', 'boolean', 'bigint', 'number'].includes(typeof value)
  if (isPlain || value instanceof Uint8Array) return value as RawValue
  return JSON.stringify(value)
}

/** A Date in UTC, and on it the part of the second that a Date cannot hold, in seconds. */
function temporalText(value: Date, typeName: string): string {
  const iso = value.toISOString()
  if (typeName === 'date') return iso.slice(0, 10)
  const { nanosecondsDelta = 0 } = value as Date & { readonly nanosecondsDelta?: number }
  const ticks = String(Math.round(nanosecondsDelta * 1e7)).padStart(4, '0')
  const clock = iso.slice(11, 23) + ticks
  if (typeName === 'time') return clock
  const text = `${iso.slice(0, 10)} ${clock}`
  return typeName === 'datetimeoffset' ? `${text}+00:00` : text
}

/** The type to CONVERT a text to that is written to a column: never one that would cut it, which CONVERT does in silence. */
export function writtenType(typeName: string, description: WrittenColumn): string {
  const { precision, scale } = description
  switch (typeName) {
    case 'char':
    case 'varchar':
    case 'text':
      return description.isKey ? 'varchar(8000)' : 'varchar(max)'
    case 'nchar':
    case 'nvarchar':
    case 'ntext':
    case 'sysname':
      return description.isKey ? 'nvarchar(4000)' : 'nvarchar(max)'
    case 'binary':
    case 'varbinary':
    case 'image':
      return description.isKey ? 'varbinary(8000)' : 'varbinary(max)'
    case 'decimal':
    case 'numeric':
      return `${typeName}(${precision},${scale})`
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return `${typeName}(${scale})`
    default:
      return typeName
  }
}

export interface WrittenColumn {
  readonly isKey: boolean
  readonly precision: number
  readonly scale: number
}
