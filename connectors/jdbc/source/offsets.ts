import { ConnectError, DataError } from 'sluice/api'
import type { Int64, OffsetValue, SourceOffset, SourcePartition } from 'sluice/api'

/** How far a table was read. Equal bytes to those of the Java connectors: `incrementing`, `timestamp`, `timestamp_nanos`. */
export interface Position {
  /** Null where none has been read. */
  readonly id: Int64 | null
  /** Whole seconds of the epoch in milliseconds, and nanoseconds of that second; null where none has been read. */
  readonly secondsMs: number | null
  readonly nanos: number
}

export const noPosition: Position = { id: null, secondsMs: null, nanos: 0 }

export const queryPartition: SourcePartition = { query: 'query' }

export function tablePartition(fullName: string): SourcePartition {
  return { table: fullName, protocol: '1' }
}

/** Of older connectors, and of bulk mode: the bare name. */
export function legacyPartition(table: string): SourcePartition {
  return { table }
}

/** What has been stored, whoever wrote it; numbers may have passed through JSON as doubles. */
export function positionOf(offset: SourceOffset | null): Position {
  if (offset === null) return noPosition
  const ms = numberOf(offset, 'timestamp')
  const nanos = numberOf(offset, 'timestamp_nanos')
  const millis = ms === null ? null : Number(ms)
  return {
    id: numberOf(offset, 'incrementing'),
    secondsMs: millis === null ? null : Math.floor(millis / 1000) * 1000,
    nanos: nanos === null ? millisOf(millis ?? 0) * 1_000_000 : Number(nanos),
  }
}

/** The map to store; null where nothing has been read. */
export function offsetOf({ id, secondsMs, nanos }: Position): SourceOffset {
  const offset: Record<string, OffsetValue> = {}
  if (id !== null) offset.incrementing = id
  if (secondsMs !== null) {
    offset.timestamp = secondsMs + Math.floor(nanos / 1_000_000)
    offset.timestamp_nanos = nanos
  }
  return offset
}

/** Negative, zero or positive as the timestamp of `a` is before, at or after that of `b`. */
export function compareTimestamps(a: Position, b: Position): number {
  const seconds = (a.secondsMs ?? 0) - (b.secondsMs ?? 0)
  return seconds === 0 ? a.nanos - b.nanos : seconds
}

function millisOf(ms: number): number {
  return ((ms % 1000) + 1000) % 1000
}

function numberOf(offset: SourceOffset, name: string): Int64 | null {
  const value = offset[name] ?? null
  if (value === null) return null
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
    return value
  }
  const coerced = Number(typeof value === 'object' ? value.valueOf() : value)
  if (Number.isInteger(coerced) && typeof value !== 'boolean') return coerced
  throw new ConnectError(
    `The stored offset has ${name}=${JSON.stringify(value)}, which is no integer. Alter or reset the offsets of the connector.`,
  )
}

/** A value of the incrementing column as an int64; an error that says why it is none. */
export function incrementingValue(value: unknown, column: string): Int64 {
  if (value === null || value === undefined) {
    throw new ConnectError(`Null value for incrementing column of: ${column}`)
  }
  if (typeof value === 'number' && Number.isInteger(value)) return value
  if (typeof value === 'bigint') return value
  const { unscaled, scale } = value as { readonly unscaled?: bigint; readonly scale?: number }
  if (typeof unscaled === 'bigint' && scale === 0) {
    if (unscaled > 9_223_372_036_854_775_807n) {
      throw new ConnectError('Decimal value for incrementing column exceeded Long.MAX_VALUE')
    }
    return Number.isSafeInteger(Number(unscaled)) ? Number(unscaled) : unscaled
  }
  if (typeof unscaled === 'bigint') {
    throw new ConnectError('Scale of Decimal value for incrementing column must be 0')
  }
  throw new DataError(`The incrementing column ${column} holds no integer.`)
}
