import { AbortedTransactions } from '../records/aborted-transactions.ts'
import type { AbortedTransaction } from '../records/aborted-transactions.ts'
import { BatchCursor } from '../records/batch-cursor.ts'
import { at } from '../records/batch-format.ts'

/** A batch with records to hand out, as a record set's headers tell. */
export interface BatchRef {
  readonly start: number
  readonly end: number
  readonly baseOffset: number
  readonly nextOffset: number
  readonly recordCount: number
  /** Epoch of the leader that wrote it. */
  readonly epoch: number
}

export interface RecordSet {
  readonly batches: readonly BatchRef[]
  /** Offset after the last whole batch, records or not; `fetchOffset` where there is none. */
  readonly nextOffset: number
  /** Epoch of the last whole batch; -1 where there is none. */
  readonly epoch: number
}

const header = new BatchCursor()

/**
 * Lists the batches of a fetched record set that hold something for a reader at `fetchOffset`: not control
 * batches, what compaction emptied, what lies before, nor, where `aborted` is given, what was rolled back. A batch
 * cut off at the end is left for the next fetch.
 */
export function readRecordSet(
  records: Buffer,
  fetchOffset: number,
  aborted: readonly AbortedTransaction[] | null,
): RecordSet {
  const batches: BatchRef[] = []
  const filter = aborted === null ? null : new AbortedTransactions(aborted)
  let nextOffset = fetchOffset
  let epoch = -1
  for (let start = 0; header.openHeader(records, start, records.length); start = header.batchEnd) {
    const { batchEnd: end, baseOffset, nextBatchOffset, recordCount, isControl } = header
    nextOffset = Math.max(nextOffset, nextBatchOffset)
    epoch = records.readInt32BE(start + at.leaderEpoch)
    const rolledBack = filter?.covers(header) === true
    if (rolledBack || isControl || recordCount === 0 || nextBatchOffset <= fetchOffset) continue
    batches.push({ start, end, baseOffset, nextOffset: nextBatchOffset, recordCount, epoch })
  }
  return { batches, nextOffset, epoch }
}

/** The offset of every record of a batch in which compaction has left gaps. */
export function offsetsOf(records: Buffer, batch: BatchRef): number[] {
  const offsets: number[] = []
  header.open(records, batch.start, batch.end, false)
  while (header.advance()) offsets.push(header.offset)
  return offsets
}

/** Whether the batch has a record for each of its offsets, so that none has to be looked for. */
export function isDense({ baseOffset, nextOffset, recordCount }: BatchRef): boolean {
  return nextOffset - baseOffset === recordCount
}
