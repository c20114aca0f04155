import { DataError } from 'sluice/api'
import type { Int64 } from 'sluice/api'
import { TemporalText } from '../core/temporal-text.ts'
import type { TemporalSettings } from './settings.ts'
import { exactTimestampOf, mod } from './wall-clock.ts'
import type { ClockStyle } from './wall-clock.ts'

interface ExactTimestampStyle {
  readonly unit: TemporalSettings['timestampUnit']
  readonly style: ClockStyle
}

const integer = /^[+-]?\d{1,19}$/

/** The text of a timestamp that came as a count of microseconds or nanoseconds, or as a text of that or of ISO 8601. */
export function exactTimestamp(
  field: string,
  value: Int64 | string,
  how: ExactTimestampStyle,
): string {
  if (typeof value !== 'string') return countText(value, how)
  if (integer.test(value)) return countText(BigInt(value), how)
  const text = isoText(value, how.style)
  if (text !== null) return text
  throw new DataError(
    `Field "${field}" is listed in timestamp.fields.list, and is ${JSON.stringify(value.slice(0, 40))}: expected a count of ${how.unit}, or a text such as 2024-05-01T10:00:00.123456.`,
  )
}

function countText(count: Int64, { unit, style }: ExactTimestampStyle): string {
  const perMs = unit === 'microseconds' ? 1000 : 1_000_000
  const { ms, rest } = split(count, perMs)
  const nanos = mod(ms, 1000) * 1_000_000 + rest * (1_000_000 / perMs)
  return exactTimestampOf({ ms, nanos, digits: unit === 'microseconds' ? 6 : 9 }, style)
}

/** Whole milliseconds, rounded down, and what is left of the count. */
function split(count: Int64, perMs: number): { readonly ms: number; readonly rest: number } {
  if (typeof count === 'number') {
    const ms = Math.floor(count / perMs)
    return { ms, rest: count - ms * perMs }
  }
  const per = BigInt(perMs)
  const rest = ((count % per) + per) % per
  return { ms: Number((count - rest) / per), rest: Number(rest) }
}

/** Null where it is no such text. Without an offset it is on the clocks of the zone. */
function isoText(value: string, style: ClockStyle): string | null {
  const reader = new TemporalText(style.calendar)
  if (!/^\d/.test(value) || !value.includes(':') || !reader.read(value)) return null
  const { secondsMs, nanos, offsetMs } = reader
  const at = offsetMs === null ? style.zone.instantOf(secondsMs) : secondsMs - offsetMs
  const ms = at + Math.floor(nanos / 1_000_000)
  return exactTimestampOf({ ms, nanos, digits: nanos % 1000 === 0 ? 6 : 9 }, style)
}
