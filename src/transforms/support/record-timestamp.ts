import { DataError } from '../../api/index.ts'

/**
 * The timestamp of a record, from a Date or a count of units since the epoch. A DataError where it is no whole number of
 * milliseconds that a record can hold (invariant 6); `field` says where it was found.
 */
export function recordTimestamp(instant: unknown, unitMs: number, field: string): number {
  const ms = instant instanceof Date ? instant.getTime() : Number(instant) * unitMs
  if (Number.isSafeInteger(ms)) return ms
  throw new DataError(
    `Invalid value ${String(instant)} of the field "${field}" for a record's timestamp: expected at most ` +
      `${Number.MAX_SAFE_INTEGER} milliseconds since 1970. Check the unit that it is in.`,
  )
}
