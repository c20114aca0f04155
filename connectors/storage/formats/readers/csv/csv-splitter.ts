import { Chunks } from '../piece-splitter.ts'
import type { Splitter } from '../piece-splitter.ts'
import type { CsvOptions } from './csv-options.ts'

const newline = 0x0a

/** Rows of a file of comma separated values: a newline within quotes ends none. */
export class CsvSplitter implements Splitter {
  start = 0
  end = 0
  readonly #options: CsvOptions
  readonly #chunks = new Chunks()
  #searched = 0
  #linesToSkip: number
  #inQuotes = false
  #isFieldBegun = false
  #isEscaped = false

  constructor(options: CsvOptions) {
    this.#options = options
    this.#linesToSkip = options.skipLines
  }

  get bytes(): Buffer {
    return this.#chunks.bytes
  }

  push(chunk: Buffer): void {
    this.#chunks.wait(chunk)
    // A long row is not put together anew with each chunk.
    if (chunk.includes(newline)) this.finish()
  }

  finish(): void {
    const shift = this.#chunks.at
    this.#chunks.join()
    this.#searched = Math.max(0, this.#searched - shift)
  }

  next(): boolean {
    const { bytes } = this.#chunks
    for (let at = Math.max(this.#searched, this.#chunks.at); at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (byte !== newline) {
        if (this.#linesToSkip === 0) this.#pass(byte)
      } else if (this.#linesToSkip > 0) {
        this.#linesToSkip--
        this.#chunks.at = at + 1
      } else if (!this.#inQuotes) {
        this.#endRow(at)
        return true
      }
    }
    this.#searched = bytes.length
    return false
  }

  takeRest(): boolean {
    const { bytes, at } = this.#chunks
    this.start = this.#linesToSkip > 0 ? bytes.length : at
    this.end = bytes.length
    this.#chunks.at = bytes.length
    return this.end > this.start
  }

  #endRow(at: number): void {
    this.start = this.#chunks.at
    this.end = at
    this.#chunks.at = at + 1
    this.#searched = at + 1
    this.#isFieldBegun = false
    this.#isEscaped = false
  }

  /** Hot. */
  #pass(byte: number): void {
    const { separator, quote, escape, isRfc4180, ignoreQuotations } = this.#options
    if (isRfc4180) {
      // Of a doubled quote the first leaves the quotes and the second enters them again.
      if (byte === quote && (this.#inQuotes || !this.#isFieldBegun || this.#isEscaped)) {
        this.#isEscaped = this.#inQuotes
        this.#inQuotes = !this.#inQuotes
      } else this.#isEscaped = false
      this.#isFieldBegun = this.#inQuotes || byte !== separator
      return
    }
    if (ignoreQuotations) return
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === quote) this.#inQuotes = !this.#inQuotes
    else this.#isEscaped = byte === escape
  }
}
