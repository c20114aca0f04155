import { DataError } from '../../api/index.ts'
import { dayOfParts, fieldsOfDay } from '../../transforms/support/date-format/calendar.ts'

/** A day as `google.type.Date` holds it. */
export interface CalendarDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

const dayMs = 86_400_000
/** From 15 October 1582 on Java's calendar and that of JavaScript are one; before it, Java counts as Julius Caesar did. */
const reformDay = -141_427
const lastDateDay = 8.64e15 / dayMs

/** The date of a day since the epoch. A DataError for one before the year 1, which the type cannot hold. */
export function dateOfDay(day: number): CalendarDate {
  if (day >= reformDay && day <= lastDateDay) {
    const date = new Date(day * dayMs)
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
  }
  const { year, month, dayOfMonth } = fieldsOfDay(day, 0)
  if (year >= 1) return { year, month: month + 1, day: dayOfMonth }
  throw new DataError(
    `The date ${day} days from 1970-01-01 is before the year 1, which google.type.Date cannot hold.`,
  )
}

/** The day since the epoch. A DataError where the date is none of the calendar, or not a whole one. */
export function dayOfDate({ year, month, day }: CalendarDate): number {
  const found = dayOfParts(
    {
      ...{ year, month: month - 1, dayOfMonth: day, selection: 'dayOfMonth' },
      ...{ dayOfYear: 1, dayOfWeek: null, weekOfYear: 1, weekOfMonth: 1, dayOfWeekInMonth: 1 },
    },
    0,
  )
  if (year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31) {
    const same = dateOfDay(found)
    if (same.month === month && same.day === day && (found | 0) === found) return found
  }
  throw new DataError(
    `Invalid date ${year}-${month}-${day}: a google.type.Date has to be a whole date of the calendar.`,
  )
}
