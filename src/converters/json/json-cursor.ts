import { isDigit, isWordPart } from './json-bytes.ts'
import { JsonTextReader } from './json-text-reader.ts'
import { NameTable } from './name-table.ts'

/** Limits of Java's parser (Jackson's StreamReadConstraints). */
export const deepestNesting = 1000
const longestNumber = 1000
const longestName = 50_000

const powersOfTen = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** What a JSON value is, in the words of Java's messages; MISSING where there is none. */
export type JsonKind = 'OBJECT' | 'ARRAY' | 'STRING' | 'NUMBER' | 'BOOLEAN' | 'NULL' | 'MISSING'

/**
 * Reads JSON where it lies, token by token, from left to right. Exact: a number is told by its text. Any bytes that are
 * not JSON are a DataError. Grammar: RFC 8259 as Jackson reads it (leading zeros pass; nothing after the document is looked at).
 */
export class JsonCursor extends JsonTextReader {
  /** The number that {@link readNumber} has just passed: where its text lies, and whether it is an integer. */
  numberStart = 0
  numberEnd = 0
  isInteger = true
  /** Its value, where it is exactly known without its text; else NaN. */
  numberValue = 0
  readonly #names = new NameTable()
  /** What the next value is. A DataError where none can begin. */
  kind(): JsonKind {
    const byte = this.peek()
    if (byte === 0x22) return 'STRING'
    if (byte === 0x7b) return 'OBJECT'
    if (byte === 0x5b) return 'ARRAY'
    if (byte === 0x74 || byte === 0x66) return 'BOOLEAN'
    if (byte === 0x6e) return 'NULL'
    if (byte === 0x2d || isDigit(byte)) return 'NUMBER'
    if (byte === -1) return 'MISSING'
    return this.fail('a value')
  }

  /** Passes `{` or `[`; {@link nextMember} or {@link nextElement} passes the end. */
  enter(): void {
    if (++this.depth > deepestNesting) {
      this.refuse(
        `Document nesting depth (${this.depth}) exceeds the maximum allowed (${deepestNesting})`,
      )
    }
    this.at++
  }

  /** Whether another element of the array follows; passes the comma, or the `]`. `first` before the first. */
  nextElement(first: boolean): boolean {
    const byte = this.peek()
    // A value must follow a comma: whoever reads it next refuses `[1,]`.
    if (byte === 0x5d) return this.#leave()
    if (first) return true
    if (byte !== 0x2c) this.fail('a comma or "]"')
    this.at++
    return true
  }

  /** Whether another member of the object follows; passes the comma, or the `}`. `first` before the first. */
  nextMember(first: boolean): boolean {
    let byte = this.peek()
    if (byte === 0x7d) return this.#leave()
    if (!first) {
      if (byte !== 0x2c) this.fail('a comma or "}"')
      this.at++
      byte = this.peek()
    }
    if (byte !== 0x22) this.fail('a name in double quotes')
    return true
  }

  /** The name of a member, and its colon. */
  readName(): string {
    const name = this.#names.read(this.source, this.at + 1, this.end)
    if (name !== undefined) {
      this.at += name.length + 2
      this.passColon()
      return name
    }
    return this.#readNewName()
  }

  #readNewName(): string {
    const start = this.at + 1
    const name = this.readString()
    this.#names.add(this.source, start, name)
    if (name.length > longestName) {
      this.refuse(`Name length (${name.length}) exceeds the maximum allowed (${longestName})`)
    }
    this.passColon()
    return name
  }

  passColon(): void {
    if (this.source[this.at] !== 0x3a && this.peek() !== 0x3a) this.fail('a colon')
    this.at++
  }

  /** Hot. Passes a number, which {@link numberText} and the members beside it then tell. */
  readNumber(): void {
    const source = this.source
    const start = this.at
    let at = start
    const negative = source[at] === 0x2d
    if (negative) at++
    const digitsStart = at
    let mantissa = 0
    let byte = source[at] ?? 0
    while (at < this.end && isDigit(byte)) {
      mantissa = mantissa * 10 + byte - 0x30
      byte = source[++at] ?? 0
    }
    if (at === digitsStart) this.failAt(at, 'a digit')
    let digits = at - digitsStart
    let fraction = 0
    this.isInteger = true
    if (at < this.end && byte === 0x2e) {
      this.isInteger = false
      const fractionStart = ++at
      byte = source[at] ?? 0
      while (at < this.end && isDigit(byte)) {
        mantissa = mantissa * 10 + byte - 0x30
        byte = source[++at] ?? 0
      }
      fraction = at - fractionStart
      if (fraction === 0) this.failAt(at, 'a digit after the decimal point')
      digits += fraction
    }
    // Up to 15 digits and a power of ten up to 22 are exact doubles, and so is their quotient, rounded once.
    let exact = digits <= 15
    if (at < this.end && (byte | 0x20) === 0x65) {
      at = this.#passExponent(at + 1)
      this.isInteger = false
      exact = false
    }
    if (at - start > longestNumber) {
      this.refuse(
        `Number value length (${at - start}) exceeds the maximum allowed (${longestNumber})`,
      )
    }
    this.numberStart = start
    this.numberEnd = at
    const value = exact ? mantissa / (powersOfTen[fraction] ?? 1) : Number.NaN
    this.numberValue = negative ? -value : value
    this.at = at
  }

  /** The text of the number that was passed last. */
  numberText(): string {
    return this.source.latin1Slice(this.numberStart, this.numberEnd)
  }

  /** Passes `true`, `false` or `null`; the cursor stands on its first letter. */
  readLiteral(): boolean | null {
    const first = this.source[this.at]
    if (first === 0x74) this.#expect('true')
    else if (first === 0x66) this.#expect('false')
    else this.#expect('null')
    return first === 0x6e ? null : first === 0x74
  }

  /** Passes a value of any kind. */
  skipValue(): void {
    const kind = this.kind()
    if (kind === 'STRING') this.readString()
    else if (kind === 'NUMBER') this.readNumber()
    else if (kind === 'OBJECT') this.#skipObject()
    else if (kind === 'ARRAY') this.#skipArray()
    else if (kind === 'MISSING') this.fail('a value')
    else this.readLiteral()
  }

  #leave(): false {
    this.depth--
    this.at++
    return false
  }

  #passExponent(from: number): number {
    let at = from
    const sign = this.source[at]
    if (at < this.end && (sign === 0x2b || sign === 0x2d)) at++
    const start = at
    while (at < this.end && isDigit(this.source[at] ?? 0)) at++
    if (at === start) this.failAt(at, 'a digit of an exponent')
    return at
  }

  #expect(word: string): void {
    const end = this.at + word.length
    if (end > this.end || this.source.latin1Slice(this.at, end) !== word) this.fail('a value')
    if (end < this.end && isWordPart(this.source[end] ?? 0)) this.failAt(end, `the end of ${word}`)
    this.at = end
  }

  #skipObject(): void {
    this.enter()
    for (let first = true; this.nextMember(first); first = false) {
      this.readName()
      this.skipValue()
    }
  }

  #skipArray(): void {
    this.enter()
    for (let first = true; this.nextElement(first); first = false) this.skipValue()
  }
}

/** Reads a value that is there and not null; `first` is its first byte, on which the cursor stands, or -1 at the end. */
export type JsonReader = (cursor: JsonCursor, first: number) => unknown
