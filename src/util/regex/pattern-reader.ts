import { isAlpha, isDigit, isSpace } from './ascii.ts'
import { isSupplementary } from './char-class.ts'
import { PatternSyntaxError } from './pattern-errors.ts'
import { COMMENTS, UNIX_LINES } from './pattern-flags.ts'

const BACKSLASH = 0x5c
const HASH = 0x23

/**
 * The characters of a pattern one by one, as code points; 0 behind the end. The cursor moves as that of Java's parser, since
 * errors tell where it stands. With the flag `x`, white space and comments are passed over.
 */
export class PatternReader {
  readonly pattern: string
  readonly #codes: number[]
  /** In code points, without quotations. */
  readonly length: number
  readonly hasSupplementary: boolean
  cursor = 0
  flags: number

  constructor(pattern: string, flags: number) {
    const codes = Array.from(pattern, (char) => char.codePointAt(0) ?? 0)
    this.pattern = pattern
    this.flags = flags
    this.hasSupplementary = codes.some(isSupplementary)
    this.#codes = withoutQuotations(codes)
    this.length = this.#codes.length
  }

  /** The character at a place, whatever it is. */
  codeAt(index: number): number {
    return this.#codes[index] ?? 0
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0
  }

  get isAtEnd(): boolean {
    return this.cursor >= this.length
  }

  /** Whether there is a character beyond one unit from `start` on. */
  hasSupplementaryFrom(start: number): boolean {
    return this.#codes.slice(start).some(isSupplementary)
  }

  /** The text between two places. */
  textOf(from: number, to: number): string {
    const codes = this.#codes.slice(from, to)
    return codes.map((code) => String.fromCodePoint(code)).join('')
  }

  peek(): number {
    return this.#pastComments(this.codeAt(this.cursor))
  }

  read(): number {
    let code = this.codeAt(this.cursor++)
    if (!this.has(COMMENTS)) return code
    while (isSpace(code) || code === HASH) {
      while (isSpace(code)) code = this.codeAt(this.cursor++)
      if (code === HASH) {
        do code = this.codeAt(this.cursor++)
        while (code !== 0 && !this.#isLineEnd(code))
        if (code === 0 && this.cursor > this.length) {
          this.cursor = this.length
          code = this.codeAt(this.cursor++)
        }
      }
    }
    return code
  }

  /** One on, and what stands there. */
  next(): number {
    return this.#pastComments(this.codeAt(++this.cursor))
  }

  /** One on, white space counting. */
  nextEscaped(): number {
    return this.codeAt(++this.cursor)
  }

  /** Passes over one character and reads the one behind it, white space counting. */
  skip(): number {
    const code = this.codeAt(this.cursor + 1)
    this.cursor += 2
    return code
  }

  /** Reads up to and with `code`, or past the end where there is none. */
  readTo(code: number): void {
    while (this.cursor <= this.length) if (this.read() === code) return
  }

  unread(): void {
    this.cursor--
  }

  accept(code: number, otherwise: string): void {
    if (this.read() !== code) throw this.error(otherwise)
  }

  error(description: string): PatternSyntaxError {
    return new PatternSyntaxError(description, this.pattern, this.cursor - 1)
  }

  /** What Java knows and we do not. */
  unsupported(what: string): PatternSyntaxError {
    return this.error(`${what} is not supported here; write the pattern without it,`)
  }

  #pastComments(first: number): number {
    let code = first
    if (!this.has(COMMENTS)) return code
    while (isSpace(code) || code === HASH) {
      while (isSpace(code)) code = this.codeAt(++this.cursor)
      if (code === HASH) {
        do code = this.codeAt(++this.cursor)
        while (code !== 0 && !this.#isLineEnd(code))
        if (code === 0 && this.cursor > this.length) {
          this.cursor = this.length
          code = this.codeAt(this.cursor)
        }
      }
    }
    return code
  }

  #isLineEnd(code: number): boolean {
    if (this.has(UNIX_LINES)) return code === 0x0a
    return code === 0x0a || code === 0x0d || code === 0x85 || (code | 1) === 0x2029
  }
}

/** What stands between `\Q` and `\E` with a backslash before each character that might mean something. */
function withoutQuotations(codes: readonly number[]): number[] {
  const start = firstQuotation(codes)
  if (start === null) return [...codes]
  const plain = codes.slice(0, start)
  let at = start + 2
  let isQuoted = true
  let isFirst = true
  while (at < codes.length) {
    const code = codes[at++] ?? 0
    const following = codes[at]
    if (code >= 0x80 || isAlpha(code)) plain.push(code)
    else if (isDigit(code)) {
      // A digit behind a backslash would be a group, or belong to the number before it.
      if (isFirst) plain.push(BACKSLASH, 0x78, 0x33)
      plain.push(code)
    } else if (code !== BACKSLASH) plain.push(...(isQuoted ? [BACKSLASH, code] : [code]))
    else if (isQuoted && following === 0x45) {
      at++
      isQuoted = false
    } else if (isQuoted) plain.push(BACKSLASH, BACKSLASH)
    else if (following === 0x51) {
      at++
      isQuoted = true
      isFirst = true
      continue
    } else {
      plain.push(code)
      if (at < codes.length) plain.push(codes[at++] ?? 0)
    }
    isFirst = false
  }
  return plain
}

function firstQuotation(codes: readonly number[]): number | null {
  for (let at = 0; at < codes.length - 1; at++) {
    if (codes[at] !== BACKSLASH) continue
    if (codes[at + 1] === 0x51) return at
    at++
  }
  return null
}
