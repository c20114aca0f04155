import { DataError, Decimal } from 'sluice/api'
import type { Schema, Struct } from 'sluice/api'
import { timeText, TemporalText } from '../core/temporal-text.ts'
import type { DialectKind } from '../core/dialect.ts'
import { decimalText, hexOf } from './value-text.ts'
import { mod } from './wall-clock.ts'
import type { ClockStyle } from './wall-clock.ts'

type Text = (value: unknown) => string

/** What the text of a value is made for. */
export interface SemanticRequest {
  readonly dialect: DialectKind
  readonly name: string
  readonly schema: Schema
  /** The database's name for the type of the column; null where that is not known. */
  readonly typeName: string | null
  readonly style: ClockStyle
}

const dayMs = 86_400_000

/** `HH:mm:ss` of a count of parts of a second since midnight, with as many digits as those have. */
export function timeOfDayText(perSecond: number): Text {
  const digits = Math.round(Math.log10(perSecond))
  return (value) => {
    const count = Number(value)
    const seconds = Math.floor(count / perSecond)
    const nanos = (count - seconds * perSecond) * (1_000_000_000 / perSecond)
    return timeText(seconds * 1000, nanos, Math.min(digits, 6))
  }
}

/** `2024-05-01` of that with or without an offset. */
export function isoDateText({ name }: SemanticRequest): Text {
  return (value) => {
    const found = /^[+-]?\d{4,}-\d\d-\d\d(?=$|[Z+-])/.exec(String(value))
    if (found !== null) return found[0]
    throw misfit(name, value, 'a date such as 2024-05-01Z')
  }
}

/** A time with an offset goes as it is to a column that keeps one, and else as the clocks of UTC have it. */
export function isoTimeText({ dialect, name, typeName, style }: SemanticRequest): Text {
  const reader = new TemporalText(style.calendar)
  const keepsOffset = dialect === 'postgresql' && /tz|with time zone/.test(typeName ?? 'timetz')
  return (value) => {
    const text = String(value)
    if (!reader.read(text)) throw misfit(name, value, 'a time such as 10:15:00.5+02:00')
    if (keepsOffset) return text
    const ms = mod(reader.secondsMs - (reader.offsetMs ?? 0), dayMs)
    return timeText(ms, reader.nanos, 6)
  }
}

/** Digits, and nothing else that might stand where a number is written without quotes. */
export function integerText({ name }: SemanticRequest): Text {
  return (value) => {
    if (typeof value === 'bigint' || Number.isInteger(value)) return String(value)
    throw misfit(name, value, 'an integer')
  }
}

/** Microseconds; PostgreSQL has a unit of that name. */
export function spanText(request: SemanticRequest): Text {
  const { dialect, typeName } = request
  const isInterval = dialect === 'postgresql' && /^interval|^$/.test(typeName ?? '')
  const digits = integerText(request)
  return (value) => (isInterval ? `${digits(value)} microseconds` : digits(value))
}

/** Bits come with the lowest byte first; databases have the highest first, PostgreSQL as digits. */
export function bitsText({ dialect, schema }: SemanticRequest): Text {
  const declared = Number(schema.parameters?.get('length') ?? 0)
  return (value) => {
    const bytes = value as Uint8Array
    if (dialect !== 'postgresql') return Buffer.from(bytes).reverse().toString('hex')
    const length = declared > 0 && declared <= 2 ** 20 ? declared : bytes.length * 8
    let digits = ''
    for (let at = length - 1; at >= 0; at--) {
      digits += (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) === 1 ? '1' : '0'
    }
    return digits
  }
}

/** `{scale, value}`: the unscaled number as two's complement, its highest byte first. */
export function variableDecimalText(value: unknown): string {
  const struct = value as Struct
  const bytes = Buffer.from(struct.getBytes('value') ?? [])
  const scale = struct.getInt32('scale') ?? 0
  const magnitude = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`)
  return decimalText(new Decimal(BigInt.asIntN(bytes.length * 8, magnitude), scale))
}

const sridFlag = 0x20000000

/**
 * `{wkb, srid}`. PostGIS takes WKB with the number of its reference system in it, MySQL before it; others are given the WKB alone.
 */
export function geometryText({ dialect }: SemanticRequest): Text {
  return (value) => {
    const struct = value as Struct
    const wkb = Buffer.from(struct.getBytes('wkb') ?? [])
    const srid = struct.getInt32('srid')
    if (dialect === 'mysql') {
      const prefix = Buffer.alloc(4)
      prefix.writeUInt32LE(srid ?? 0)
      return hexOf(Buffer.concat([prefix, wkb]))
    }
    if (dialect !== 'postgresql' || srid === null || wkb.length < 5) return hexOf(wkb)
    return hexOf(withSrid(wkb, srid))
  }
}

/** EWKB: a flag in the type, and the number behind it. */
function withSrid(wkb: Buffer, srid: number): Buffer {
  const isLittle = wkb[0] === 1
  const type = isLittle ? wkb.readUInt32LE(1) : wkb.readUInt32BE(1)
  if ((type & sridFlag) !== 0) return wkb
  const head = Buffer.alloc(9)
  head[0] = wkb[0] ?? 0
  const flagged = (type | sridFlag) >>> 0
  if (isLittle) {
    head.writeUInt32LE(flagged, 1)
    head.writeUInt32LE(srid, 5)
  } else {
    head.writeUInt32BE(flagged, 1)
    head.writeUInt32BE(srid, 5)
  }
  return Buffer.concat([head, wkb.subarray(5)])
}

/** `(x,y)`: PostgreSQL's own points. */
export function pointText(value: unknown): string {
  const struct = value as Struct
  return `(${String(struct.get('x'))},${String(struct.get('y'))})`
}

export function vectorText(value: unknown): string {
  return `[${(value as readonly unknown[]).map(String).join(',')}]`
}

function misfit(name: string, value: unknown, expected: string): DataError {
  const found = JSON.stringify(String(value).slice(0, 40))
  return new DataError(`Field "${name}" is ${found}: expected ${expected}.`)
}
