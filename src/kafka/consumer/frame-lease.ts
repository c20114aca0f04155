import type { FramePool } from '../net/frame-pool.ts'

/** A fetched frame that several partitions read from: goes back to the pool when the last of them is done. */
export class FrameLease {
  readonly #frame: Buffer
  readonly #pool: FramePool
  #users = 0

  constructor(frame: Buffer, pool: FramePool) {
    this.#frame = frame
    this.#pool = pool
  }

  acquire(): void {
    this.#users++
  }

  /** After the last one no view of the frame may be read. */
  release(): void {
    if (--this.#users === 0) this.#pool.give(this.#frame)
  }
}
