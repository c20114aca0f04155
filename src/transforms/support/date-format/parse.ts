import { eras, halves, months, weekdays } from './names.ts'
import type { PatternLetter, PatternPart } from './pattern.ts'
import { SetFields } from './set-fields.ts'
import type { FieldName } from './set-fields.ts'
import { readIsoZone, readZone } from './zone-text.ts'
import type { ZoneText } from './zone-text.ts'

/** Two digits of a year mean one from 80 years ago on. */
const centuryYears = 80

/** Reads texts by the parts of a pattern, from their beginning; what follows is not looked at. */
export class DateParser {
  readonly #parts: readonly PatternPart[]
  /** Of two digits the first instant that they can mean; fixed when the pattern is, as in Java. */
  readonly #centuryStart = centuryStart()

  constructor(parts: readonly PatternPart[]) {
    this.#parts = parts
  }

  /** Milliseconds since the epoch, or null. */
  parse(text: string): number | null {
    const scan: Scan = {
      text,
      at: 0,
      fields: new SetFields(),
      centuryStart: this.#centuryStart,
      isBorderYear: false,
      hasZoneDigits: false,
    }
    for (let i = 0; i < this.#parts.length; i++) {
      const part = this.#parts[i]
      if (part === undefined) break
      const next = this.#parts[i + 1]
      // A number that another number follows takes as many characters as there are letters.
      const isTight = next !== undefined && 'letter' in next && isNumber(next)
      if (!('text' in part ? skipText(scan, part.text) : readPart(scan, part, isTight))) return null
    }
    const ms = scan.fields.toMs()
    if (!scan.isBorderYear || ms >= scan.centuryStart) return ms
    scan.fields.addYears(100)
    return scan.fields.toMs()
  }
}

interface Scan {
  readonly text: string
  readonly fields: SetFields
  readonly centuryStart: number
  at: number
  /** A year of two digits that may be the first or the last of the hundred. */
  isBorderYear: boolean
  /** Whether the zone was last given by digits. */
  hasZoneDigits: boolean
}

interface LetterPart {
  readonly letter: PatternLetter
  readonly count: number
}

/** Whether the letters stand for digits. */
function isNumber({ letter, count }: LetterPart): boolean {
  if (letter === 'M' || letter === 'L') return count <= 2
  return !'GEazZX'.includes(letter)
}

function skipText(scan: Scan, text: string): boolean {
  if (!scan.text.startsWith(text, scan.at)) return false
  scan.at += text.length
  return true
}

/** Spaces and tabs may stand before any field, though the names do not pass them over. */
function readPart(scan: Scan, part: LetterPart, isTight: boolean): boolean {
  let at = scan.at
  while (scan.text.charAt(at) === ' ' || scan.text.charAt(at) === '\t') at++
  if (at >= scan.text.length) return false
  const { letter, count } = part
  if (letter === 'z' || letter === 'Z') return accept(scan, readZone(scan.text, at))
  if (letter === 'X') return accept(scan, readIsoZone(scan.text, at, count))
  const words = letter === 'M' || letter === 'L' ? (count > 2 ? named.M : undefined) : named[letter]
  return words === undefined ? readDigits(scan, part, at, isTight) : readName(scan, words)
}

/** The letters that stand for words, with these. */
const named: Partial<Record<PatternLetter, Named>> = {
  G: { field: 'era', lists: [eras] },
  E: { field: 'dayOfWeek', lists: [weekdays, shortened(weekdays)] },
  a: { field: 'half', lists: [halves] },
  M: { field: 'month', lists: [months, shortened(months)] },
}

interface Named {
  readonly field: FieldName
  readonly lists: readonly (readonly string[])[]
}

