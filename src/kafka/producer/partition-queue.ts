import type { TopicPartition } from '../../api/topic-partition.ts'
import type { Int64 } from '../../util/int64.ts'
import { sequenceAfter } from '../records/split-batch.ts'
import type { CompressionCodec } from '../records/compression.ts'
import type { RecordAppender, RecordHeader, ValueEncoder } from '../types.ts'
import type { Arena, ArenaPool } from './arena-pool.ts'
import { RecordTooLargeError } from './errors.ts'
import { ProducerBatch } from './producer-batch.ts'
import type { Identity } from './producer-batch.ts'

/** What the queues of one producer share, and whom they tell. */
export interface QueueOwner {
  readonly arenas: ArenaPool
  readonly batchBytes: number
  readonly maxRequestBytes: number
  /** `buffer.memory`: what is larger can never be sent. */
  readonly maxBufferedBytes: number
  readonly codec: CompressionCodec | null
  /** Whether every batch is part of a transaction. */
  readonly transactional: boolean
  /** A batch was begun, with an arena of so many bytes. */
  opened(queue: PartitionQueue, arenaBytes: number): void
  /** The batch begun with `arena`, then of so many bytes, has got no record: there is none. */
  abandoned(queue: PartitionQueue, arena: Arena, arenaBytes: number): void
  /** A batch of so many bytes is full, or was told to be; its arena has grown by so many. */
  sealed(queue: PartitionQueue, sizeBytes: number, grownBytes: number): void
}

/**
 * The records of one partition on their way, in order: an open batch that takes records, sealed batches that wait,
 * and batches in flight.
 *
 * Invariant 3: a batch that comes back to be tried again goes before those behind it, with the sequence and the bytes
 * it had, and alone: nothing of the partition is sent until what was in flight with it has come back, and then the
 * lowest goes first. Where the broker refuses the sequence of the lowest (one before it failed for good, or the broker
 * lost count), the queue waits for what is in flight and starts again from sequence 0 under a higher epoch. Invariant 1: what
 * was given up without an answer may get to the broker after all, and then the broker takes what was sent behind it too, until it sees the
 * higher epoch. Of that, what was not answered either is not sent again: it could be in the log twice.
 *
 * A broker that has nothing of a producer id yet takes any sequence to be the first. So until it has acknowledged a batch
 * there is one in flight alone: were the first one refused, the second would otherwise be taken before it.
 */
