import type { Int64 } from '../../util/int64.ts'
import { at } from '../records/batch-format.ts'
import { stampBatch } from '../records/batch-writer.ts'
import type { CompressionCodec } from '../records/compression.ts'
import { splitBatch } from '../records/split-batch.ts'
import type { Arena } from './arena-pool.ts'
import type { IndexRuns } from './index-runs.ts'

/** Who a producer is to the brokers. Another object, even with the same epoch, is another identity. */
export interface Identity {
  readonly producerId: Int64
  readonly epoch: number
}

/** Waits for batches to be done: called for each of them. */
export interface BatchWaiter {
  remaining: number
  readonly resolve: () => void
}

/** How all batches of a producer are closed. */
export interface StampOptions {
  readonly codec: CompressionCodec | null
  readonly transactional: boolean
}

/** What a batch is stamped with where the producer is not idempotent. */
const NOBODY: Identity = { producerId: -1, epoch: -1 }

/**
 * A batch of one partition on its way: sealed (no more records), then stamped with its sequence, once and for all
 * attempts; done when acknowledged or failed.
 */
export class ProducerBatch {
  /** Place among the batches of the partition; the parts of a split batch share its span, up to the next one. */
  readonly order: number
  readonly span: number
  readonly recordCount: number
  readonly runs: IndexRuns
  /** Of `performance.now()`, when its first record came. */
  readonly createdAt: number
  readonly waiters: BatchWaiter[] = []
  attempts = 0
  /** An attempt under its sequence was not answered: it may still get to the broker, whenever that is. */
  mayArrive = false
  /** Null for the parts of a split batch, which have buffers of their own. */
  arena: Arena | null
  /** What counts against `buffer.memory`. */
  readonly accountedBytes: number
  #bytes: Buffer | null

  constructor(init: {
    readonly order: number
    readonly span?: number
    readonly recordCount: number
    readonly runs: IndexRuns
    readonly createdAt: number
    readonly accountedBytes: number
    readonly arena: Arena | null
    readonly bytes: Buffer | null
  }) {
    this.order = init.order
    this.span = init.span ?? 1
    this.recordCount = init.recordCount
    this.runs = init.runs
    this.createdAt = init.createdAt
    this.accountedBytes = init.accountedBytes
    this.arena = init.arena
    this.#bytes = init.bytes
  }

  /** Whether the batch has its sequence. */
  get stamped(): boolean {
    return this.#bytes !== null
  }

  /** The bytes to send, the same in every attempt. Empty before it is stamped. */
  get bytes(): Buffer {
    return this.#bytes ?? Buffer.alloc(0)
  }

  get sizeBytes(): number {
    return this.#bytes?.length ?? this.arena?.writer.sizeBytes ?? 0
  }

  /** Gives the batch its sequence; again only under another identity, when no socket holds it. */
  stamp(identity: Identity | null, baseSequence: number, options: StampOptions): void {
    const { producerId, epoch } = identity ?? NOBODY
    const stamp = {
      producerId,
      producerEpoch: epoch,
      baseSequence: identity === null ? -1 : baseSequence,
    }
    this.mayArrive = false
    if (this.#bytes !== null) stampBatch(this.#bytes, stamp)
    else this.#bytes = this.arena?.writer.close(stamp, options) ?? null
  }

  /** Batches of about half the size with the same records and sequences, where there is more than one record. */
  split(): ProducerBatch[] {
    const parts = splitBatch(this.bytes, Math.ceil(this.bytes.length / 2))
    const span = this.span / parts.length
    let start = 0
    return parts.map((bytes, i) => {
      const recordCount = bytes.readInt32BE(at.recordCount)
      const part = new ProducerBatch({
        order: this.order + i * span,
        span,
        recordCount,
        runs: this.runs.slice(start, start + recordCount),
        createdAt: this.createdAt,
        accountedBytes: i === 0 ? this.accountedBytes : 0,
        arena: null,
        bytes,
      })
      start += recordCount
      return part
    })
  }
}
