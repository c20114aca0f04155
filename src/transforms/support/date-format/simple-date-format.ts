import { formatPart } from './format.ts'
import { fieldsOfDay } from './calendar.ts'
import { DateParser } from './parse.ts'
import { parsePattern } from './pattern.ts'
import type { PatternPart } from './pattern.ts'
import { UsualDates } from './usual-dates.ts'

const dayMs = 86_400_000

/** Dates as text and back as `java.text.SimpleDateFormat` does it with the locale en, in UTC and lenient. */
export class SimpleDateFormat {
  readonly pattern: string
  readonly #parts: readonly PatternPart[]
  readonly #parser: DateParser
  readonly #usual: UsualDates | null

  /** Throws an IllegalArgumentError in Java's words. */
  constructor(pattern: string) {
    this.pattern = pattern
    this.#parts = parsePattern(pattern)
    this.#parser = new DateParser(this.#parts)
    this.#usual = UsualDates.of(this.#parts)
  }

  /** The text of an instant in milliseconds since the epoch. */
  format(ms: number | bigint): string {
    const day = typeof ms === 'bigint' ? Number(floorOf(ms)) : Math.floor(ms / dayMs)
    const msOfDay =
      typeof ms === 'bigint' ? Number(ms - floorOf(ms) * BigInt(dayMs)) : ms - day * dayMs
    const fields = fieldsOfDay(day, msOfDay)
    let text = ''
    for (const part of this.#parts) text += formatPart(part, fields)
    return text
  }

  /** The instant that the beginning of `text` says; null where it does not match. May be no safe integer where far away. */
  parse(text: string): number | null {
    const ms = this.#usual?.parse(text) ?? NaN
    return Number.isNaN(ms) ? this.#parser.parse(text) : ms
  }
}

function floorOf(ms: bigint): bigint {
  const days = ms / BigInt(dayMs)
  return ms % BigInt(dayMs) < 0n ? days - 1n : days
}
