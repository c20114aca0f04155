import { isUtf8 } from 'node:buffer'
import { DataError } from '../../api/index.ts'
import { SerializationError } from '../serialization-error.ts'
import { describeByte, escapes, isDigit, isWordPart } from './json-bytes.ts'

/** Limits of Java's parser (Jackson's StreamReadConstraints). */
const deepest = 1000
const longestNumber = 1000
const longestString = 20_000_000
const longestName = 50_000

/** Up to this size a record becomes one string, of which its strings are slices. */
const sliceLimit = 64 * 1024
const powersOfTen = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** What a JSON value is, in the words of Java's messages; MISSING where there is none. */
export type JsonKind = 'OBJECT' | 'ARRAY' | 'STRING' | 'NUMBER' | 'BOOLEAN' | 'NULL' | 'MISSING'

/**
 * Reads JSON where it lies, token by token, from left to right. Exact: a number is told by its text. Any bytes that are
 * not JSON are a DataError. Grammar: RFC 8259 as Jackson reads it (leading zeros pass; nothing after the document is looked at).
 */
export class JsonCursor {
  source: Buffer = Buffer.alloc(0)
  /** Where the next byte is read, and where the document ends. */
  at = 0
  end = 0
  /** The number that {@link readNumber} has just passed: where its text lies, and whether it is an integer. */
  numberStart = 0
  numberEnd = 0
  isInteger = true
  /** Its value, where it is exactly known without its text; else NaN. */
  numberValue = 0
  #start = 0
  #depth = 0
  #text: string | null = null

  /** Begins a document; a byte order mark before it is passed over. */
  open(source: Buffer, start: number, end: number): void {
    this.source = source
    this.#start = start
    this.at = start
    this.end = end
    this.#depth = 0
    this.#text = null
    if (source[start] === 0xef && end - start >= 3 && source[start + 1] === 0xbb) {
      if (source[start + 2] === 0xbf) this.at = start + 3
    }
  }

  /** Goes on reading at `at`, inside as many objects and arrays as `depth` says. */
  seek(at: number, depth: number): void {
    this.at = at
    this.#depth = depth
  }

