const KIB = 1024
const GRAIN = 64 * KIB

/**
 * Buffers for large frames, used again: a fresh buffer of a megabyte costs more in page faults than reading into it.
 * A frame may be given back once nothing reads it any more; one that never comes back is left to the collector.
 */
export class FramePool {
  readonly #free: Buffer[] = []
  readonly #maxBytes: number
  #bytes = 0

  /** Keeps at most `maxBytes` of unused buffers. */
  constructor(maxBytes = 8 * KIB * KIB) {
    this.#maxBytes = maxBytes
  }

  /** Of what is kept. */
  get bytes(): number {
    return this.#bytes
  }

  /** A buffer of exactly `length` bytes, with anything in it. */
  take(length: number): Buffer {
    for (let i = this.#free.length - 1; i >= 0; i--) {
      const slab = this.#free[i]
      if (slab === undefined || slab.length < length || slab.length > 4 * (length + GRAIN)) continue
      this.#free.splice(i, 1)
      this.#bytes -= slab.length
      return slab.subarray(0, length)
    }
    return Buffer.allocUnsafeSlow(Math.ceil(length / GRAIN) * GRAIN).subarray(0, length)
  }

  /** Takes back what {@link take} gave. Nothing may read `frame`, or a view of it, from here on. */
  give(frame: Buffer): void {
    const slab = Buffer.from(frame.buffer)
    if (this.#bytes + slab.length > this.#maxBytes) return
    this.#free.push(slab)
    this.#bytes += slab.length
  }
}