/** `at` is behind the blanks before the digits, which count where the field is as wide as its letters. */
function readDigits(scan: Scan, part: LetterPart, at: number, isTight: boolean): boolean {
  const limit = isTight ? scan.at + part.count : null
  if (limit !== null && limit > scan.text.length) return false
  const number = readNumber(limit === null ? scan.text : scan.text.slice(0, limit), at)
  if (number === null) return false
  scan.at = number.end
  setNumber(scan, part, number.value, scan.text.slice(at, number.end))
  return true
}

function accept(scan: Scan, zone: ZoneText | null): boolean {
  if (zone === null) return false
  if (zone.by !== 'weak name' || !scan.hasZoneDigits) {
    scan.fields.set('zone', zone.minutes)
    scan.hasZoneDigits = zone.by === 'digits'
  }
  scan.at = zone.end
  return true
}

const numberFields: Partial<Record<PatternLetter, FieldName>> = {
  y: 'year',
  Y: 'weekYear',
  d: 'dayOfMonth',
  D: 'dayOfYear',
  F: 'dayOfWeekInMonth',
  w: 'weekOfYear',
  W: 'weekOfMonth',
  H: 'hourOfDay',
  K: 'hour',
  m: 'minute',
  s: 'second',
  S: 'ms',
}

function setNumber(scan: Scan, { letter, count }: LetterPart, value: number, digits: string): void {
  const { fields } = scan
  if (letter === 'M' || letter === 'L') fields.set('month', value - 1)
  else if (letter === 'k') fields.set('hourOfDay', value === 24 ? 0 : value)
  else if (letter === 'h') fields.set('hour', value === 12 ? 0 : value)
  else if (letter === 'u') fields.set('dayOfWeek', value >= 1 && value <= 7 ? value % 7 : value - 1)
  else if ((letter === 'y' || letter === 'Y') && count <= 2 && /^\d\d$/.test(digits)) {
    fields.set(letter === 'y' ? 'year' : 'weekYear', yearOf(scan, value))
  } else {
    const name = numberFields[letter]
    if (name !== undefined) fields.set(name, value)
  }
}

function yearOf(scan: Scan, digits: number): number {
  const first = new Date(scan.centuryStart).getUTCFullYear()
  const border = first % 100
  const year = first - border + digits + (digits < border ? 100 : 0)
  scan.isBorderYear = digits === border
  return year
}

/** Integers of so many characters fit an int. */
const usualDigits = 9

/** An integer as Java's DecimalFormat reads it; as an int, of a larger one its lowest bits. */
function readNumber(
  text: string,
  at: number,
): { readonly value: number; readonly end: number } | null {
  const match = /^-?\d+(?:E-?\d+)?/.exec(text.slice(at))
  if (match === null) return null
  const [found] = match
  const end = at + found.length
  // As nearly all numbers are.
  if (found.length <= usualDigits && !found.includes('E')) return { value: Number(found) + 0, end }
  const exact = found.includes('E') ? Math.trunc(Number(found)) : null
  if (exact !== null && !Number.isSafeInteger(exact)) return { value: saturated(exact), end }
  const integer = exact === null ? BigInt(found) : BigInt(exact)
  const isLong = integer >= -(2n ** 63n) && integer < 2n ** 63n
  return { value: isLong ? Number(BigInt.asIntN(32, integer)) : saturated(Number(integer)), end }
}

function saturated(value: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value))
}

/** The longest of the names that the text goes on with, in any case. */
function readName(scan: Scan, { field, lists }: Named): boolean {
  let best = ''
  let index = -1
  for (const list of lists) {
    for (const [i, name] of list.entries()) {
      const found = scan.text.slice(scan.at, scan.at + name.length)
      if (name.length > best.length && found.toLowerCase() === name.toLowerCase()) {
        best = name
        index = i
      }
    }
  }
  if (index < 0) return false
  scan.fields.set(field, index)
  scan.at += best.length
  return true
}

function shortened(names: readonly string[]): readonly string[] {
  return names.map((name) => name.slice(0, 3))
}

function centuryStart(): number {
  const now = new Date()
  return now.setUTCFullYear(now.getUTCFullYear() - centuryYears)
}
