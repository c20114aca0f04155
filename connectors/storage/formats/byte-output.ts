import { giveBack, ownBytes } from '../spool/own-bytes.ts'

const firstBytes = 4 * 1024
const mostBytes = 1024 * 1024
const empty = Buffer.alloc(0)

/** Bytes that grow in chunks, each twice as large as the one before, so that many small files take little. */
export class ByteOutput {
  /** Where the next byte goes, once {@link reserve} has made room. */
  target: Buffer = empty
  at = 0
  #done: Buffer[] = []
  #doneBytes = 0
  #nextBytes = firstBytes

  /** How many bytes are held. */
  get length(): number {
    return this.#doneBytes + this.at
  }

  /** How many bytes of memory these take: room for what is to come is among them. */
  get memoryBytes(): number {
    return this.#doneBytes + this.target.length
  }

  /** Hot. Makes room for `size` bytes in one piece at {@link at} of {@link target}. */
  reserve(size: number): void {
    if (this.at + size <= this.target.length) return
    this.#handOver()
    if (size <= this.target.length) return
    giveBack([this.target])
    this.target = ownBytes(Math.max(this.#nextBytes, size))
    this.#nextBytes = Math.min(this.#nextBytes * 2, mostBytes)
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.target.set(bytes, this.at)
    this.at += bytes.length
  }

  /** All bytes held, which are the caller's from then on. With `release` the room for what is to come is given up, too. */
  take(release = false): Buffer[] {
    this.#handOver()
    if (release) this.#forget()
    const taken = this.#done
    this.#done = []
    this.#doneBytes = 0
    return taken
  }

  /** Gives up the room for what is to come. */
  release(): void {
    if (this.at > 0) this.#done.push(Buffer.from(this.target.subarray(0, this.at)))
    this.#doneBytes += this.at
    this.at = 0
    this.#forget()
  }

  /** Nobody else has any of it. */
  #forget(): void {
    giveBack([this.target])
    this.target = empty
    this.#nextBytes = firstBytes
  }

  /** A chunk that is hardly used stays, as more is reserved than written, and its bytes are copied: they would hold all of it. */
  #handOver(): void {
    if (this.at === 0) return
    const used = this.target.subarray(0, this.at)
    const isUsed = this.at * 2 >= this.target.length
    this.#done.push(isUsed ? used : Buffer.from(used))
    this.#doneBytes += this.at
    if (isUsed) this.target = empty
    this.at = 0
  }
}
