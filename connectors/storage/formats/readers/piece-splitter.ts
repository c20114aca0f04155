import { DataError } from 'sluice/api'

const empty = Buffer.alloc(0)
/** Most bytes of one record in a file of text or bytes. */
const mostPieceBytes = 128 * 1024 * 1024

/** Bytes that come in chunks, of which pieces are taken from the front. A piece that is not whole waits, and is put together once. */
export class Chunks {
  /** What is looked at. */
  bytes: Buffer = empty
  /** Before it all was taken. */
  at = 0
  #waiting: Buffer[] = []
  #waitingBytes = 0

  /** Keeps a chunk without looking into it. A DataError where too much waits. */
  wait(chunk: Buffer): void {
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.bytes.length - this.at + this.#waitingBytes > mostPieceBytes) {
      throw new DataError(
        `A record is longer than ${mostPieceBytes} bytes. Check that this is the format, and the separator, that the file was written with.`,
      )
    }
  }

  /** Puts what was not taken and what waits into one piece; answers with how many bytes of it were there before. */
  join(): number {
    const rest = this.bytes.subarray(this.at)
    const [first = empty] = this.#waiting
    this.bytes =
      rest.length === 0 && this.#waiting.length <= 1
        ? first
        : Buffer.concat([rest, ...this.#waiting])
    this.at = 0
    this.#waiting = []
    this.#waitingBytes = 0
    return rest.length
  }
}

/** Cuts a file into the pieces that are its records. */
export interface Splitter {
  /** Where the piece lies that {@link next} or {@link takeRest} found. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  /** Call it once {@link next} finds nothing more. A DataError where a piece is too large. */
  push(chunk: Buffer): void
  /** Hot. Whether there is another whole piece. */
  next(): boolean
  /** Says that no chunk comes any more: then {@link next} until there is none, and {@link takeRest}. */
  finish(): void
  /** What stands behind the last whole piece; false where that is nothing. */
  takeRest(): boolean
}

/** Pieces with a separator between them. Nothing is copied but a piece that lies in several chunks. */
export class SeparatorSplitter implements Splitter {
  start = 0
  end = 0
  readonly #separator: Buffer
  readonly #chunks = new Chunks()
  #searched = 0

  constructor(separator: Buffer) {
    this.#separator = separator
  }

  get bytes(): Buffer {
    return this.#chunks.bytes
  }

  push(chunk: Buffer): void {
    this.#chunks.wait(chunk)
    // A long piece is not put together anew with each chunk. Where a separator lies across two, that is seen one chunk later.
    if (chunk.indexOf(this.#separator) >= 0 || this.#separator.length > 1) this.finish()
  }

  finish(): void {
    const known = this.#chunks.join()
    this.#searched = Math.max(0, known - this.#separator.length + 1)
  }

  next(): boolean {
    const { bytes, at } = this.#chunks
    const found = bytes.indexOf(this.#separator, Math.max(at, this.#searched))
    if (found < 0) return false
    this.start = at
    this.end = found
    this.#chunks.at = found + this.#separator.length
    return true
  }

  takeRest(): boolean {
    const { bytes, at } = this.#chunks
    this.start = at
    this.end = bytes.length
    this.#chunks.at = bytes.length
    return this.end > this.start
  }
}

/** Pieces of one size; the last is what is left. */
export class BlockSplitter implements Splitter {
  start = 0
  end = 0
  readonly #size: number
  readonly #chunks = new Chunks()

  constructor(size: number) {
    this.#size = size
  }

  get bytes(): Buffer {
    return this.#chunks.bytes
  }

  push(chunk: Buffer): void {
    this.#chunks.wait(chunk)
    this.#chunks.join()
  }

  finish(): void {
    this.#chunks.join()
  }

  next(): boolean {
    const { bytes, at } = this.#chunks
    if (bytes.length - at < this.#size) return false
    this.start = at
    this.end = at + this.#size
    this.#chunks.at = this.end
    return true
  }

  takeRest(): boolean {
    this.start = this.#chunks.at
    this.end = this.#chunks.bytes.length
    this.#chunks.at = this.end
    return this.end > this.start
  }
}
