import { dateText } from '../core/calendar.ts'
import type { CalendarSystem } from '../core/calendar.ts'
import { offsetText, timeText, timestampText } from '../core/temporal-text.ts'
import type { Zone } from '../core/zone.ts'

const dayMs = 86_400_000
/** Where the text of ISO 8601 is the one that databases read, whichever the calendar: 15 October 1582 to the end of 9999. */
const isoFrom = -12_219_292_800_000
const isoTo = 253_402_300_800_000

/** How instants are written. */
export interface ClockStyle {
  readonly zone: Zone
  readonly calendar: CalendarSystem
  /** Whether `+05:45` is appended, by which the instant is known whatever the zone of the reader. */
  readonly withOffset: boolean
}

/** `2016-09-23` on the wall at an instant. */
export function dateOf(ms: number, { zone, calendar }: ClockStyle): string {
  return dateText(Math.floor(zone.wallOf(ms) / dayMs), calendar)
}

/** `2016-09-23` of a count of days since the epoch, which no zone changes. */
export function dateOfDay(day: number, { calendar }: ClockStyle): string {
  return dateText(day, calendar)
}

/** `20:10:02.123` on the wall at an instant. */
export function timeOf(ms: number, { zone, withOffset }: ClockStyle): string {
  const text = timeText(mod(zone.wallOf(ms), dayMs), mod(ms, 1000) * 1_000_000, 3)
  return withOffset ? text + offsetText(zone.offsetAt(ms)) : text
}

/** Hot: `2016-09-23 20:10:02.123` on the wall at an instant. */
export function timestampOf(ms: number, style: ClockStyle): string {
  if (style.zone.isUtc && ms >= isoFrom && ms < isoTo) {
    return style.withOffset ? `${utcText(ms)}+00:00` : utcText(ms)
  }
  return exactTimestampOf({ ms, nanos: mod(ms, 1000) * 1_000_000, digits: 3 }, style)
}

const padded = (digits: number): string[] =>
  Array.from({ length: 10 ** digits }, (_, value) => String(value).padStart(digits, '0'))
const twoDigits = padded(2)
const threeDigits = padded(3)
/** The day that was written last: most rows are of the same one. */
const lastDay = { number: Number.NaN, text: '' }

function utcText(ms: number): string {
  const day = Math.floor(ms / dayMs)
  if (day !== lastDay.number) {
    lastDay.number = day
    lastDay.text = new Date(day * dayMs).toISOString().slice(0, 10)
  }
  const rest = ms - day * dayMs
  const seconds = Math.floor(rest / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return `${lastDay.text} ${twoDigits[hours] ?? ''}:${twoDigits[minutes - hours * 60] ?? ''}:${twoDigits[seconds - minutes * 60] ?? ''}.${threeDigits[rest - seconds * 1000] ?? ''}`
}

/** An instant of more digits than a Date has. */
export interface ExactInstant {
  readonly ms: number
  /** Of the second. */
  readonly nanos: number
  /** Digits of the second that are written. */
  readonly digits: number
}

export function exactTimestampOf({ ms, nanos, digits }: ExactInstant, style: ClockStyle): string {
  const { zone, calendar, withOffset } = style
  const text = timestampText(zone.wallOf(ms), nanos, { calendar, digits })
  if (!withOffset) return text
  const offset = offsetText(zone.offsetAt(ms))
  return text.endsWith(' BC') ? `${text.slice(0, -3)}${offset} BC` : text + offset
}

export function mod(value: number, by: number): number {
  return ((value % by) + by) % by
}
