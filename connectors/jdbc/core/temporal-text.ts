import { dateText, dayOf } from './calendar.ts'
import type { CalendarSystem } from './calendar.ts'

const dayMs = 86_400_000

/**
 * Reads what databases write for dates and times: `2020-01-15`, `10:00:00.123456`, both with a space or a `T` between, an
 * offset like `+05:45` after it, ` BC` at the end, years of any length. One object reads all values of a column, and the
 * members say what the last one was.
 */
export class TemporalText {
  /** Wall clock as milliseconds of UTC, whole seconds, rounded down; of a time alone those of its day. */
  secondsMs = 0
  /** Nanoseconds of the second, 0 to 999,999,999. */
  nanos = 0
  /** Milliseconds east of Greenwich; null where the text has none. */
  offsetMs: number | null = null
  readonly #calendar: CalendarSystem
  #text = ''
  #at = 0

  constructor(calendar: CalendarSystem) {
    this.#calendar = calendar
  }

  /** Hot: false where `text` is no date, time, or both. */
  read(text: string): boolean {
    this.#text = text
    this.#at = 0
    this.nanos = 0
    this.offsetMs = null
    this.secondsMs = 0
    const isTime = text.charCodeAt(2) === 58
    if (!isTime && !this.#readDate()) return false
    if (isTime && !this.#readTime()) return false
    if (this.#at < text.length) this.#readOffset()
    return this.#at === text.length
  }

  #readDate(): boolean {
    const text = this.#text
    const year = this.#digits()
    if (text.charCodeAt(this.#at++) !== 45) return false
    const month = this.#digits()
    if (text.charCodeAt(this.#at++) !== 45) return false
    const day = this.#digits()
    const isBc = text.endsWith(' BC')
    if (isBc) this.#text = text.slice(0, -3)
    if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31) || Number.isNaN(year)) return false
    const astronomical = isBc ? 1 - year : year
    this.secondsMs = dayOf(astronomical, month, day, this.#calendar) * dayMs
    const next = this.#text.charCodeAt(this.#at)
    if (next === 32 || next === 84) {
      this.#at++
      if (!this.#readTime()) return false
    }
    if (isBc && this.#at === this.#text.length) this.#at = text.length
    return true
  }

  #readTime(): boolean {
    const hours = this.#digits()
    if (this.#text.charCodeAt(this.#at++) !== 58) return false
    const minutes = this.#digits()
    let seconds = 0
    if (this.#text.charCodeAt(this.#at) === 58) {
      this.#at++
      seconds = this.#digits()
    }
    if (!(hours <= 24 && minutes < 60 && seconds < 61)) return false
    this.secondsMs += (hours * 3600 + minutes * 60 + seconds) * 1000
    if (this.#text.charCodeAt(this.#at) === 46) {
      const from = ++this.#at
      const fraction = this.#digits()
      const digits = this.#at - from
      if (digits === 0) return false
      this.nanos = digits <= 9 ? fraction * 10 ** (9 - digits) : nanosOf(this.#text, from)
    }
    return true
  }

  #readOffset(): void {
    while (this.#text.charCodeAt(this.#at) === 32) this.#at++
    const code = this.#text.charCodeAt(this.#at)
    if (code === 90) {
      this.#at++
      this.offsetMs = 0
      return
    }
    if (code !== 43 && code !== 45) return
    this.#at++
    let ms = this.#digits() * 3_600_000
    for (const unit of [60_000, 1000]) {
      if (this.#text.charCodeAt(this.#at) !== 58) break
      this.#at++
      ms += this.#digits() * unit
    }
    this.offsetMs = code === 45 ? -ms : ms
  }

  /** NaN where there are none. */
  #digits(): number {
    const from = this.#at
    let value = 0
    for (;;) {
      const digit = this.#text.charCodeAt(this.#at) - 48
      if (!(digit >= 0 && digit <= 9)) break
      value = value * 10 + digit
      this.#at++
    }
    return this.#at === from ? Number.NaN : value
  }
}

function nanosOf(text: string, from: number): number {
  return Number(text.slice(from, from + 9))
}

/** `yyyy-MM-dd HH:mm:ss.SSS…` of a wall clock, with as many digits of the second as `digits` says. */
export function timestampText(
  wallMs: number,
  nanosOfSecond: number,
  { calendar, digits }: { readonly calendar: CalendarSystem; readonly digits: number },
): string {
  const day = Math.floor(wallMs / dayMs)
  const date = dateText(day, calendar)
  const era = date.endsWith(' BC') ? ' BC' : ''
  const bare = era === '' ? date : date.slice(0, -3)
  return `${bare} ${timeText(wallMs - day * dayMs, nanosOfSecond, digits)}${era}`
}

/** `HH:mm:ss.SSS…` of milliseconds of a day. */
export function timeText(msOfDay: number, nanosOfSecond: number, digits: number): string {
  const seconds = Math.floor(msOfDay / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const clock = parts.map((part) => (part < 10 ? `0${part}` : String(part))).join(':')
  if (digits === 0) return clock
  return `${clock}.${String(nanosOfSecond).padStart(9, '0').slice(0, digits)}`
}

/** `+05:45` of milliseconds east of Greenwich. */
export function offsetText(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1000
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const text = parts.map((part) => (part < 10 ? `0${part}` : String(part))).join(':')
  return (offsetMs < 0 ? '-' : '+') + text
}
