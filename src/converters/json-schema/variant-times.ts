import { DataError } from '../../api/index.ts'

/** Times of variants as text (ISO 8601), to the nanosecond; the fraction has 0, 3, 6 or 9 digits. */

const nanosPerSecond = 1_000_000_000n
const nanosPerDay = 86_400n * nanosPerSecond

/** Of days since the epoch. */
export function dateText(days: number): string {
  return calendar(BigInt(days) * 86_400_000n).slice(0, -'T00:00:00.000Z'.length)
}

/** Of nanoseconds since the epoch; `zone` follows. */
export function timestampText(nanos: bigint, zone: string): string {
  const rest = ((nanos % nanosPerSecond) + nanosPerSecond) % nanosPerSecond
  const text = calendar((nanos - rest) / 1_000_000n)
  return text.slice(0, -'.000Z'.length) + fraction(rest) + zone
}

/** Of nanoseconds since midnight. */
export function timeText(nanos: bigint): string {
  if (nanos < 0n || nanos >= nanosPerDay) {
    throw new DataError(`Invalid variant: ${nanos} nanoseconds are no time of a day.`)
  }
  return timestampText(nanos, '').slice('1970-01-01T'.length)
}

function calendar(ms: bigint): string {
  const date = new Date(Number(ms))
  if (!Number.isNaN(date.getTime())) return date.toISOString()
  throw new DataError(`Invalid variant: ${ms} ms since 1970 are beyond any calendar.`)
}

function fraction(nanos: bigint): string {
  if (nanos === 0n) return ''
  const digits = String(nanos).padStart(9, '0')
  if (digits.endsWith('000000')) return `.${digits.slice(0, 3)}`
  return `.${digits.endsWith('000') ? digits.slice(0, 6) : digits}`
}
