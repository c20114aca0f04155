import type { Int64 } from '../../util/int64.ts'
import type { BatchCursor } from './batch-cursor.ts'

/** One entry of a fetch answer's list: from `firstOffset` on, this producer's batches were rolled back. */
export interface AbortedTransaction {
  readonly producerId: Int64
  readonly firstOffset: number
}

/** First two bytes of a control record's key are its version, the next two its type: 0 is an abort. */
const ABORT_MARKER = 0

/**
 * Tells, for `read_committed`, which batches of one fetch answer to leave out. Asked for every batch in the order
 * of the log: an entry holds from the batch that reaches its first offset to the producer's abort marker.
 */
export class AbortedTransactions {
  readonly #pending: AbortedTransaction[]
  readonly #aborting = new Set<number>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#pending = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset)
  }

  /** Whether the batch whose header was opened belongs to a transaction that was rolled back. */
  covers(batch: BatchCursor): boolean {
    for (let next = this.#pending.at(-1); next; next = this.#pending.at(-1)) {
      if (next.firstOffset >= batch.nextBatchOffset) break
      this.#aborting.add(Number(next.producerId))
      this.#pending.pop()
    }
    if (batch.isControl) {
      if (isAbortMarker(batch)) this.#aborting.delete(batch.producerId)
      return false
    }
    return batch.isTransactional && this.#aborting.has(batch.producerId)
  }
}

/** Walks the control batch's one record. */
function isAbortMarker(batch: BatchCursor): boolean {
  batch.openRecords()
  if (!batch.advance()) return false
  if (batch.keyEnd - batch.keyStart < 4) return false
  return batch.buffer.readInt16BE(batch.keyStart + 2) === ABORT_MARKER
}
