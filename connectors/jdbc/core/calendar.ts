/** Dates before 15 October 1582: `LEGACY` reads them as Julian ones, as Java's calendar does; else Gregorian all along. */
export type CalendarSystem = 'LEGACY' | 'PROLEPTIC_GREGORIAN'

/** The first day of the Gregorian calendar, 1582-10-15, in days since the epoch. */
const CUTOVER_DAY = -141_427

/** Days since the epoch of a date in this calendar; months from 1, years astronomical (1 BC is 0). */
export function dayOf(year: number, month: number, day: number, calendar: CalendarSystem): number {
  const gregorian = gregorianDay(year, month, day)
  if (calendar === 'PROLEPTIC_GREGORIAN' || gregorian >= CUTOVER_DAY) return gregorian
  return julianDay(year, month, day)
}

/** `yyyy-MM-dd` of a day in this calendar. */
export function dateText(day: number, calendar: CalendarSystem): string {
  const isJulian = calendar === 'LEGACY' && day < CUTOVER_DAY
  const { year, month, date } = isJulian ? julianDate(day) : gregorianDate(day)
  const shown = year > 0 ? year : 1 - year
  const text = `${String(shown).padStart(4, '0')}-${two(month)}-${two(date)}`
  return year > 0 ? text : `${text} BC`
}

interface CivilDate {
  readonly year: number
  readonly month: number
  readonly date: number
}

// Years are counted from March here, so that a leap day is the last one.

function gregorianDay(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const ofEra = y - era * 400
  const century = Math.floor(ofEra / 100)
  const ofYear = dayOfYear(month, day)
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - century + ofYear - 719_468
}

function julianDay(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  return y * 365 + Math.floor(y / 4) + dayOfYear(month, day) - 719_470
}

function dayOfYear(month: number, day: number): number {
  return Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
}

function gregorianDate(day: number): CivilDate {
  const z = day + 719_468
  const era = Math.floor(z / 146_097)
  const ofEra = z - era * 146_097
  const years = ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524)
  const yearOfEra = Math.floor((years - Math.floor(ofEra / 146_096)) / 365)
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  return monthAndDate(yearOfEra + era * 400, ofYear)
}

function julianDate(day: number): CivilDate {
  const z = day + 719_470
  const cycle = Math.floor(z / 1461)
  const ofCycle = z - cycle * 1461
  const yearOfCycle = Math.min(3, Math.floor(ofCycle / 365))
  return monthAndDate(cycle * 4 + yearOfCycle, ofCycle - yearOfCycle * 365)
}

function monthAndDate(year: number, ofYear: number): CivilDate {
  const m = Math.floor((5 * ofYear + 2) / 153)
  const month = m < 10 ? m + 3 : m - 9
  const date = ofYear - Math.floor((153 * m + 2) / 5) + 1
  return { year: month <= 2 ? year + 1 : year, month, date }
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
