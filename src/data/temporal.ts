import { DataError } from '../errors/connect-error.ts'
import { normalizeInt64 } from '../util/int64.ts'
import type { Int64 } from '../util/int64.ts'
import { dateName, timeName, timestampName } from './logical-names.ts'
import { SchemaBuilder } from './schema-builder.ts'
import type { Schema } from './schema.ts'

/** Milliseconds of a day. */
export const dayMs = 86_400_000
/** A `Date` reaches this many milliseconds from the epoch, either way. */
const dateRangeMs = 8.64e15

/** An instant: a Date, or its milliseconds since the epoch as a bigint beyond what a Date can hold. */
export type Instant = Date | bigint

/** A logical type: its schema, and the way between its values and the integers that stand for them. */
export interface TemporalType<Encoded, Value> {
  readonly LOGICAL_NAME: string
  /** Required, version 1. */
  readonly SCHEMA: Schema
  builder(): SchemaBuilder
  /** The integer that stands for `value`; a DataError where the schema is another or the value does not fit. */
  fromLogical(schema: Schema, value: Value): Encoded
  toLogical(schema: Schema, value: Encoded): Value
}

/** `org.apache.kafka.connect.data.Date`: days since the epoch in UTC (INT32); the value is its midnight. */
export const ConnectDate: TemporalType<number, Instant> = {
  LOGICAL_NAME: dateName,
  SCHEMA: dateBuilder().build(),
  builder: dateBuilder,
  fromLogical(schema, value) {
    requireName(schema, dateName, 'Date')
    const days = daysOf(instantMs(value))
    if (days === undefined) {
      throw new DataError(
        'Kafka Connect Date type should not have any time fields set to non-zero values.',
      )
    }
    return days
  },
  toLogical(schema, value) {
    requireName(schema, dateName, 'Date')
    return instantOf(value * dayMs)
  },
}

/** `org.apache.kafka.connect.data.Time`: milliseconds since midnight UTC (INT32), on 1970-01-01. */
export const ConnectTime: TemporalType<number, Date> = {
  LOGICAL_NAME: timeName,
  SCHEMA: timeBuilder().build(),
  builder: timeBuilder,
  fromLogical(schema, value) {
    requireName(schema, timeName, 'Time')
    const ms = Number(instantMs(value))
    if (ms < 0 || ms > dayMs) {
      throw new DataError(
        'Kafka Connect Time type should not have any date fields set to non-zero values.',
      )
    }
    return ms
  },
  toLogical(schema, value) {
    // Java names the Date object here too.
    requireName(schema, timeName, 'Date')
    if (value < 0 || value > dayMs) {
      throw new DataError(
        'Time values must use number of milliseconds greater than 0 and less than 86400000',
      )
    }
    return new Date(value)
  },
}

/** `org.apache.kafka.connect.data.Timestamp`: milliseconds since the epoch (INT64). */
export const ConnectTimestamp: TemporalType<Int64, Instant> = {
  LOGICAL_NAME: timestampName,
  SCHEMA: timestampBuilder().build(),
  builder: timestampBuilder,
  fromLogical(schema, value) {
    requireName(schema, timestampName, 'Timestamp')
    return instantMs(value)
  },
  toLogical(schema, value) {
    requireName(schema, timestampName, 'Timestamp')
    return instantOf(value)
  },
}

/** Milliseconds since the epoch; a DataError for an invalid Date. */
export function instantMs(value: Instant): Int64 {
  if (typeof value === 'bigint') return normalizeInt64(value)
  const ms = value.getTime()
  if (Number.isNaN(ms)) throw new DataError('Invalid Date: it holds no instant.')
  return ms
}

export function instantOf(ms: Int64): Instant {
  if (typeof ms === 'bigint') return ms
  return Math.abs(ms) <= dateRangeMs ? new Date(ms) : BigInt(ms)
}

/** Whole days, or undefined where `ms` is not a midnight or not an int32 of days. */
function daysOf(ms: Int64): number | undefined {
  if (typeof ms === 'bigint') {
    return ms % BigInt(dayMs) === 0n ? int32(Number(ms / BigInt(dayMs))) : undefined
  }
  // Adding zero turns -0 into 0.
  return ms % dayMs === 0 ? int32(ms / dayMs + 0) : undefined
}

function int32(value: number): number | undefined {
  return (value | 0) === value ? value : undefined
}

function requireName(schema: Schema, name: string, kind: string): void {
  if (schema.name !== name) {
    throw new DataError(`Requested conversion of ${kind} object but the schema does not match.`)
  }
}

function dateBuilder(): SchemaBuilder {
  return SchemaBuilder.int32().name(dateName).version(1)
}

function timeBuilder(): SchemaBuilder {
  return SchemaBuilder.int32().name(timeName).version(1)
}

function timestampBuilder(): SchemaBuilder {
  return SchemaBuilder.int64().name(timestampName).version(1)
}
