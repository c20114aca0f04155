import {
  ConnectDate,
  ConnectError,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  INT64_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  dayMs,
  instantMs,
  instantOf,
  javaClassName,
  normalizeInt64,
  schemaText,
  schemalessType,
} from '../../api/index.ts'
import type { Instant, Int64, Schema } from '../../api/index.ts'
import type { SimpleDateFormat } from './date-format/simple-date-format.ts'

/** The forms that a time may have. */
export const timestampKinds = ['string', 'unix', 'Date', 'Time', 'Timestamp'] as const
export type TimestampKind = (typeof timestampKinds)[number]

export type UnixPrecision = 'nanoseconds' | 'microseconds' | 'milliseconds' | 'seconds'

const schemas: Record<TimestampKind, readonly [required: Schema, optional: Schema]> = {
  string: [STRING_SCHEMA, OPTIONAL_STRING_SCHEMA],
  unix: [INT64_SCHEMA, OPTIONAL_INT64_SCHEMA],
  Date: [ConnectDate.SCHEMA, ConnectDate.builder().optional().build()],
  Time: [ConnectTime.SCHEMA, ConnectTime.builder().optional().build()],
  Timestamp: [ConnectTimestamp.SCHEMA, ConnectTimestamp.builder().optional().build()],
}

export function schemaOfKind(kind: TimestampKind, optional: boolean): Schema {
  return schemas[kind][optional ? 1 : 0]
}

/** Throws a ConnectError where such values are no times. */
export function kindOfSchema(schema: Schema): TimestampKind {
  if (schema.name === ConnectTimestamp.LOGICAL_NAME) return 'Timestamp'
  if (schema.name === ConnectDate.LOGICAL_NAME) return 'Date'
  if (schema.name === ConnectTime.LOGICAL_NAME) return 'Time'
  if (schema.type === 'STRING') return 'string'
  if (schema.type === 'INT64') return 'unix'
  throw new ConnectError(
    `Schema ${schemaText(schema)} does not correspond to a known timestamp type format`,
  )
}

/** The form of a value without a schema. */
export function kindOfValue(value: unknown): TimestampKind {
  if (value instanceof Date) return 'Timestamp'
  const type = schemalessType(value)
  if (type === 'INT64') return 'unix'
  if (type === 'STRING') return 'string'
  throw new DataError(
    `TimestampConverter does not support class ${javaClassName(value)} objects as timestamps`,
  )
}

/** How long a unit is: so many milliseconds, or so many of it in one. */
const units: Record<UnixPrecision, { readonly ms: number; readonly perMs: number }> = {
  seconds: { ms: 1000, perMs: 1 },
  milliseconds: { ms: 1, perMs: 1 },
  microseconds: { ms: 1, perMs: 1000 },
  nanoseconds: { ms: 1, perMs: 1_000_000 },
}

const int64Max = 2n ** 63n - 1n

/** Times from one form to another, by way of milliseconds since the epoch. */
export class TimestampConversion {
  readonly #format: SimpleDateFormat | null
  readonly #unit: { readonly ms: number; readonly perMs: number }

  constructor(format: SimpleDateFormat | null, precision: UnixPrecision) {
    this.#format = format
    this.#unit = units[precision]
  }

  /** Null stays null. A DataError in Java's words where a text does not match. */
  convert(value: unknown, from: TimestampKind, to: TimestampKind): unknown {
    if (value === null) return null
    return this.#fromMs(this.#toMs(value, from), to)
  }

  #toMs(value: unknown, from: TimestampKind): Int64 {
    if (from === 'string') return this.#parse(value as string)
    if (from !== 'unix') return instantMs(value as Instant)
    const { ms, perMs } = this.#unit
    return scaled(value as Int64, ms, perMs)
  }

  #fromMs(ms: Int64, to: TimestampKind): unknown {
    switch (to) {
      case 'string':
        return this.#required().format(ms)
      case 'unix':
        return scaled(ms, this.#unit.perMs, this.#unit.ms)
      case 'Date':
        return instantOf(midnightBefore(ms))
      case 'Time':
        return new Date(msOfDay(ms))
      case 'Timestamp':
        return instantOf(ms)
    }
  }

  #parse(text: string): Int64 {
    const format = this.#required()
    const ms = format.parse(text)
    if (ms === null || !Number.isSafeInteger(ms)) {
      throw new DataError(
        `Could not parse timestamp: value (${text}) does not match pattern (${format.pattern})`,
      )
    }
    return ms
  }

  #required(): SimpleDateFormat {
    if (this.#format !== null) return this.#format
    throw new DataError(
      'Found a text where a time is expected, and no "format" says how to read it. Set "format" to a pattern of SimpleDateFormat.',
    )
  }
}

/** Times one number, divided by another towards zero; beyond an int64 the nearest. */
function scaled(value: Int64, times: number, dividedBy: number): Int64 {
  if (typeof value === 'number') {
    const product = value * times
    if (Number.isSafeInteger(product)) return Math.trunc(product / dividedBy) + 0
  }
  const exact = (BigInt(value) * BigInt(times)) / BigInt(dividedBy)
  if (exact > int64Max) return int64Max
  return exact < -int64Max - 1n ? -int64Max - 1n : normalizeInt64(exact)
}

/** Before the first midnight that an int64 can tell, Java's calendar counts on from the other end. */
function midnightBefore(ms: Int64): Int64 {
  if (typeof ms === 'number') return ms - msOfDay(ms)
  return normalizeInt64(BigInt.asIntN(64, ms - BigInt(msOfDay(ms))))
}

function msOfDay(ms: Int64): number {
  const rest = typeof ms === 'bigint' ? Number(ms % BigInt(dayMs)) : ms % dayMs
  return rest < 0 ? rest + dayMs : rest + 0
}
