import { ConfigError } from '../../errors/connect-error.ts'
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '../protocol/list-offsets.ts'
import type { ClientConfig } from '../types.ts'

/** Where a partition is read from when nothing says where; by `none` that is an error. */
export interface OffsetReset {
  readonly kind: 'earliest' | 'latest' | 'none' | 'by_duration'
  /** By `by_duration`: the first record that is not older than this. */
  readonly durationMs: number
  /** As the configuration has it. */
  readonly text: string
}

/** A policy that names an offset. */
export type OffsetLookup = OffsetReset & { readonly kind: Exclude<OffsetReset['kind'], 'none'> }

export const latest = { kind: 'latest', durationMs: 0, text: 'latest' } as const

const KEY = 'auto.offset.reset'
const byDuration = 'by_duration'

/** The policy of `auto.offset.reset`, latest by default. Throws a ConfigError with Java's words. */
export function offsetResetOf(config: ClientConfig): OffsetReset {
  const text = config[KEY]?.trim()
  if (text === undefined) return latest
  const colon = text.indexOf(':')
  const kind = colon < 0 ? text : text.slice(0, colon)
  if (kind === byDuration && colon >= 0) {
    const durationMs = durationMsOf(text.slice(colon + 1))
    if (durationMs !== null) return { kind, durationMs, text }
  } else if (text === 'earliest' || text === 'latest' || text === 'none') {
    return { kind: text, durationMs: 0, text }
  }
  throw new ConfigError(
    `Invalid value ${text} for configuration ${KEY}: Invalid value \`${text}\` for configuration ${KEY}. ` +
      "The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.",
  )
}

/** What ListOffsets is asked for, at `nowMs`; a duration that began before 1970 means every record. */
export function timestampOf({ kind, durationMs }: OffsetLookup, nowMs: number): number {
  if (kind === 'earliest') return EARLIEST_TIMESTAMP
  if (kind === 'latest') return LATEST_TIMESTAMP
  return Math.max(Math.floor(nowMs - durationMs), 0)
}

/** Whether the policy names an offset to look up. */
export function isLookup(reset: OffsetReset): reset is OffsetLookup {
  return reset.kind !== 'none'
}

/** ISO 8601 as java.time.Duration reads it: days of 24 hours, hours, minutes and seconds, each with a sign of its own. */
const iso =
  /^([-+]?)P(?:([-+]?\d+)D)?(T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i

const MOST_SECONDS = 2n ** 63n

/** Milliseconds, with a fraction; null for what is no duration, or a negative one. */
function durationMsOf(text: string): number | null {
  const found = iso.exec(text)
  if (found === null) return null
  const [, sign, days, time, hours, minutes, seconds, fraction = ''] = found
  const parts = [days, hours, minutes, seconds]
  if (parts.every((part) => part === undefined) || time?.toUpperCase() === 'T') return null
  const units = [86_400n, 3600n, 60n, 1n]
  const all = parts.map((part, i) => BigInt(part?.replace('+', '') ?? 0) * (units[i] ?? 0n))
  const whole = all.reduce((sum, part) => sum + part, 0n)
  const nanos = BigInt(fraction.padEnd(9, '0')) * (seconds?.startsWith('-') === true ? -1n : 1n)
  const total = (whole * 1_000_000_000n + nanos) * (sign === '-' ? -1n : 1n)
  if (total < 0n || total / 1_000_000_000n >= MOST_SECONDS) return null
  return Number(total) / 1e6
}
