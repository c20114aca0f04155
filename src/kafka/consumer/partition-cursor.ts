import { BatchCursor } from '../records/batch-cursor.ts'
import { CorruptRecordError } from '../records/errors.ts'
import type { RecordCursor } from '../types.ts'
import type { BatchRef } from './record-set.ts'

/** Walks the records of one partition through the batches of a fetched record set, slice by slice. */
export class PartitionCursor extends BatchCursor implements RecordCursor {
  readonly #records: Buffer
  readonly #batches: readonly BatchRef[]
  /** The batch to open next. */
  #batch = 0
  /** The slice: from this offset on, so many records. */
  #from = 0
  #left = 0

  constructor(records: Buffer, batches: readonly BatchRef[]) {
    super()
    this.#records = records
    this.#batches = batches
  }

  /** Begins a slice, wherever the walk through the one before has ended. */
  limitTo(from: number, count: number): void {
    this.#from = from
    this.#left = count
  }

  next(): boolean {
    while (this.#left > 0) {
      if (!this.advance()) {
        this.#openNext()
      } else if (this.offset >= this.#from) {
        this.#left--
        return true
      }
    }
    return false
  }

  #openNext(): void {
    const ref = this.#batches[this.#batch++]
    if (ref === undefined) {
      throw new CorruptRecordError(
        `Found ${this.#left} records less than the batches from offset ${this.#from} on announce.`,
      )
    }
    this.openHeader(this.#records, ref.start, ref.end)
    this.openRecords()
  }
}
