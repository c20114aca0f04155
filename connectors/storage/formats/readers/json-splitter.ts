import { Chunks } from './piece-splitter.ts'
import type { Splitter } from './piece-splitter.ts'

const newline = 0x0a
const space = 0x20
const quote = 0x22
const backslash = 0x5c
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * JSON documents behind each other, whatever stands between them. Where the first ends on its line, every line is one: then a damaged line hurts no
 * other.
 */
export class JsonSplitter implements Splitter {
  start = 0
  end = 0
  readonly #chunks = new Chunks()
  #byLine: boolean | null = null
  #searched = 0
  #depth = 0
  #inText = false
  #begin = -1

  get bytes(): Buffer {
    return this.#chunks.bytes
  }

  push(chunk: Buffer): void {
    this.#chunks.wait(chunk)
    if (this.#byLine !== true || chunk.includes(newline)) this.finish()
  }

  finish(): void {
    const shift = this.#chunks.at
    const known = this.#chunks.join()
    this.#searched = this.#byLine === true ? known : Math.max(0, this.#searched - shift)
    if (this.#begin >= 0) this.#begin -= shift
  }

  next(): boolean {
    return this.#byLine === true ? this.#nextLine() : this.#nextDocument()
  }

  takeRest(): boolean {
    this.start = this.#chunks.at
    this.end = this.#chunks.bytes.length
    this.#chunks.at = this.end
    return this.end > this.start
  }

  #nextLine(): boolean {
    const { bytes, at } = this.#chunks
    const found = bytes.indexOf(newline, Math.max(at, this.#searched))
    if (found < 0) return false
    this.#found(at, found, found + 1)
    return true
  }

  /** Hot. Goes on where the last chunk ended, within a document or a text. */
  #nextDocument(): boolean {
    const { bytes } = this.#chunks
    for (let at = Math.max(this.#searched, this.#chunks.at); at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (this.#inText) {
        if (byte === backslash) at++
        else if (byte === quote) this.#inText = false
      } else if (byte <= space) {
        if (this.#begin >= 0 && this.#depth === 0) return this.#endDocument(at)
      } else if (this.#begin >= 0 && this.#depth === 0 && isBegin(byte)) {
        return this.#endDocument(at)
      } else {
        if (this.#begin < 0) this.#begin = at
        if (byte === quote) this.#inText = true
        else if (byte === openObject || byte === openList) this.#depth++
        else if (byte === closeObject || byte === closeList) this.#depth--
      }
      this.#searched = at + 1
    }
    return false
  }

  #endDocument(at: number): boolean {
    const { bytes } = this.#chunks
    const begin = this.#begin
    this.#byLine ??= bytes[at] === newline && !bytes.subarray(begin, at).includes(newline)
    this.#begin = -1
    this.#depth = 0
    this.#found(begin, at, at)
    return true
  }

  #found(start: number, end: number, next: number): void {
    this.start = start
    this.end = end
    this.#chunks.at = next
    this.#searched = next
  }
}

function isBegin(byte: number): boolean {
  return byte === openObject || byte === openList || byte === quote
}
