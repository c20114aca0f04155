const dayMs = 86_400_000
const weekMs = 7 * dayMs
/** Most weeks whose offsets are remembered. */
const mostWeeks = 4096
/** The Gregorian calendar repeats itself, weekdays included. */
const cycleMs = 146_097 * dayMs
/** Before this (1653) no zone has changed its offset; behind that (8307) all go by rules of the calendar. */
const earliestMs = -1e13
const latestMs = 2e14

/** The offset of one week, and the one that it changes to within it: no zone changes twice in a week. */
interface Week {
  readonly before: number
  /** The first instant of the other, in milliseconds since the epoch. */
  readonly changeMs: number
  readonly after: number
}

/** How far a time zone is ahead of UTC, in seconds, as `java.time.zone.ZoneRules` tells. */
export class ZoneRules {
  readonly #format: Intl.DateTimeFormat | null
  readonly #fixed: number
  readonly #weeks = new Map<number, Week>()

  private constructor(format: Intl.DateTimeFormat | null, fixed: number) {
    this.#format = format
    this.#fixed = fixed
  }

  /** Of a region (`Europe/Paris`) or an offset (`+08:00`); null where there is no such zone. */
  static of(zone: string): ZoneRules | null {
    const offset = /^([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(zone)
    if (offset !== null) return ZoneRules.#ofOffset(offset)
    if (!/^[A-Z]/.test(zone)) return null
    try {
      const numeric = 'numeric'
      const format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        ...{ year: numeric, month: numeric, day: numeric },
        ...{ hour: numeric, minute: numeric, second: numeric },
      })
      return new ZoneRules(format, 0)
    } catch {
      return null
    }
  }

  static #ofOffset([, sign, hours, minutes, seconds = '0']: RegExpExecArray): ZoneRules | null {
    if (Number(minutes) > 59 || Number(seconds) > 59) return null
    const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
    return size > 18 * 3600 ? null : new ZoneRules(null, sign === '-' ? -size : size)
  }

  /** At an instant, given in milliseconds since the epoch. */
  offsetAt(ms: number): number {
    if (this.#format === null) return this.#fixed
    const folded = ms > latestMs ? ms - Math.ceil((ms - latestMs) / cycleMs) * cycleMs : ms
    const number = Math.floor(Math.max(folded, earliestMs) / weekMs)
    let week = this.#weeks.get(number)
    if (week === undefined) {
      week = this.#weekFrom(number * weekMs)
      if (this.#weeks.size >= mostWeeks) this.#weeks.clear()
      this.#weeks.set(number, week)
    }
    return folded < week.changeMs ? week.before : week.after
  }

  /**
   * At a local date and time, given in milliseconds as if it were UTC. Of an hour that the clock shows twice, or leaves out, it is the
   * offset before the change.
   */
  offsetAtLocal(localMs: number): number {
    const before = this.offsetAt(localMs - dayMs)
    const after = this.offsetAt(localMs + dayMs)
    if (before === after) return before
    const change = firstOther(
      localMs - dayMs,
      localMs + dayMs,
      (ms) => this.offsetAt(ms) !== before,
    )
    return localMs < change + Math.max(before, after) * 1000 ? before : after
  }

  #weekFrom(startMs: number): Week {
    const before = this.#measured(startMs)
    const after = this.#measured(startMs + weekMs)
    if (before === after) return { before, changeMs: Infinity, after }
    const changeMs = firstOther(startMs, startMs + weekMs, (ms) => this.#measured(ms) !== before)
    return { before, changeMs, after }
  }

  /** What the clock shows there, less the instant. */
  #measured(ms: number): number {
    const at: Record<string, number> = {}
    for (const { type, value } of this.#format?.formatToParts(ms) ?? []) at[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = at
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - Math.floor(ms / 1000)
  }
}

/** The first from `low` to `high` of which `isOther` holds: not of `low`, and of all from there to `high`. */
function firstOther(low: number, high: number, isOther: (ms: number) => boolean): number {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isOther(middle)) high = middle
    else low = middle
  }
  return high
}
