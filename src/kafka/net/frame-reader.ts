import { WireError } from '../protocol/wire-error.ts'
import { adviceOn } from './foreign-bytes.ts'
import type { FramePool } from './frame-pool.ts'

const SCRATCH_BYTES = 256 * 1024

/**
 * Takes the frame that lies in `buffer` from `start` up to `end`. `own` frames have a buffer of their own and may be
 * kept, which is answered by true; any other must be read at once.
 */
export type FrameHandler = (buffer: Buffer, start: number, end: number, own: boolean) => boolean

/**
 * Cuts what a socket receives into frames: four bytes of length, then as many bytes. Frames that fit into half of the
 * scratch buffer are handed out where they lie; a larger one gets a buffer of its own that the kernel reads into, so
 * that a fetched megabyte is never copied.
 */
export class FrameReader {
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)
  readonly #frames: FramePool
  readonly #maxBytes: number
  readonly #deliver: FrameHandler
  #have = 0
  #large: Buffer | null = null
  #largeHave = 0

  constructor(frames: FramePool, maxBytes: number, deliver: FrameHandler) {
    this.#frames = frames
    this.#maxBytes = maxBytes
    this.#deliver = deliver
  }

  /** Where the next bytes go. */
  target(): Buffer {
    return this.#large === null
      ? this.#scratch.subarray(this.#have)
      : this.#large.subarray(this.#largeHave)
  }

  /** `length` bytes have been read into the last target. Throws a WireError for a length that cannot be. */
  received(length: number): void {
    if (this.#large === null) {
      this.#have += length
      this.#cut()
      return
    }
    this.#largeHave += length
    if (this.#largeHave < this.#large.length) return
    const frame = this.#large
    this.#large = null
    if (!this.#deliver(frame, 0, frame.length, true)) this.#frames.give(frame)
  }

  #cut(): void {
    const scratch = this.#scratch
    let at = 0
    while (this.#have - at >= 4) {
      const length = scratch.readInt32BE(at)
      if (length < 4 || length > this.#maxBytes) {
        throw badLength(length, this.#maxBytes, scratch.subarray(at, this.#have))
      }
      const start = at + 4
      if (this.#have - start >= length) {
        this.#deliver(scratch, start, start + length, false)
        at = start + length
      } else if (length > SCRATCH_BYTES / 2) {
        this.#startLarge(start, length)
        return
      } else {
        break
      }
    }
    if (at > 0) {
      scratch.copyWithin(0, at, this.#have)
      this.#have -= at
    }
  }

  #startLarge(start: number, length: number): void {
    const frame = this.#frames.take(length)
    this.#scratch.copy(frame, 0, start, this.#have)
    this.#large = frame
    this.#largeHave = this.#have - start
    this.#have = 0
  }
}

function badLength(length: number, maxBytes: number, frame: Buffer): WireError {
  return new WireError(
    `expected a response of 4 to ${maxBytes} bytes, found a length of ${length}: ${adviceOn(frame)}`,
  )
}
