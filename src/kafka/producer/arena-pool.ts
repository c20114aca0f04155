import type { MemoryShare } from '../../util/memory-budget.ts'
import { BatchWriter } from '../records/batch-writer.ts'
import { IndexRuns } from './index-runs.ts'

/** What a batch is written with: its bytes, and the indexes of its records. */
export interface Arena {
  readonly writer: BatchWriter
  readonly runs: IndexRuns
}

/** A converter announces more bytes than it writes: room for that, so that a full batch does not double its arena. */
const SLACK_BYTES = 4096
/** An arena begins at this part of its full size, as most partitions never fill a batch. */
const FIRST_PART = 16

/** Arenas of one producer, used again. One comes back once its batch is done with, and no socket reads it any more. */
export class ArenaPool {
  readonly #fullBytes: number
  readonly #maxFree: number
  readonly #memory: MemoryShare | undefined
  readonly #free: Arena[] = []
  #freeBytes = 0

  /** Keeps `maxFree` arenas that are not used at the moment, and no more bytes of them than `memory` allows. */
  constructor(batchBytes: number, maxFree: number, memory?: MemoryShare) {
    this.#fullBytes = batchBytes + SLACK_BYTES
    this.#maxFree = maxFree
    this.#memory = memory
  }

  take(): Arena {
    const arena = this.#free.pop()
    if (arena !== undefined) {
      this.#freeBytes -= arena.writer.capacityBytes
      return arena
    }
    const firstBytes = Math.ceil(this.#fullBytes / FIRST_PART)
    return { writer: new BatchWriter(firstBytes), runs: new IndexRuns() }
  }

  give(arena: Arena): void {
    const { writer, runs } = arena
    const { capacityBytes } = writer
    if (this.#free.length >= this.#maxFree || capacityBytes > 2 * this.#fullBytes) return
    if (this.#freeBytes + capacityBytes > (this.#memory?.keepBytes ?? Infinity)) return
    this.#freeBytes += capacityBytes
    writer.clear()
    runs.clear()
    this.#free.push(arena)
  }
}
