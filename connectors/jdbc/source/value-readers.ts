import { DataError, Decimal, normalizeInt64 } from 'sluice/api'
import type { DialectKind } from '../core/dialect.ts'
import type { RawValue } from '../core/types.ts'
import type { ColumnSchema, ValueKind } from './column-schema.ts'
import { temporalReader } from './temporal-readers.ts'
import type { TemporalSettings } from './temporal-readers.ts'

/** Hot: makes a value of a column, which is not null, that of its schema; a DataError where it cannot be. May answer null. */
export type ValueReader = (raw: Exclude<RawValue, null>) => unknown

export interface ReaderSettings extends TemporalSettings {
  readonly dialect: DialectKind
}

/** A reader for every value of a column. */
export function valueReader(
  { kind, scale }: ColumnSchema,
  typeName: string,
  settings: ReaderSettings,
): ValueReader {
  const isPg = settings.dialect === 'postgresql'
  switch (kind) {
    case 'int8':
      return typeName === 'bit' ? readBit(isPg) : integerReader(0x7f, kind)
    case 'int16':
      return integerReader(0x7fff, kind)
    case 'int32':
      return integerReader(0x7fffffff, kind)
    case 'int64':
      return readInt64
    case 'float32':
      return (raw) => Math.fround(readNumber(raw))
    case 'float64':
      return typeName === 'money' ? readMoney : readNumber
    case 'boolean':
      return readBoolean
    case 'string':
      return readString
    case 'bytes':
      return isPg ? readHex : readBytes
    case 'bits':
      return (raw) => packBits(String(raw))
    case 'decimal':
      return decimalReader(scale)
    case 'date':
    case 'year':
    case 'time':
    case 'timestamp':
      return temporalReader(kind, typeName, settings)
  }
}

function integerReader(max: number, kind: ValueKind): ValueReader {
  return (raw) => {
    const value = typeof raw === 'number' ? raw : Number(raw)
    if (Number.isInteger(value) && value <= max && value >= -max - 1) return value
    throw new DataError(`${describe(raw)} is not an ${kind}`)
  }
}

function readInt64(raw: Exclude<RawValue, null>): unknown {
  const value = typeof raw === 'number' ? raw : Number(raw)
  if (Number.isSafeInteger(value)) return value
  const exact = wholeNumber(raw)
  if (exact === null || exact !== BigInt.asIntN(64, exact)) {
    throw new DataError(`${describe(raw)} is not an int64`)
  }
  return normalizeInt64(exact)
}

function wholeNumber(raw: Exclude<RawValue, null>): bigint | null {
  if (typeof raw === 'bigint') return raw
  if (typeof raw === 'string' && /^[+-]?\d+$/.test(raw)) return BigInt(raw)
  return typeof raw === 'number' && Number.isInteger(raw) ? BigInt(raw) : null
}

function readNumber(raw: Exclude<RawValue, null>): number {
  if (typeof raw === 'number') return raw
  const value = raw === '' || raw instanceof Uint8Array ? Number.NaN : Number(raw)
  if (!Number.isNaN(value) || raw === 'NaN') return value
  throw new DataError(`${describe(raw)} is not a number`)
}

/** A currency's sign, grouping and, below zero, a sign or parentheses. */
function readMoney(raw: Exclude<RawValue, null>): number {
  const text = String(raw)
  const isNegative = /[-(]/.test(text)
  const amount = readNumber(text.replace(/[^\d.]/g, ''))
  return isNegative ? -amount : amount
}

function readBoolean(raw: Exclude<RawValue, null>): boolean {
  if (raw === 't' || raw === true) return true
  if (raw === 'f' || raw === false) return false
  if (typeof raw === 'number' || typeof raw === 'bigint') return Number(raw) !== 0
  if (typeof raw === 'string' && /^(?:0|1|true|false)$/i.test(raw)) return /^[1t]/i.test(raw)
  throw new DataError(`${describe(raw)} is not a boolean`)
}

/** `BIT(1)` of MySQL is a byte; up to eight bits of PostgreSQL are their digits. */
function readBit(isDigits: boolean): ValueReader {
  return (raw) => {
    if (raw instanceof Uint8Array) return ((raw[raw.length - 1] ?? 0) << 24) >> 24
    if (typeof raw === 'string' && isDigits) return (Number.parseInt(raw, 2) << 24) >> 24
    return Number(raw)
  }
}

function packBits(digits: string): Buffer {
  const padded = digits.padStart(Math.ceil(digits.length / 8) * 8, '0')
  const bytes = padded.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((bits) => Number.parseInt(bits, 2)))
}

function readString(raw: Exclude<RawValue, null>): string {
  if (typeof raw === 'string') return raw
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('utf8') : String(raw)
}

function readHex(raw: Exclude<RawValue, null>): Uint8Array {
  if (typeof raw !== 'string') return readBytes(raw)
  return Buffer.from(raw.slice(2), 'hex')
}

function readBytes(raw: Exclude<RawValue, null>): Uint8Array {
  return raw instanceof Uint8Array ? raw : Buffer.from(String(raw))
}

/** Digits of this scale are taken as they are; fewer are filled up, and more than the schema holds are refused. */
function decimalReader(scale: number): ValueReader {
  return (raw) => {
    if (raw === 'NaN' || raw === 'Infinity' || raw === '-Infinity') return null
    const found = raw instanceof Uint8Array ? null : parsed(String(raw))
    if (found === null) throw new DataError(`${describe(raw)} is not a decimal number`)
    if (found.scale === scale) return found
    if (found.scale < scale) {
      return new Decimal(found.unscaled * 10n ** BigInt(scale - found.scale), scale)
    }
    const divisor = 10n ** BigInt(found.scale - scale)
    if (found.unscaled % divisor === 0n) return new Decimal(found.unscaled / divisor, scale)
    throw new DataError(`${describe(raw)} has more than ${scale} digits after its point`)
  }
}

function parsed(text: string): Decimal | null {
  try {
    return Decimal.parse(text)
  } catch {
    return null
  }
}

/** For a message: what it is, and no more of it than shows that. */
function describe(raw: RawValue): string {
  if (raw instanceof Uint8Array) return `A value of ${raw.length} bytes`
  const text = String(raw)
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`
}
