import type { FramePool } from '../net/frame-pool.ts'
import type { FetchMemory } from './fetch-memory.ts'

/** A fetched frame that several partitions read from: goes back to the pool when the last of them is done. */
export class FrameLease {
  readonly #frame: Buffer
  readonly #pool: FramePool
  readonly #memory: FetchMemory | undefined
  #users = 0

  /** The bytes of the frame were taken from `memory`. */
  constructor(frame: Buffer, pool: FramePool, memory?: FetchMemory) {
    this.#frame = frame
    this.#pool = pool
    this.#memory = memory
  }

  acquire(): void {
    this.#users++
  }

  /** After the last one no view of the frame may be read. */
  release(): void {
    if (--this.#users > 0) return
    this.#memory?.give(this.#frame.length)
    const keptBytes = this.#pool.bytes + this.#frame.buffer.byteLength
    if (this.#memory?.mayKeep(keptBytes) !== false) this.#pool.give(this.#frame)
  }
}
