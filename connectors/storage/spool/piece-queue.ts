import { giveBack, keepForGood, ownBytes } from './own-bytes.ts'
import type { Segment, SpillFile } from './spill-file.ts'

type Piece = Buffer | Segment

/** What is read of the temporary file at once. */
const readBytes = 1024 * 1024

/** The bytes of an object in their order, some of them in memory and some in the temporary file. */
export class PieceQueue {
  readonly #spill: SpillFile
  #pieces: Piece[] = []
  #memory = 0
  #bytes = 0

  constructor(spill: SpillFile) {
    this.#spill = spill
  }

  get bytes(): number {
    return this.#bytes
  }

  get memoryBytes(): number {
    return this.#memory
  }

  push(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) {
      if (buffer.length === 0) continue
      this.#pieces.push(buffer)
      this.#memory += buffer.length
      this.#bytes += buffer.length
    }
  }

  /** Moves to the file what lies in memory. */
  async spill(): Promise<void> {
    const pieces = this.#pieces
    const first = pieces.findIndex((piece) => Buffer.isBuffer(piece))
    // What was spilled lies before what was not.
    if (first < 0) return
    const buffers = pieces.slice(first).filter((piece) => Buffer.isBuffer(piece))
    const segment = await this.#spill.append(buffers)
    giveBack(buffers)
    this.#pieces = [...pieces.slice(0, first), segment]
    this.#memory = 0
  }

  /** Takes the first `length` bytes, of which there are so many; they are the caller's. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let left = length
    while (left > 0) {
      const piece = this.#pieces[0]
      if (piece === undefined) break
      const size = Math.min(piece.length, left)
      parts.push(await this.#head(piece, size))
      left -= size
      this.#bytes -= size
    }
    const [only] = parts
    if (parts.length !== 1 || only === undefined) return this.#joined(parts, length)
    // Perhaps a part of a piece, the rest of which is needed still.
    keepForGood(only)
    return only
  }

  /** All bytes in their order, which stay where they are: they can be read again. */
  async *read(): AsyncGenerator<Buffer, void, undefined> {
    for (const piece of [...this.#pieces]) {
      if (Buffer.isBuffer(piece)) {
        yield piece
        continue
      }
      const end = piece.position + piece.length
      for (let position = piece.position; position < end; position += readBytes) {
        yield await this.#spill.read({ position, length: Math.min(readBytes, end - position) })
      }
    }
  }

  /** Forgets all bytes. `isUnused` says that nobody reads them any more, be it a request that was given up. */
  clear(isUnused = false): void {
    for (const piece of this.#pieces) {
      if (!Buffer.isBuffer(piece)) this.#spill.release(piece.length)
      else if (isUnused) giveBack([piece])
    }
    this.#pieces = []
    this.#memory = 0
    this.#bytes = 0
  }

  #joined(parts: readonly Buffer[], length: number): Buffer {
    const joined = ownBytes(length)
    let at = 0
    for (const part of parts) {
      joined.set(part, at)
      at += part.length
    }
    // What is left of the last one is needed still.
    const left = this.#pieces[0]
    giveBack(Buffer.isBuffer(left) ? parts.filter(({ buffer }) => buffer !== left.buffer) : parts)
    return joined
  }

  async #head(piece: Piece, size: number): Promise<Buffer> {
    const whole = size === piece.length
    if (Buffer.isBuffer(piece)) {
      this.#memory -= size
      if (whole) this.#pieces.shift()
      else this.#pieces[0] = piece.subarray(size)
      return piece.subarray(0, size)
    }
    const { position, length } = piece
    const bytes = await this.#spill.read({ position, length: size })
    this.#spill.release(size)
    if (whole) this.#pieces.shift()
    else this.#pieces[0] = { position: position + size, length: length - size }
    return bytes
  }
}
