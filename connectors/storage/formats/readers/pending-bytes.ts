import { DataError } from 'sluice/api'

const empty = Buffer.alloc(0)

/** Bytes that come in chunks and are taken in pieces of other sizes. */
export class PendingBytes {
  readonly #chunks: AsyncIterator<Buffer>
  #bytes: Buffer = empty
  #at = 0
  #ended = false

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** Whether so many bytes are still to come; they are in memory then. */
  async holds(count: number): Promise<boolean> {
    if (this.#bytes.length - this.#at >= count) return true
    const parts = [this.#bytes.subarray(this.#at)]
    let held = this.#bytes.length - this.#at
    while (held < count && !this.#ended) {
      const next = await this.#chunks.next()
      if (next.done === true) this.#ended = true
      else {
        parts.push(next.value)
        held += next.value.length
      }
    }
    this.#bytes =
      parts.length === 2 && parts[0]?.length === 0 ? (parts[1] ?? empty) : Buffer.concat(parts)
    this.#at = 0
    return held >= count
  }

  /** What is in memory and not taken yet, a view. */
  get held(): Buffer {
    return this.#bytes.subarray(this.#at)
  }

  /** The next `count` bytes, a view. Rejects with a DataError where there are fewer. */
  async take(count: number): Promise<Buffer> {
    if (!(await this.holds(count))) throw new DataError('The file is cut off.')
    const taken = this.#bytes.subarray(this.#at, this.#at + count)
    this.#at += count
    return taken
  }

  /** Leaves the chunks, also before their end. */
  async close(): Promise<void> {
    this.#ended = true
    await this.#chunks.return?.()
  }
}
