/**
 * Java's GregorianCalendar in UTC, lenient, with weeks that begin on Sunday and a first week of one day: Julian up to 4 October 1582,
 * Gregorian after. Days count from 1970-01-01; months from 0; a year before 1 is 0 or negative.
 */

/** Days of the Gregorian reform: 15 October 1582. */
const reformDay = -141_427
const reformYear = 1582

/** A moment as the letters of a pattern show it. */
export interface CalendarFields {
  /** Astronomical: 0 is 1 BC. */
  readonly year: number
  readonly month: number
  readonly dayOfMonth: number
  readonly dayOfYear: number
  /** 0 is Sunday. */
  readonly dayOfWeek: number
  readonly weekOfYear: number
  readonly weekYear: number
  readonly weekOfMonth: number
  readonly dayOfWeekInMonth: number
  readonly msOfDay: number
}

export function fieldsOfDay(day: number, msOfDay: number): CalendarFields {
  const isGregorian = day >= reformDay
  const { year, month, dayOfMonth } = isGregorian ? gregorianDate(day) : julianDate(day)
  const newYear = dayOf(year, 0, isGregorian && year > reformYear)
  const weekOfYear = weekNumber(newYear, day)
  const nextFirst = firstWeekStart(dayOf(year + 1, 0, isGregorian))
  // October 1582 begins in the Julian calendar, ten days closer than it seems.
  const first = day - dayOfMonth + 1
  const monthStart = isGregorian && first < reformDay ? reformDay - 4 : first
  // The last days of December belong to the first week of the next year.
  const isNextYears = weekOfYear >= 52 && day >= nextFirst
  return {
    year,
    month,
    dayOfMonth,
    dayOfYear: day - newYear + 1,
    dayOfWeek: dayOfWeek(day),
    weekOfYear: isNextYears ? 1 : weekOfYear,
    weekYear: isNextYears ? year + 1 : year,
    weekOfMonth: weekNumber(monthStart, day),
    dayOfWeekInMonth: Math.floor((day - monthStart) / 7) + 1,
    msOfDay,
  }
}

/** What tells the day of a year; several may be set, `selection` says which count. */
export interface DateParts {
  readonly year: number
  readonly month: number
  readonly dayOfMonth: number
  readonly dayOfYear: number
  /** 0 is Sunday; null where it is not set. */
  readonly dayOfWeek: number | null
  readonly weekOfYear: number
  readonly weekOfMonth: number
  readonly dayOfWeekInMonth: number
  readonly selection: 'dayOfMonth' | 'weekOfMonth' | 'dayOfWeekInMonth' | 'dayOfYear' | 'weekOfYear'
}

/** The day that the parts mean, any of them out of its range carried on; `more` days behind it (of hours beyond 24). */
export function dayOfParts(parts: DateParts, more: number): number {
  const gregorian = (): number => dayInCalendar(parts, true) + more
  const julian = (): number => dayInCalendar(parts, false) + more
  if (parts.year > reformYear) {
    const day = gregorian()
    if (day >= reformDay) return day
    return chosen(parts, day, julian())
  }
  if (parts.year < reformYear) {
    const day = julian()
    return chosen(parts, day, day)
  }
  return chosen(parts, gregorian(), julian())
}

/** The day of a week year's week; weeks and days out of range carry on. */
export function dayOfWeekDate(year: number, week: number, weekday: number): number {
  const newYear = dayOf(year, 0, year > reformYear)
  return firstWeekStart(newYear) + 7 * (week - 1) + weekday
}

/** Around the reform both calendars may mean the day, or none. */
function chosen({ selection }: DateParts, gregorian: number, julian: number): number {
  if (selection === 'dayOfYear' || selection === 'weekOfYear') return julian
  return gregorian >= reformDay ? gregorian : julian
}

function dayInCalendar(parts: DateParts, isGregorian: boolean): number {
  if (parts.selection === 'dayOfYear') {
    return dayOf(parts.year, 0, isGregorian) + parts.dayOfYear - 1
  }
  if (parts.selection === 'weekOfYear') {
    const first = firstWeekStart(dayOf(parts.year, 0, isGregorian))
    return onWeekday(first, parts.dayOfWeek) + 7 * (parts.weekOfYear - 1)
  }
  const first = dayOf(parts.year, parts.month, isGregorian)
  if (parts.selection === 'dayOfMonth') return first + parts.dayOfMonth - 1
  if (parts.selection === 'weekOfMonth') {
    return onWeekday(firstWeekStart(first), parts.dayOfWeek) + 7 * (parts.weekOfMonth - 1)
  }
  const weekday = parts.dayOfWeek ?? 0
  const nth = parts.dayOfWeekInMonth
  if (nth >= 0) return onOrBefore(first + 7 * nth - 1, weekday)
  const length = dayOf(parts.year, parts.month + 1, isGregorian) - first
  return onOrBefore(first + length + 7 * (nth + 1) - 1, weekday)
}

/** That day of the week which begins on a Sunday. */
function onWeekday(sunday: number, weekday: number | null): number {
  return weekday === null ? sunday : onOrBefore(sunday + 6, weekday)
}

/** The first of a month; months beyond 11 or below 0 carry on. */
function dayOf(year: number, month: number, isGregorian: boolean): number {
  const whole = year + Math.floor(month / 12)
  const rest = month - 12 * Math.floor(month / 12)
  // Years are taken to begin in March, so that the leap day comes last.
  const y = rest < 2 ? whole - 1 : whole
  const fromMarch = (rest + 10) % 12
  const days = 365 * y + Math.floor(y / 4) + Math.floor((153 * fromMarch + 2) / 5)
  return isGregorian ? days - Math.floor(y / 100) + Math.floor(y / 400) - 719_468 : days - 719_470
}

interface CivilDate {
  readonly year: number
  readonly month: number
  readonly dayOfMonth: number
}

function gregorianDate(day: number): CivilDate {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const rest = shifted - era * 146_097
  const year = Math.floor(
    (rest - Math.floor(rest / 1460) + Math.floor(rest / 36_524) - Math.floor(rest / 146_096)) / 365,
  )
  const dayOfYear = rest - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  return fromMarchYear(year + era * 400, dayOfYear)
}

function julianDate(day: number): CivilDate {
  const shifted = day + 719_470
  const era = Math.floor(shifted / 1461)
  const rest = shifted - era * 1461
  const year = Math.floor((rest - Math.floor(rest / 1460)) / 365)
  return fromMarchYear(year + era * 4, rest - 365 * year)
}

function fromMarchYear(year: number, dayOfYear: number): CivilDate {
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = (fromMarch + 2) % 12
  return { year: month < 2 ? year + 1 : year, month, dayOfMonth }
}

/** 0 is Sunday; 1970-01-01 was a Thursday. */
function dayOfWeek(day: number): number {
  return (((day + 4) % 7) + 7) % 7
}

function onOrBefore(day: number, weekday: number): number {
  return day - dayOfWeek(day - weekday)
}

/** The Sunday on or before the first day of a period. */
function firstWeekStart(first: number): number {
  return onOrBefore(first, 0)
}

function weekNumber(first: number, day: number): number {
  return Math.floor((day - firstWeekStart(first)) / 7) + 1
}
