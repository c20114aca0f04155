const firstBytes = 4 * 1024
const mostBytes = 1024 * 1024

/** Bytes that grow in chunks, each twice as large as the one before, so that many small files take little. */
export class ByteOutput {
  /** Where the next byte goes, once {@link reserve} has made room. */
  target: Buffer = Buffer.alloc(0)
  at = 0
  #done: Buffer[] = []
  #doneBytes = 0
  #start = 0

  /** How many bytes are held. */
  get length(): number {
    return this.#doneBytes + this.at - this.#start
  }

  /** Hot. Makes room for `size` bytes in one piece at {@link at} of {@link target}. */
  reserve(size: number): void {
    if (this.at + size <= this.target.length) return
    const next = Math.min(Math.max(this.target.length * 2, firstBytes), mostBytes)
    this.#seal()
    this.target = Buffer.allocUnsafeSlow(Math.max(next, size))
    this.#start = 0
    this.at = 0
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.target.set(bytes, this.at)
    this.at += bytes.length
  }

  /** All bytes held, which are the caller's from then on. */
  take(): Buffer[] {
    this.#seal()
    const taken = this.#done
    this.#done = []
    this.#doneBytes = 0
    return taken
  }

  #seal(): void {
    if (this.at > this.#start) {
      this.#done.push(this.target.subarray(this.#start, this.at))
      this.#doneBytes += this.at - this.#start
    }
    this.#start = this.at
  }
}