  /** The first byte of the next token, which is not passed; -1 at the end. */
  peek(): number {
    const source = this.source
    while (this.at < this.end) {
      const byte = source[this.at] ?? -1
      if (byte > 0x20) return byte
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) this.fail('a value')
      this.at++
    }
    return -1
  }

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
    if (++this.#depth > deepest) {
      this.#refuse(
        `Document nesting depth (${this.#depth}) exceeds the maximum allowed (${deepest})`,
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
    const name = this.readString()
    if (name.length > longestName) {
      this.#refuse(`Name length (${name.length}) exceeds the maximum allowed (${longestName})`)
    }
    this.passColon()
    return name
  }

  passColon(): void {
    if (this.peek() !== 0x3a) this.fail('a colon')
    this.at++
  }

  /** Hot. A string; the cursor stands on its opening quote. */
  readString(): string {
    const source = this.source
    const start = this.at + 1
    let ascii = true
    for (let at = start; at < this.end; at++) {
      const byte = source[at] ?? 0
      if (byte === 0x22) {
        this.at = at + 1
        if (at - start > longestString) this.#tooLong(at - start)
        return ascii ? this.#slice(start, at) : this.#utf8(start, at)
      }
      if (byte === 0x5c) return this.#readEscaped(start, at)
      if (byte < 0x20) {
        this.at = at
        this.fail('a character of a string; a control character must be escaped')
      }
      if (byte > 0x7f) ascii = false
    }
    this.at = this.end
    return this.fail('the end of a string')
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
    if (at === digitsStart) this.#failAt(at, 'a digit')
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
      if (fraction === 0) this.#failAt(at, 'a digit after the decimal point')
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
      this.#refuse(
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

  /** Whether exactly these bytes come next; passes them then. */
  passBytes(bytes: Buffer): boolean {
    const length = bytes.length
    const at = this.at
    if (at + length > this.end) return false
    for (let i = 0; i < length; i++) if (this.source[at + i] !== bytes[i]) return false
    this.at = at + length
    return true
  }

  /** Throws unless a number or literal at the outermost level is followed by a space or nothing. */
  requireBreak(): void {
    const byte = this.source[this.at] ?? 0
    if (this.at < this.end && byte > 0x20) this.fail('a space between values')
  }

  /** Throws what was found where `expected` should stand. */
  fail(expected: string): never {
    const found =
      this.at < this.end ? `unexpected ${describeByte(this.source[this.at] ?? 0)}` : 'the text ends'
    return this.#refuse(`At byte ${this.at - this.#start} ${found}: expected ${expected}.`)
  }

  #failAt(at: number, expected: string): never {
    this.at = at
    return this.fail(expected)
  }

  #refuse(problem: string): never {
    throw new DataError(
      'Converting byte[] to Kafka Connect data failed due to serialization error: ',
      { cause: new SerializationError(problem) },
    )
  }

  #tooLong(length: number): never {
    return this.#refuse(
      `String value length (${length}) exceeds the maximum allowed (${longestString})`,
    )
  }

  #leave(): false {
    this.#depth--
    this.at++
    return false
  }

  /** ASCII from `from` to `to`. */
  #slice(from: number, to: number): string {
    if (this.#depth === 0 || this.end - this.#start > sliceLimit) {
      return this.source.latin1Slice(from, to)
    }
    this.#text ??= this.source.latin1Slice(this.#start, this.end)
    return this.#text.substring(from - this.#start, to - this.#start)
  }

  #utf8(from: number, to: number): string {
    const text = this.source.utf8Slice(from, to)
    if (text.includes('\ufffd') && !isUtf8(this.source.subarray(from, to))) {
      this.#refuse(
        `The string from byte ${from - this.#start} to ${to - this.#start} is not UTF-8.`,
      )
    }
    return text
  }

  /** The rest of a string that has an escape at `escapeAt`. */
  #readEscaped(start: number, escapeAt: number): string {
    let text = ''
    let from = start
    this.at = escapeAt
    while (this.at < this.end) {
      const byte = this.source[this.at] ?? 0
      if (byte === 0x22) {
        text += this.#utf8(from, this.at++)
        if (text.length > longestString) this.#tooLong(text.length)
        return text
      }
      if (byte === 0x5c) {
        text += this.#utf8(from, this.at) + this.#readEscape()
        from = this.at
      } else if (byte < 0x20) {
        this.fail('a character of a string; a control character must be escaped')
      } else this.at++
    }
    return this.fail('the end of a string')
  }

  /** The character of one escape, which is passed. */
  #readEscape(): string {
    const code = this.source.latin1Slice(this.at + 1, Math.min(this.at + 2, this.end))
    if (code === 'u') {
      const hex = this.source.latin1Slice(this.at + 2, Math.min(this.at + 6, this.end))
      if (!/^[\da-fA-F]{4}$/.test(hex)) this.#failAt(this.at + 1, 'u and four hexadecimal digits')
      this.at += 6
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    const character = escapes[code]
    if (character === undefined) return this.#failAt(this.at + 1, 'an escape')
    this.at += 2
    return character
  }

  #passExponent(from: number): number {
    let at = from
    const sign = this.source[at]
    if (at < this.end && (sign === 0x2b || sign === 0x2d)) at++
    const start = at
    while (at < this.end && isDigit(this.source[at] ?? 0)) at++
    if (at === start) this.#failAt(at, 'a digit of an exponent')
    return at
  }

  #expect(word: string): void {
    const end = this.at + word.length
    if (end > this.end || this.source.latin1Slice(this.at, end) !== word) this.fail('a value')
    if (end < this.end && isWordPart(this.source[end] ?? 0)) this.#failAt(end, `the end of ${word}`)
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

/** Reads a value that is there and not null. */
export type JsonReader = (cursor: JsonCursor) => unknown
