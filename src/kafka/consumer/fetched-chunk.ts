import { verifyCrc } from '../records/batch-cursor.ts'
import { CorruptRecordError } from '../records/errors.ts'
import { partitionText } from '../topic-partitions.ts'
import type { FetchedRecords } from '../types.ts'
import type { FrameLease } from './frame-lease.ts'
import { PartitionCursor } from './partition-cursor.ts'
import type { PartitionState } from './partition-state.ts'
import { isDense, offsetsOf } from './record-set.ts'
import type { BatchRef, RecordSet } from './record-set.ts'

/** The next records of a chunk. */
export interface FetchedSlice extends FetchedRecords {
  readonly count: number
  /** Epoch of the leader that wrote what stands before `nextOffset`. */
  readonly epoch: number
}

/** What one fetch brought for one partition, handed out slice by slice. */
export class FetchedChunk {
  readonly state: PartitionState
  /** Offset after it. */
  readonly nextOffset: number
  readonly #lastEpoch: number
  readonly #lease: FrameLease
  readonly #records: Buffer
  readonly #batches: readonly BatchRef[]
  readonly #cursor: PartitionCursor
  readonly #checkCrcs: boolean
  #batch = 0
  #verified = -1
  /** Offsets of the current batch, where it has gaps. */
  #sparse: readonly number[] | null = null
  #offset: number
  /** Epoch of the batch before `#offset`. */
  #epoch: number

  constructor(
    state: PartitionState,
    records: Buffer,
    { batches, nextOffset, epoch }: RecordSet,
    lease: FrameLease,
    checkCrcs: boolean,
  ) {
    this.state = state
    this.nextOffset = nextOffset
    this.#lastEpoch = epoch
    this.#lease = lease
    this.#records = records
    this.#batches = batches
    this.#cursor = new PartitionCursor(records, batches)
    this.#checkCrcs = checkCrcs
    this.#offset = state.fetchOffset
    this.#epoch = state.epoch
    lease.acquire()
  }

  get bytes(): number {
    return this.#records.length
  }

  /** Whether every record has been handed out. */
  get done(): boolean {
    return this.#batch === this.#batches.length
  }

  /**
   * The next records, at most `most`, as a slice of known end; `count` tells how many. Throws a
   * {@link CorruptRecordError} where the next batch is damaged and nothing stands before it.
   */
  slice(most: number): FetchedSlice {
    const from = this.#offset
    let count = 0
    for (let ref = this.#ref(); ref && count < most; ref = this.#ref()) {
      if (!this.#isSound(ref, count > 0)) break
      count += this.#take(ref, most - count)
      this.#epoch = ref.epoch
    }
    if (this.done) {
      this.#offset = this.nextOffset
      this.#epoch = this.#lastEpoch
    }
    this.#cursor.limitTo(from, count)
    const { topic, partition } = this.state
    return {
      topic,
      partition,
      cursor: this.#cursor,
      nextOffset: this.#offset,
      count,
      epoch: this.#epoch,
    }
  }

  /** Gives up the frame. The cursor and its views are over. */
  release(): void {
    this.#lease.release()
  }

  #ref(): BatchRef | undefined {
    return this.#batches[this.#batch]
  }

  /** Moves over up to `most` records of the batch; returns how many. */
  #take(ref: BatchRef, most: number): number {
    const from = Math.max(this.#offset, ref.baseOffset)
    const offsets = this.#sparse
    if (offsets === null) {
      const count = Math.min(ref.nextOffset - from, most)
      this.#moveTo(from + count, ref)
      return count
    }
    const first = offsets.findIndex((offset) => offset >= from)
    if (first < 0) {
      this.#moveTo(ref.nextOffset, ref)
      return 0
    }
    const count = Math.min(offsets.length - first, most)
    this.#moveTo(offsets[first + count] ?? ref.nextOffset, ref)
    return count
  }

  #moveTo(offset: number, ref: BatchRef): void {
    this.#offset = offset
    if (offset < ref.nextOffset) return
    this.#batch++
    this.#sparse = null
  }

  /** Checks a batch once, and looks for its gaps. A damaged one ends the slice before it, and is thrown for when it comes first. */
  #isSound(ref: BatchRef, endsSlice: boolean): boolean {
    if (this.#verified === this.#batch) return true
    try {
      if (this.#checkCrcs) verifyCrc(this.#records, ref.start, ref.end)
      if (!isDense(ref)) this.#sparse = offsetsOf(this.#records, ref)
    } catch (cause) {
      if (endsSlice) return false
      if (!(cause instanceof CorruptRecordError)) throw cause
      throw new CorruptRecordError(
        `Cannot read ${partitionText(this.state)} at offset ${this.#offset}: ${cause.message} ` +
          'To go on behind it, commit an offset behind it for the group.',
        { cause },
      )
    }
    this.#verified = this.#batch
    return true
  }
}
