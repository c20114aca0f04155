import { isUtf8 } from 'node:buffer'
import { DataError } from '../../api/index.ts'
import { SerializationError } from '../serialization-error.ts'
import { describeByte, escapes } from './json-bytes.ts'

/** Limit of Java's parser (Jackson's StreamReadConstraints). */
const longestString = 20_000_000

/** Up to this size a record becomes one string, of which its strings are slices. */
const sliceLimit = 64 * 1024
/** Up to this length a loop over the bytes finds the end of a string faster than native code does. */
const loopLength = 32
/** What a string of bytes may not hold to be its own text: an escape, a control character, a byte beyond ASCII. */
const notPlain = /[^ !#-[\]-\x7f]/

/** A JSON document that lies in a buffer, the place where it is read, and the strings in it. */
export class JsonTextReader {
  source: Buffer = Buffer.alloc(0)
  /** Where the next byte is read, and where the document ends. */
  at = 0
  end = 0
  protected start = 0
  /** How many objects and arrays are open. */
  depth = 0
  /** A struct that begins before it is no more worth a guess: it lies in one that was guessed in vain. */
  guessedTo = 0
  /** Where the text begins that {@link textFrom} has answered. */
  textStart = 0
  /** What follows {@link textStart}, once a string has been read inside an object or array. */
  #text: string | null = null
  #view: DataView | null = null
  #viewOf: Buffer | null = null

  /** Begins a document; a byte order mark before it is passed over. */
  open(source: Buffer, start: number, end: number): void {
    this.source = source
    this.start = start
    this.at = start
    this.end = end
    this.depth = 0
    this.guessedTo = 0
    this.#text = null
    if (source[start] === 0xef && end - start >= 3 && source[start + 1] === 0xbb) {
      if (source[start + 2] === 0xbf) this.at = start + 3
    }
  }

  /** Goes on reading at `at`, inside as many objects and arrays as `depth` says. */
  seek(at: number, depth: number): void {
    this.at = at
    this.#text = null
    this.depth = depth
    this.guessedTo = 0
  }

  /** Latin-1 of the document, from {@link textStart} on, which is not behind `at`; null where it is too long for one string. */
  textFrom(at: number): string | null {
    if (this.#text !== null && this.textStart <= at) return this.#text
    if (this.end - this.start > sliceLimit) return null
    this.textStart = at
    return (this.#text = this.source.latin1Slice(at, this.end))
  }

  /** Of the whole source. */
  view(): DataView {
    const { source } = this
    if (this.#view === null || this.#viewOf !== source) {
      this.#view = new DataView(source.buffer, source.byteOffset, source.length)
      this.#viewOf = source
    }
    return this.#view
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

  /** Hot. A string; the cursor stands on its opening quote. */
  readString(): string {
    const source = this.source
    const start = this.at + 1
    const loopEnd = Math.min(this.end, start + loopLength)
    let ascii = true
    for (let at = start; at < loopEnd; at++) {
      const byte = source[at] ?? 0
      if (byte === 0x22) {
        this.at = at + 1
        return ascii ? this.#slice(start, at) : this.#utf8(start, at)
      }
      if (byte === 0x5c || byte < 0x20) return this.#readEscaped(start, at)
      if (byte > 0x7f) ascii = false
    }
    return this.#readLongString(start)
  }

  /**
   * A string that mostly ends `behind` bytes before the document does, as the only value of one: read at once where it does.
   */
  readLastString(behind: number): string {
    const start = this.at + 1
    const close = this.end - 1 - behind
    if (close > start && this.source[close] === 0x22 && close - start <= longestString) {
      const text = this.source.latin1Slice(start, close)
      if (!notPlain.test(text)) {
        this.at = close + 1
        return text
      }
    }
    return this.readString()
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

  /** What follows a document does not count, but must not run on from a number or a word. `first` is the document's first byte. */
  requireBreak(first: number): void {
    if (this.at >= this.end || first === 0x22 || first === 0x7b || first === 0x5b) return
    const byte = this.source[this.at] ?? 0
    const isWord = first >= 0x61
    const isBreak = isWord
      ? byte < 0x80 && !/[\w$]/.test(String.fromCharCode(byte))
      : byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
    if (!isBreak) this.fail('a space between values')
  }

  /** Throws what was found where `expected` should stand. */
  fail(expected: string): never {
    const found =
      this.at < this.end ? `unexpected ${describeByte(this.source[this.at] ?? 0)}` : 'the text ends'
    return this.refuse(`At byte ${this.at - this.start} ${found}: expected ${expected}.`)
  }

  protected failAt(at: number, expected: string): never {
    this.at = at
    return this.fail(expected)
  }

  protected refuse(problem: string): never {
    throw new DataError(
      'Converting byte[] to Kafka Connect data failed due to serialization error: ',
      { cause: new SerializationError(problem) },
    )
  }

  #tooLong(length: number): never {
    return this.refuse(
      `String value length (${length}) exceeds the maximum allowed (${longestString})`,
    )
  }

  /** ASCII from `from` to `to`. */
  #slice(from: number, to: number): string {
    if (this.depth === 0 || this.end - this.start > sliceLimit) {
      return this.source.latin1Slice(from, to)
    }
    if (this.#text === null || from < this.textStart) {
      this.#text = this.source.latin1Slice(from, this.end)
      this.textStart = from
    }
    return this.#text.substring(from - this.textStart, to - this.textStart)
  }

  #utf8(from: number, to: number): string {
    const text = this.source.utf8Slice(from, to)
    if (text.includes('\ufffd') && !isUtf8(this.source.subarray(from, to))) {
      this.refuse(`The string from byte ${from - this.start} to ${to - this.start} is not UTF-8.`)
    }
    return text
  }

  #readLongString(start: number): string {
    const close = this.source.indexOf(0x22, start)
    if (close < 0 || close >= this.end) return this.#readEscaped(start, start)
    const text = this.#slice(start, close)
    if (notPlain.test(text)) return this.#readEscaped(start, start)
    if (text.length > longestString) this.#tooLong(text.length)
    this.at = close + 1
    return text
  }

  /** A string that has an escape, or whose end is far; before `at` there is none. */
  #readEscaped(start: number, at: number): string {
    let text = ''
    let from = start
    this.at = at
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
      if (!/^[\da-fA-F]{4}$/.test(hex)) this.failAt(this.at + 1, 'u and four hexadecimal digits')
      this.at += 6
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    const character = escapes[code]
    if (character === undefined) return this.failAt(this.at + 1, 'an escape')
    this.at += 2
    return character
  }
}
