import { dayOfParts, dayOfWeekDate } from './calendar.ts'
import type { DateParts } from './calendar.ts'

/** The fields that a text may set, after java.util.Calendar. */
export type FieldName =
  | 'era'
  | 'year'
  | 'weekYear'
  | 'month'
  | 'dayOfMonth'
  | 'dayOfYear'
  | 'dayOfWeek'
  | 'dayOfWeekInMonth'
  | 'weekOfYear'
  | 'weekOfMonth'
  | 'hourOfDay'
  | 'hour'
  | 'half'
  | 'minute'
  | 'second'
  | 'ms'
  | 'zone'

const dayMs = 86_400_000

/** Fields as a text sets them one after the other; where they contradict, those set last count. */
export class SetFields {
  readonly #values = new Map<FieldName, number>()
  readonly #stamps = new Map<FieldName, number>()
  #next = 1

  set(name: FieldName, value: number): void {
    this.#values.set(name, value)
    this.#stamps.set(name, this.#next++)
  }

  /** To the year and the year of weeks, whichever counts. */
  addYears(years: number): void {
    for (const name of ['year', 'weekYear'] as const) {
      const value = this.#values.get(name)
      if (value !== undefined) this.#values.set(name, value + years)
    }
  }

  /** The instant, in milliseconds since the epoch. Of what is not set stands 1970-01-01 at midnight. */
  toMs(): number {
    const time = this.#timeOfDay()
    const more = Math.floor(time / dayMs)
    const day = this.#isWeekDate() ? this.#weekDay() + more : dayOfParts(this.#parts(), more)
    return day * dayMs + (time - more * dayMs) - this.#get('zone', 0) * 60_000
  }

  #isWeekDate(): boolean {
    const stamp = this.#stamp('weekYear')
    return stamp > 0 && stamp > this.#stamp('year')
  }

  /** A weekday out of range carries on into other weeks, where Java counts it from Monday. */
  #weekDay(): number {
    const weekday = this.#get('dayOfWeek', 0)
    const more = Math.floor(weekday / 7)
    const inWeek = more === 0 ? weekday : (weekday - 7 * more + 1) % 7
    return dayOfWeekDate(this.#get('weekYear', 1970), this.#get('weekOfYear', 1) + more, inWeek)
  }

  #parts(): DateParts {
    const year = this.#get('year', 1970)
    return {
      year: this.#get('era', 1) === 0 ? 1 - year : year,
      month: this.#get('month', 0),
      dayOfMonth: this.#get('dayOfMonth', 1),
      dayOfYear: this.#get('dayOfYear', 1),
      dayOfWeek: this.#values.get('dayOfWeek') ?? null,
      weekOfYear: this.#get('weekOfYear', 1),
      weekOfMonth: this.#get('weekOfMonth', 1),
      dayOfWeekInMonth: this.#get('dayOfWeekInMonth', 1),
      selection: this.#selection(),
    }
  }

  /** Which of the ways to name a day was used last. A weekday alone names none by itself but the first of the month. */
  #selection(): DateParts['selection'] {
    const weekday = this.#stamp('dayOfWeek')
    const withWeekday = (name: FieldName): number => {
      const own = this.#stamp(name)
      return own === 0 || weekday === 0 ? 0 : Math.max(own, weekday)
    }
    const ofMonth = this.#stamp('dayOfMonth')
    const ofYear = this.#stamp('dayOfYear')
    const weeks = weekWays.map((name) => ({ name, stamp: withWeekday(name) }))
    const best = Math.max(ofMonth, ofYear, ...weeks.map(({ stamp }) => stamp))
    if (best > 0) return this.#latest(best, ofMonth, ofYear, weeks)
    const alone = weekWays.map((name) => ({ name, stamp: this.#stamp(name) }))
    const inMonth = alone.map((way) =>
      way.name === 'dayOfWeekInMonth' ? { ...way, stamp: Math.max(way.stamp, weekday) } : way,
    )
    const bestAlone = Math.max(...inMonth.map(({ stamp }) => stamp))
    return bestAlone === 0 ? 'dayOfMonth' : this.#latest(bestAlone, 0, 0, inMonth)
  }

  /** That with the best stamp; where several have the weekday's, that of them which itself was set last. */
  #latest(best: number, ofMonth: number, ofYear: number, weeks: readonly Way[]): Selection {
    if (best === ofMonth) return 'dayOfMonth'
    if (best === ofYear) return 'dayOfYear'
    const [first = 'dayOfMonth', ...others] = weeks
      .filter(({ stamp }) => stamp === best)
      .map(({ name }) => name)
    return others.reduce<Selection>(
      (latest, name) => (this.#stamp(name) > this.#stamp(latest) ? name : latest),
      first,
    )
  }

  #timeOfDay(): number {
    const hour = this.#usesHalf()
      ? this.#get('hour', 0) + 12 * this.#get('half', 0)
      : this.#get('hourOfDay', 0)
    const seconds = (hour * 60 + this.#get('minute', 0)) * 60 + this.#get('second', 0)
    return seconds * 1000 + this.#get('ms', 0)
  }

  /** Whether the hour of the half day counts, and not that of the day. */
  #usesHalf(): boolean {
    const [hour, half, ofDay] = [this.#stamp('hour'), this.#stamp('half'), this.#stamp('hourOfDay')]
    const both = hour === 0 || half === 0 ? 0 : Math.max(hour, half)
    return both > ofDay || ofDay === 0
  }

  #get(name: FieldName, otherwise: number): number {
    return this.#values.get(name) ?? otherwise
  }

  #stamp(name: FieldName): number {
    return this.#stamps.get(name) ?? 0
  }
}

type Selection = DateParts['selection']

/** By weeks; the first of them where all else is equal. */
const weekWays = ['weekOfMonth', 'dayOfWeekInMonth', 'weekOfYear'] as const

interface Way {
  readonly name: (typeof weekWays)[number]
  readonly stamp: number
}
