import { ConfigError } from 'sluice/api'
import { calendarName, halfOfDay, languageOf } from './joda-names.ts'
import type { JodaZone } from './joda-zone.ts'

/** What the clock shows in a zone; `date` has it as if it were UTC. */
interface Shown {
  readonly ms: number
  readonly date: Date
  readonly zone: JodaZone
  readonly offsetMs: number
}

type Part = (shown: Shown) => string

/**
 * A pattern of Joda-Time's `DateTimeFormat`. Its `Y` is the year of the calendar, and not that of the week, which is `x`.
 * Throws a ConfigError for a letter that has no meaning.
 */
export class JodaPattern {
  readonly #parts: readonly Part[]

  constructor(pattern: string, locale: string) {
    this.#parts = parse(pattern, languageOf(locale))
  }

  format(ms: number, zone: JodaZone): string {
    const offsetMs = zone.offsetAt(ms)
    const shown = { ms, date: new Date(ms + offsetMs), zone, offsetMs }
    return this.#parts.map((part) => part(shown)).join('')
  }
}

function parse(pattern: string, locale: string | null): Part[] {
  const parts: Part[] = []
  let at = 0
  while (at < pattern.length) {
    const char = pattern.charAt(at)
    if (/[A-Za-z]/.test(char)) {
      let end = at + 1
      while (pattern.charAt(end) === char) end++
      parts.push(partOf(pattern, char, end - at, locale))
      at = end
      continue
    }
    const { text, end } = literal(pattern, at)
    parts.push(() => text)
    at = end
  }
  return parts
}

/** Text up to the next letter that is not within quotes; two quotes are one. */
function literal(pattern: string, start: number): { readonly text: string; readonly end: number } {
  let text = ''
  let quoted = false
  let at = start
  for (; at < pattern.length; at++) {
    const char = pattern.charAt(at)
    if (char === "'") {
      if (pattern.charAt(at + 1) === "'") text += pattern.charAt(++at)
      else quoted = !quoted
    } else if (!quoted && /[A-Za-z]/.test(char)) break
    else text += char
  }
  return { text, end: at }
}

const numbers: Readonly<Record<string, (date: Date) => number>> = {
  d: (date) => date.getUTCDate(),
  D: dayOfYear,
  e: (date) => date.getUTCDay() || 7,
  w: (date) => isoWeek(date).week,
  H: (date) => date.getUTCHours(),
  k: (date) => date.getUTCHours() || 24,
  K: (date) => date.getUTCHours() % 12,
  h: (date) => date.getUTCHours() % 12 || 12,
  m: (date) => date.getUTCMinutes(),
  s: (date) => date.getUTCSeconds(),
}

const years: Readonly<Record<string, (date: Date) => number>> = {
  y: (date) => date.getUTCFullYear(),
  Y: yearOfEra,
  x: (date) => isoWeek(date).year,
}

function partOf(pattern: string, letter: string, count: number, locale: string | null): Part {
  const number = numbers[letter]
  if (number !== undefined) return ({ date }) => padded(number(date), count)
  const year = years[letter]
  if (year !== undefined) {
    if (count === 2) return ({ date }) => padded(Math.abs(year(date)) % 100, 2)
    return ({ date }) => padded(year(date), count)
  }
  switch (letter) {
    case 'M':
      if (count >= 3) return shownBy(calendarName(locale, 'month', count === 3 ? 'short' : 'long'))
      return ({ date }) => padded(date.getUTCMonth() + 1, count)
    case 'E':
      return shownBy(calendarName(locale, 'weekday', count < 4 ? 'short' : 'long'))
    case 'a':
      return shownBy(halfOfDay(locale))
    case 'G':
      return ({ date }) => (date.getUTCFullYear() > 0 ? 'AD' : 'BC')
    case 'C':
      return ({ date }) => padded(Math.floor(yearOfEra(date) / 100), count)
    case 'S':
      return ({ date }) => fraction(date.getUTCMilliseconds(), count)
    case 'z':
      return ({ ms, zone }) => zoneName(ms, zone, locale, count < 4 ? 'short' : 'long')
    case 'Z':
      if (count >= 3) return ({ zone }) => zone.id
      return ({ offsetMs }) => offsetText(offsetMs, count === 2 ? ':' : '')
    default:
      throw new ConfigError(
        `Invalid value ${pattern} for configuration path.format: Illegal pattern component: ${letter.repeat(count)}. Put what stands for itself in single quotes.`,
      )
  }
}

function shownBy(name: (date: Date) => string): Part {
  return ({ date }) => name(date)
}

function padded(value: number, width: number): string {
  const digits = String(Math.abs(value)).padStart(width, '0')
  return value < 0 ? `-${digits}` : digits
}

function yearOfEra(date: Date): number {
  const year = date.getUTCFullYear()
  return year > 0 ? year : 1 - year
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
}

/** ISO 8601: the week that holds the year's first Thursday is its first. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime())
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7))
  return { year: thursday.getUTCFullYear(), week: Math.ceil(dayOfYear(thursday) / 7) }
}

function fraction(ms: number, count: number): string {
  return String(ms).padStart(3, '0').padEnd(count, '0').slice(0, count)
}

function zoneName(
  ms: number,
  { id }: JodaZone,
  locale: string | null,
  style: 'short' | 'long',
): string {
  const format = new Intl.DateTimeFormat(locale ?? 'en', { timeZone: id, timeZoneName: style })
  return format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? id
}

function offsetText(offsetMs: number, separator: string): string {
  const minutes = Math.floor(Math.abs(offsetMs) / 60_000)
  const sign = offsetMs < 0 ? '-' : '+'
  return `${sign}${padded(Math.floor(minutes / 60), 2)}${separator}${padded(minutes % 60, 2)}`
}
