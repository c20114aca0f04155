import { DataError } from 'sluice/api'
import { dayOf } from '../core/calendar.ts'
import type { CalendarSystem } from '../core/calendar.ts'
import { TemporalText, timestampText } from '../core/temporal-text.ts'
import type { RawValue } from '../core/types.ts'
import type { Zone } from '../core/zone.ts'
import type { TimestampGranularity } from './column-schema.ts'
import type { ValueReader } from './value-readers.ts'

export interface TemporalSettings {
  /** Of timestamps and times that have none. */
  readonly zone: Zone
  readonly calendar: CalendarSystem
  readonly granularity: TimestampGranularity
  /** What becomes of MySQL's `0000-00-00`, and of `infinity`. */
  readonly zeroDates: 'exception' | 'null' | 'round'
}

const dayMs = 86_400_000

/** A reader of DATE, TIME or TIMESTAMP columns, from text, or from numbers as SQLite keeps them. */
export function temporalReader(
  kind: 'date' | 'year' | 'time' | 'timestamp',
  typeName: string,
  settings: TemporalSettings,
): ValueReader {
  // A timestamp of MySQL is an instant: its session is in UTC.
  const isInstant = typeName === 'timestamptz' || typeName === 'mysql timestamp'
  if (kind === 'year') return (raw) => new Date(yearMs(Number(raw)))
  const text = new TemporalText(settings.calendar)
  const finish = finisherOf(kind, isInstant, settings)
  return (raw) => {
    const value = typeof raw === 'string' ? raw : numberText(raw)
    if (text.read(value)) return finish(text)
    return special(value, settings)
  }
}

type Finisher = (text: TemporalText) => unknown

function finisherOf(
  kind: 'date' | 'time' | 'timestamp',
  isInstant: boolean,
  { zone, calendar, granularity }: TemporalSettings,
): Finisher {
  if (kind === 'date') {
    return ({ secondsMs }) => instant(Math.floor(secondsMs / dayMs) * dayMs)
  }
  const instantMs = (text: TemporalText): number => {
    if (text.offsetMs !== null) return text.secondsMs - text.offsetMs
    return isInstant || zone.isUtc ? text.secondsMs : zone.instantOf(text.secondsMs)
  }
  if (kind === 'time') {
    return (text) => {
      const ms = instantMs(text) + Math.floor(text.nanos / 1_000_000)
      return new Date(((ms % dayMs) + dayMs) % dayMs)
    }
  }
  if (granularity === 'connect_logical') {
    return (text) => instant(instantMs(text) + Math.floor(text.nanos / 1_000_000))
  }
  return granular(granularity, { zone, calendar, instantMs })
}

interface GranularInput {
  readonly zone: Zone
  readonly calendar: CalendarSystem
  readonly instantMs: (text: TemporalText) => number
}

/** Whole seconds are rounded down and the fraction counts on from there, before 1970 too. */
function granular(
  granularity: Exclude<TimestampGranularity, 'connect_logical'>,
  { zone, calendar, instantMs }: GranularInput,
): Finisher {
  const digits = granularity.startsWith('micros') ? 6 : 9
  if (granularity.endsWith('iso_datetime_string')) {
    return (text) => {
      const wall = zone.wallOf(instantMs(text))
      return timestampText(wall, text.nanos, { calendar, digits }).replace(' ', 'T')
    }
  }
  const perSecond = 10n ** BigInt(digits)
  const divisor = 10 ** (9 - digits)
  const count = (text: TemporalText): bigint =>
    BigInt(instantMs(text) / 1000) * perSecond + BigInt(Math.floor(text.nanos / divisor))
  if (granularity.endsWith('_string')) return (text) => String(count(text))
  return (text) => {
    const value = count(text)
    if (value !== BigInt.asIntN(64, value)) {
      throw new DataError('The timestamp is beyond what 64 bits of its unit hold')
    }
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }
}

function instant(ms: number): Date | bigint {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms) : BigInt(ms)
}

/** The first of January; MySQL's year 0 is 0000. */
function yearMs(year: number): number {
  return dayOf(year, 1, 1, 'PROLEPTIC_GREGORIAN') * dayMs
}

/** SQLite has timestamps as milliseconds since the epoch, or as Julian days. */
function numberText(raw: Exclude<RawValue, null | string>): string {
  if (typeof raw === 'bigint') return wallText(Number(raw))
  if (typeof raw === 'number') {
    return wallText(Number.isInteger(raw) ? raw : Math.round((raw - 2_440_587.5) * dayMs))
  }
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('latin1') : String(raw)
}

function wallText(ms: number): string {
  const nanos = (((ms % 1000) + 1000) % 1000) * 1_000_000
  return timestampText(ms, nanos, { calendar: 'PROLEPTIC_GREGORIAN', digits: 3 })
}

function special(text: string, { zeroDates }: TemporalSettings): unknown {
  if (text === 'infinity' || text === '-infinity') return null
  if (text.startsWith('0000-00-00') || /^\d{4}-(?:00-\d\d|\d\d-00)/.test(text)) {
    if (zeroDates === 'null') return null
    if (zeroDates === 'round') return new Date(dayOf(1, 1, 1, 'LEGACY') * dayMs)
    throw new DataError(
      `"${text}" is no date. Set zeroDateTimeBehavior=CONVERT_TO_NULL in the URL to read it as null`,
    )
  }
  throw new DataError(`"${text.slice(0, 40)}" is no date or time`)
}