export class PartitionQueue implements RecordAppender, TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Not before this time of `performance.now()` is anything sent: the pause after a failure. */
  retryAt = 0
  readonly #owner: QueueOwner
  #limit: number
  #open: Arena | null = null
  #openedAt = 0
  #openBytes = 0
  #nextOrder = 0
  #queued: ProducerBatch[] = []
  #inFlight: ProducerBatch[] = []
  #identity: Identity | null = null
  #nextSequence = 0
  #broken = false
  /** A batch was given up that may still arrive, and close the gap it left in the sequences. */
  #gapMayClose = false
  /** The producer id of which the broker has a batch of this partition; null where it is not known to have any. */
  #knownId: Int64 | null = null

  constructor(topic: string, partition: number, owner: QueueOwner) {
    this.topic = topic
    this.partition = partition
    this.#owner = owner
    this.#limit = Math.min(owner.batchBytes, owner.maxRequestBytes, owner.maxBufferedBytes)
  }

  /** Nothing is open, waits or is in flight. */
  get empty(): boolean {
    return this.#open === null && this.#queued.length === 0 && this.#inFlight.length === 0
  }

  /** Batches that are closed and not on their way. */
  get waiting(): number {
    return this.#queued.length
  }

  /** When the open batch got its first record; Infinity where there is none. */
  get openedAt(): number {
    return this.#open === null ? Infinity : this.#openedAt
  }

  /** The batch that is sent next, where there is one. */
  get head(): ProducerBatch | undefined {
    return this.#queued[0]
  }

  /** Hot: called for every record. */
  append(
    index: number,
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeader[] | null,
  ): void {
    const arena = this.#open ?? this.#begin()
    const { writer } = arena
    writer.mark()
    try {
      writer.append(timestamp, key, value, headers)
    } catch (error) {
      this.#abandonEmpty(arena)
      throw error
    }
    if (writer.sizeBytes < this.#limit) arena.runs.add(index)
    else if (this.#fill(arena, index)) this.append(index, timestamp, key, value, headers)
  }

  appendEncoded<S>(
    index: number,
    timestamp: number,
    key: Uint8Array | null,
    headers: readonly RecordHeader[] | null,
    encoder: ValueEncoder<S>,
    schema: S,
    value: unknown,
  ): void {
    const arena = this.#open ?? this.#begin()
    const { writer } = arena
    writer.mark()
    try {
      writer.appendEncoded(timestamp, key, headers, encoder, schema, value)
    } catch (error) {
      this.#abandonEmpty(arena)
      throw error
    }
    if (writer.sizeBytes < this.#limit) arena.runs.add(index)
    else if (this.#fill(arena, index)) {
      this.appendEncoded(index, timestamp, key, headers, encoder, schema, value)
    }
  }

  /** No more records for the open batch: it is sent as it is. */
  seal(): void {
    const arena = this.#open
    if (arena === null) return
    const { capacityBytes, recordCount, sizeBytes } = arena.writer
    this.#open = null
    this.#queued.push(
      new ProducerBatch({
        order: this.#nextOrder++,
        recordCount,
        runs: arena.runs,
        createdAt: this.#openedAt,
        accountedBytes: capacityBytes,
        arena,
        bytes: null,
      }),
    )
    this.#owner.sealed(this, sizeBytes, capacityBytes - this.#openBytes)
  }

  /** Whether the head may be sent, with at most `maxInFlight` batches of this partition unanswered. */
  sendable(maxInFlight: number, now: number): boolean {
    const { head } = this
    if (head === undefined || now < this.retryAt) return false
    if (this.#inFlight.length === 0) return true
    if (this.#broken || head.attempts > 0 || this.#inFlight.length >= maxInFlight) return false
    return this.#identity === null || this.#knownId === this.#identity.producerId
  }

  /** Whether sequences must begin again, which can be now: ask for a higher epoch before the next `take`. */
  get needsEpoch(): boolean {
    return this.#broken && this.#inFlight.length === 0
  }

  /** The identity that the partition's last sequence was given under. */
  get identity(): Identity | null {
    return this.#identity
  }

  /**
   * Begins again under `identity`: what waits and had a sequence gets a new one. Nothing may be in flight. Takes out what must
   * not be sent again, for the owner to fail.
   */
  restart(identity: Identity): readonly ProducerBatch[] {
    const doubtful = this.#gapMayClose ? this.#queued.filter(({ mayArrive }) => mayArrive) : []
    this.#queued = this.#queued.filter((batch) => !doubtful.includes(batch))
    this.#broken = false
    this.#gapMayClose = false
    this.#identity = identity
    this.#nextSequence = 0
    for (const batch of this.#queued) if (batch.stamped) this.#stamp(batch)
    return doubtful
  }

  /**
   * Takes the head out to be sent, stamped. `identity` is null where the producer is not idempotent. Throws where the
   * batch cannot be closed: it counts as in flight then, for the owner to fail, and has taken no sequence.
   */
  take(identity: Identity | null): ProducerBatch | undefined {
    const batch = this.#queued.shift()
    if (batch === undefined) return undefined
    this.#inFlight.push(batch)
    if (!batch.stamped) {
      // Another identity begins where nothing of the former one can still be written.
      if (identity !== this.#identity && this.#inFlight.length === 1) {
        this.#identity = identity
        this.#nextSequence = 0
        this.#gapMayClose = false
      }
      this.#stamp(batch)
    }
    batch.attempts++
    return batch
  }

  /** `batch` is in the log. */
  acknowledged(batch: ProducerBatch): void {
    this.#knownId = this.#identity?.producerId ?? null
    this.#remove(batch)
  }

  /** `batch` is given up. */
  failed(batch: ProducerBatch): void {
    if (batch.mayArrive) this.#gapMayClose = true
    this.#remove(batch)
  }

  /** `batch`, or what it was split into, goes back to where it was, to be sent again. */
  putBack(batch: ProducerBatch, parts: readonly ProducerBatch[] = [batch]): void {
    this.#remove(batch)
    const at = this.#queued.findIndex((other) => other.order > batch.order)
    this.#queued.splice(at < 0 ? this.#queued.length : at, 0, ...parts)
  }

  /** Whether nothing before `batch` waits or is in flight, so that the broker must take it next. */
  isNext(batch: ProducerBatch): boolean {
    const before = (other: ProducerBatch): boolean => other.order < batch.order
    return !this.#queued.some(before) && !this.#inFlight.some(before)
  }

  /** The broker waits for a sequence that will never come: begin again once nothing is in flight. */
  breakSequence(): void {
    if (this.#identity !== null) this.#broken = true
  }

  /** The broker refused a batch of `bytes` as too large: the next ones stay below half of that. */
  shrinkTo(bytes: number): void {
    this.#limit = Math.max(Math.min(this.#limit, bytes), 1)
  }

  /** Takes out what has waited since before `time`, from the head on. */
  expired(time: number): ProducerBatch[] {
    let count = 0
    while ((this.#queued[count]?.createdAt ?? Infinity) < time) count++
    return this.#queued.splice(0, count)
  }

  /** Takes out everything, sealed first. */
  drainAll(): ProducerBatch[] {
    this.seal()
    const all = [...this.#inFlight, ...this.#queued]
    this.#inFlight = []
    this.#queued = []
    return all
  }

  /** Takes out what is not on its way, sealed first. */
  drainQueued(): ProducerBatch[] {
    this.seal()
    return this.#queued.splice(0)
  }

  /** Everything sealed and not done, in order. */
  incomplete(): readonly ProducerBatch[] {
    return [...this.#inFlight, ...this.#queued]
  }

  /** It is no more in flight. */
  #remove(batch: ProducerBatch): void {
    this.#inFlight = this.#inFlight.filter((other) => other !== batch)
  }

  #begin(): Arena {
    const arena = this.#owner.arenas.take()
    this.#open = arena
    this.#openedAt = performance.now()
    this.#openBytes = arena.writer.capacityBytes
    this.#owner.opened(this, this.#openBytes)
    return arena
  }

  /**
   * The record just written, not yet in the runs, makes the batch full. True where it was taken back because it is far
   * too much for this batch: it belongs into the next one. Throws where it is too large for any.
   */
  #fill(arena: Arena, index: number): boolean {
    const { writer } = arena
    const { sizeBytes, recordCount } = writer
    if (recordCount > 1 && sizeBytes > this.#limit + (this.#limit >> 2)) {
      writer.reset()
      this.seal()
      return true
    }
    const { maxRequestBytes, maxBufferedBytes } = this.#owner
    if (sizeBytes > Math.min(maxRequestBytes, maxBufferedBytes) && recordCount === 1) {
      writer.reset()
      this.#abandonEmpty(arena)
      throw tooLarge(this, sizeBytes, this.#owner)
    }
    arena.runs.add(index)
    this.seal()
    return false
  }

  /**
   * A batch whose first record was refused is none: kept open, it would make the next record look as old as this one,
   * and the owner would not be told of that record.
   */
  #abandonEmpty(arena: Arena): void {
    if (arena.writer.recordCount > 0) return
    this.#open = null
    this.#owner.abandoned(this, arena, this.#openBytes)
  }

  #stamp(batch: ProducerBatch): void {
    batch.stamp(this.#identity, this.#nextSequence, this.#owner)
    this.#nextSequence = sequenceAfter(this.#nextSequence, batch.recordCount)
  }
}

function tooLarge(
  { topic, partition }: TopicPartition,
  bytes: number,
  { maxRequestBytes, maxBufferedBytes }: QueueOwner,
): RecordTooLargeError {
  const limit =
    bytes > maxRequestBytes
      ? `${maxRequestBytes}, which is the value of the max.request.size configuration.`
      : `the total memory buffer you have configured with the buffer.memory configuration, which is ${maxBufferedBytes}.`
  return new RecordTooLargeError(
    `The message is ${bytes} bytes when serialized which is larger than ${limit} It is for ${topic}-${partition}: ` +
      'raise that key, and the max.message.bytes of the topic, or send less in a record.',
  )
}
