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
    this.#pieces = [...pieces.slice(0, first), segment]
    this.#memory = 0
  }

  /** Takes the first `length` bytes, of which there are so many. */
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
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, length)
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

  clear(): void {
    for (const piece of this.#pieces) if (!Buffer.isBuffer(piece)) this.#spill.release(piece.length)
    this.#pieces = []
    this.#memory = 0
    this.#bytes = 0
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
