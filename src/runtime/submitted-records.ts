import type { SourceOffset, SourcePartition, SourceRecord } from '../data/records.ts'
import { AcknowledgedRecords } from './acknowledged-records.ts'

/** The offset to commit for one source partition. */
export type Committable = readonly [SourcePartition | null, SourceOffset | null]

/** The records of one poll that were sent, until all of them are acknowledged. */
interface Batch {
  /** Number of the first record. */
  readonly base: number
  readonly offsets: (SourceOffset | null)[]
  /** The partition of every record, where all have the same. */
  partition: SourcePartition | null
  /** One a record, where they differ. */
  partitions: (SourcePartition | null)[] | null
  /** Kept only for a task that wants to hear of each record. */
  readonly records: SourceRecord[] | null
  /** How many of them lie below the watermark. */
  done: number
}

/**
 * The records sent and not yet acknowledged, in the order they were polled. What may be committed is the offset
 * of the last record below the watermark of consecutive acknowledged ones (invariant 1), a source partition.
 */
export class SubmittedRecords {
  readonly #acknowledged = new AcknowledgedRecords()
  readonly #batches: Batch[] = []
  readonly #keepRecords: boolean
  #head = 0
  #open: Batch = newBatch(0, false)
  #committable = new Map<string, Committable>()
  readonly #keys = new WeakMap<SourcePartition, string>()

  /** `keepRecords`: whether {@link recordOf} will be asked for. */
  constructor(keepRecords: boolean) {
    this.#keepRecords = keepRecords
  }

  /** How many records were numbered so far. */
  get numbered(): number {
    return this.#acknowledged.next
  }

  /** Records sent and not below the watermark. */
  get outstanding(): number {
    return this.#acknowledged.outstanding
  }

  /** Polls of which something is outstanding, and the one that is open. */
  get batches(): number {
    return this.#batches.length - this.#head
  }

  /** Whether there is an offset to commit that {@link takeCommittable} has not given yet. */
  get hasCommittable(): boolean {
    return this.#committable.size > 0
  }

  /** Starts the records of one poll. A poll of which nothing was sent leaves nothing behind. */
  begin(): void {
    if (this.#open.offsets.length === 0 && this.#batches.at(-1) === this.#open) return
    this.#open = newBatch(this.#acknowledged.next, this.#keepRecords)
    this.#batches.push(this.#open)
  }

  /** Hot: numbers one record of the poll. The number goes to the producer and comes back when it is acknowledged. */
  add(record: SourceRecord): number {
    const batch = this.#open
    const partition = record.sourcePartition
    if (batch.partitions !== null) batch.partitions.push(partition)
    else if (batch.offsets.length === 0) batch.partition = partition
    else if (batch.partition !== partition) tellApart(batch, partition)
    batch.offsets.push(record.sourceOffset)
    if (batch.records !== null) batch.records.push(record)
    return this.#acknowledged.add()
  }

  /** Takes back the record added last: it was not sent. */
  takeBack(): void {
    this.#acknowledged.takeBack()
    this.#open.offsets.pop()
    this.#open.records?.pop()
    this.#open.partitions?.pop()
  }

  /** The record of this number, where records are kept and not all of its poll was acknowledged. */
  recordOf(number: number): SourceRecord | undefined {
    const batch = this.#batchOf(number)
    return batch?.records?.[number - batch.base]
  }

  /** The records `from` up to but not including `to` need not be sent again. */
  acknowledge(from: number, to: number): void {
    const watermark = this.#acknowledged.acknowledge(from, to)
    for (let batch = this.#batches[this.#head]; batch; batch = this.#batches[this.#head]) {
      const done = Math.min(watermark - batch.base, batch.offsets.length)
      if (done > batch.done) this.#complete(batch, done)
      if (done < batch.offsets.length || batch === this.#open) return
      this.#shift()
    }
  }

  /** The offsets that may be committed and were not given before. */
  takeCommittable(): readonly Committable[] {
    const taken = [...this.#committable.values()]
    this.#committable = new Map()
    return taken
  }

  /**
   * The offsets of all that was sent so far, acknowledged or not: those that a transaction is to hold which holds these records.
   * They stay until {@link takeCommittable} takes them.
   */
  submittedOffsets(): readonly Committable[] {
    const offsets = new Map(this.#committable)
    for (let at = this.#head; at < this.#batches.length; at++) {
      const batch = this.#batches[at]
      if (batch !== undefined) this.#collect(batch, batch.offsets.length, offsets)
    }
    return [...offsets.values()]
  }

  /** Gives back what could not be committed; what has come since is newer and wins. */
  giveBack(offsets: readonly Committable[]): void {
    for (const entry of offsets) {
      const key = this.#keyOf(entry[0])
      if (!this.#committable.has(key)) this.#committable.set(key, entry)
    }
  }

  /** The last one that begins at or before `number`: there may be one a record. */
  #batchOf(number: number): Batch | undefined {
    let low = this.#head
    let high = this.#batches.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#batches[middle]?.base ?? 0) <= number) low = middle
      else high = middle - 1
    }
    return this.#batches[low]
  }

  #complete(batch: Batch, done: number): void {
    this.#collect(batch, done, this.#committable)
    batch.done = done
  }

  /** Puts into `offsets` what may be committed once the first `done` records of the batch may be. */
  #collect(batch: Batch, done: number, offsets: Map<string, Committable>): void {
    const put = (partition: SourcePartition | null, offset: SourceOffset | null): void => {
      offsets.set(this.#keyOf(partition), [partition, offset])
    }
    const { partitions, offsets: ofRecords } = batch
    if (done === batch.done) return
    if (partitions === null) {
      put(batch.partition, ofRecords[done - 1] ?? null)
      return
    }
    for (let at = batch.done; at < done; at++) {
      if (at + 1 < done && partitions[at + 1] === partitions[at]) continue
      put(partitions[at] ?? null, ofRecords[at] ?? null)
    }
  }

  #keyOf(partition: SourcePartition | null): string {
    if (partition === null) return 'null'
    const known = this.#keys.get(partition)
    if (known !== undefined) return known
    const key = JSON.stringify(Object.entries(partition).map(keyPart).sort())
    this.#keys.set(partition, key)
    return key
  }

  #shift(): void {
    this.#head++
    if (this.#head < 64 || this.#head * 2 < this.#batches.length) return
    this.#batches.splice(0, this.#head)
    this.#head = 0
  }
}

function newBatch(base: number, keepRecords: boolean): Batch {
  const records = keepRecords ? [] : null
  return { base, offsets: [], partition: null, partitions: null, records, done: 0 }
}

function tellApart(batch: Batch, partition: SourcePartition | null): void {
  batch.partitions = batch.offsets.map(() => batch.partition)
  batch.partitions.push(partition)
}

/** One member of a partition as text that tells types apart. */
function keyPart([name, value]: [string, unknown]): string {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)
  return JSON.stringify([name, typeof value, text])
}
