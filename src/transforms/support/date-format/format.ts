import type { CalendarFields } from './calendar.ts'
import { eras, halves, months, weekdays } from './names.ts'
import type { PatternLetter, PatternPart } from './pattern.ts'

/** What one part of a pattern shows of a moment. */
export function formatPart(part: PatternPart, fields: CalendarFields): string {
  if ('text' in part) return part.text
  const { letter, count } = part
  const number = numbers[letter]
  if (number !== undefined) return padded(number(fields), count)
  return words[letter]?.(fields, count) ?? ''
}

const hourOf = ({ msOfDay }: CalendarFields): number => Math.floor(msOfDay / 3_600_000)

/** The letters that show a word, or a number in a way of their own. */
const words: Partial<Record<PatternLetter, (fields: CalendarFields, count: number) => string>> = {
  G: ({ year }) => eras[year > 0 ? 1 : 0],
  y: ({ year }, count) => yearText(year, count),
  Y: ({ weekYear }, count) => (weekYear < 0 ? '-' : '') + digits(Math.abs(weekYear), count),
  M: monthText,
  L: monthText,
  E: ({ dayOfWeek }, count) => named(weekdays[dayOfWeek], count),
  a: ({ msOfDay }) => halves[msOfDay >= 43_200_000 ? 1 : 0],
  z: (_, count) => (count >= 4 ? 'Coordinated Universal Time' : 'UTC'),
  Z: () => '+0000',
  X: () => 'Z',
}

/** The letters that show a number, filled up with zeros to their count. */
const numbers: Partial<Record<PatternLetter, (fields: CalendarFields) => number>> = {
  d: ({ dayOfMonth }) => dayOfMonth,
  D: ({ dayOfYear }) => dayOfYear,
  F: ({ dayOfWeekInMonth }) => dayOfWeekInMonth,
  w: ({ weekOfYear }) => weekOfYear,
  W: ({ weekOfMonth }) => weekOfMonth,
  u: ({ dayOfWeek }) => (dayOfWeek === 0 ? 7 : dayOfWeek),
  H: hourOf,
  k: (fields) => hourOf(fields) || 24,
  K: (fields) => hourOf(fields) % 12,
  h: (fields) => hourOf(fields) % 12 || 12,
  m: ({ msOfDay }) => Math.floor(msOfDay / 60_000) % 60,
  s: ({ msOfDay }) => Math.floor(msOfDay / 1000) % 60,
  S: ({ msOfDay }) => msOfDay % 1000,
}

function monthText({ month }: CalendarFields, count: number): string {
  return count < 3 ? padded(month + 1, count) : named(months[month], count)
}

/** Counted within its era. */
function yearText(year: number, count: number): string {
  return digits(year > 0 ? year : 1 - year, count)
}

/** Two letters show two digits. */
function digits(year: number, count: number): string {
  return count === 2 ? padded(year % 100, 2) : padded(year, count)
}

function named(name: string | undefined, count: number): string {
  return count >= 4 ? (name ?? '') : (name ?? '').slice(0, 3)
}

function padded(value: number, count: number): string {
  return String(value).padStart(count, '0')
}
