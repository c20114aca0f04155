import type { PatternLetter, PatternPart } from './pattern.ts'

/** The letters of a date and time of day in digits, in the order of `Date.UTC`, and how many digits each must have. */
const letters: readonly PatternLetter[] = ['y', 'M', 'd', 'H', 'm', 's', 'S']
const widths = [4, 2, 2, 2, 2, 2, 3]

/** The Gregorian calendar holds from here on, also where months carry on into the years before. */
const firstYear = 1600

/** Text that must stand here, or the place of a field among {@link letters} and its digits. */
interface Step {
  readonly text: string
  readonly field: number
  readonly width: number
}

/**
 * Texts that look just as a pattern such as `yyyy-MM-dd'T'HH:mm:ss.SSS` does: every field in all its digits, nothing before or
 * between. Whatever is otherwise is left to `DateParser`, which knows all that Java knows.
 */
export class UsualDates {
  readonly #steps: readonly Step[]
  /** Of the text at hand, in the order of {@link letters}. Those that the pattern has not stay as they are. */
  readonly #fields = [0, 1, 1, 0, 0, 0, 0]

  private constructor(steps: readonly Step[]) {
    this.#steps = steps
  }

  /** Null for a pattern that has other fields, one of them twice, no year, or digits right behind a field. */
  static of(parts: readonly PatternPart[]): UsualDates | null {
    const steps: Step[] = []
    const seen = new Set<number>()
    for (const part of parts) {
      if ('text' in part) {
        if (/^[\dE]/.test(part.text)) return null
        steps.push({ text: part.text, field: -1, width: part.text.length })
        continue
      }
      const field = letters.indexOf(part.letter)
      if (field < 0 || widths[field] !== part.count || seen.has(field)) return null
      seen.add(field)
      steps.push({ text: '', field, width: part.count })
    }
    return seen.has(0) ? new UsualDates(steps) : null
  }

  /** Hot. Milliseconds since the epoch; NaN for a text that looks otherwise. */
  parse(text: string): number {
    const fields = this.#fields
    let at = 0
    for (const step of this.#steps) {
      if (step.field < 0) {
        if (!text.startsWith(step.text, at)) return NaN
      } else {
        const value = digits(text, at, at + step.width)
        if (value < 0) return NaN
        fields[step.field] = value
      }
      at += step.width
    }
    // A number that goes on is read to its end.
    if (at < text.length && isNumberPart(text.charCodeAt(at))) return NaN
    const [year = 0, month = 0, day, hour, minute, second, ms] = fields
    // Lenient as Java's calendar is: what is beyond its range carries on.
    return year < firstYear ? NaN : Date.UTC(year, month - 1, day, hour, minute, second, ms)
  }
}

/** The number that the digits there are; -1 where one of them is none. */
function digits(text: string, from: number, to: number): number {
  if (to > text.length) return -1
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

function isNumberPart(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x45
}
