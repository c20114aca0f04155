import type { TopicPartition } from '../../api/topic-partition.ts'
import { abortable } from '../../util/abort.ts'
import type { MemoryShare } from '../../util/memory-budget.ts'
import type { ProducerListener } from '../types.ts'
import type { Arena, ArenaPool } from './arena-pool.ts'
import type { BatchWaiter, ProducerBatch } from './producer-batch.ts'

interface RoomWaiter {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

/** How often it is looked whether others have given memory back. */
const RECHECK_MS = 20

/**
 * Counts what the batches of a producer hold against `buffer.memory` and the memory of the process, and tells of each batch once how it ended: the
 * listener, who waits for it, and who waits for room.
 */
export class BatchLedger {
  readonly #listener: ProducerListener
  readonly #arenas: ArenaPool
  readonly #bufferBytes: number
  readonly #memory: MemoryShare | undefined
  #usedBytes = 0
  #isFull = false
  #room: RoomWaiter | null = null

  constructor(
    listener: ProducerListener,
    arenas: ArenaPool,
    bufferBytes: number,
    memory?: MemoryShare,
  ) {
    this.#listener = listener
    this.#arenas = arenas
    this.#bufferBytes = bufferBytes
    this.#memory = memory
  }

  /** Asked for every record: decided with every batch. */
  get hasRoom(): boolean {
    return !this.#isFull
  }

  async room(signal: AbortSignal): Promise<void> {
    while (!this.hasRoom) {
      if (this.#room === null) {
        this.#room = newWaiter()
        this.#recheckLater()
      }
      await abortable(this.#room.promise, signal)
    }
  }

  /** An arena of so many bytes was taken, or has grown by so many. */
  account(bytes: number): void {
    this.#usedBytes += bytes
    this.#memory?.take(bytes)
    this.#decide()
  }

  /** An arena that was accounted with so many bytes was not needed. */
  abandoned(arena: Arena, bytes: number): void {
    this.#arenas.give(arena)
    this.#release(bytes)
  }

  /** `baseOffset` is -1 where the broker did not say. */
  acknowledged(partition: TopicPartition, batch: ProducerBatch, baseOffset: number): void {
    batch.runs.each((from, to, position) => {
      const offset = baseOffset < 0 ? -1 : baseOffset + position
      this.#listener.acknowledged(from, to, partition, offset)
    })
    this.recycle(batch)
    this.#end(batch)
  }

  /** The arena is left to the collector: a socket may still read it. */
  failed(partition: TopicPartition, batch: ProducerBatch, error: Error): void {
    batch.runs.each((from, to) => this.#listener.failed(from, to, partition, error))
    this.#end(batch)
  }

  /** `batch` goes on as its parts: who waits for it waits for them. */
  replaced(batch: ProducerBatch, parts: readonly ProducerBatch[]): void {
    for (const waiter of batch.waiters) {
      waiter.remaining += parts.length - 1
      for (const part of parts) part.waiters.push(waiter)
    }
    this.recycle(batch)
  }

  /** Gives back the arena of a batch that was answered. */
  recycle(batch: ProducerBatch): void {
    if (batch.arena !== null) this.#arenas.give(batch.arena)
    batch.arena = null
  }

  #end(batch: ProducerBatch): void {
    for (const waiter of batch.waiters) {
      waiter.remaining--
      if (waiter.remaining === 0) waiter.resolve()
    }
    this.#release(batch.accountedBytes)
  }

  #release(bytes: number): void {
    this.#usedBytes -= bytes
    this.#memory?.give(bytes)
    this.#decide()
  }

  #decide(): void {
    const isFull = this.#usedBytes > 0 && this.#usedBytes >= this.#bufferBytes
    this.#isFull = isFull || this.#memory?.isOver === true
    if (this.#room === null || this.#isFull) return
    this.#room.resolve()
    this.#room = null
  }

  /** Room in `buffer.memory` comes with an answer, which is heard; that of others in the process is looked for. */
  #recheckLater(): void {
    if (this.#memory === undefined) return
    setTimeout(() => {
      this.#decide()
      if (this.#room !== null) this.#recheckLater()
    }, RECHECK_MS).unref()
  }
}

/** Resolves once all of `batches` are done. */
export function allDone(batches: readonly ProducerBatch[]): Promise<void> {
  if (batches.length === 0) return Promise.resolve()
  return new Promise((resolve) => {
    const waiter: BatchWaiter = { remaining: batches.length, resolve }
    for (const batch of batches) batch.waiters.push(waiter)
  })
}

function newWaiter(): RoomWaiter {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}
