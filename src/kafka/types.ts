import type { TopicPartition } from '../api/topic-partition.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/** Configuration of a Kafka client, under Kafka's own keys. */
export type ClientConfig = Readonly<Record<string, string>>

/** What a client counts of itself, once a request or a batch. Bytes are those on the wire, sizes and headers included. */
export type ClientCount =
  | 'connections'
  | 'connectionsOpened'
  | 'connectionsClosed'
  | 'requests'
  | 'responses'
  | 'bytesOut'
  | 'bytesIn'
  /** Of a producer: what its requests carried, repeated ones again; and what was given up. */
  | 'batchesSent'
  | 'batchBytesSent'
  | 'recordsSent'
  | 'recordsRetried'
  | 'recordsRefused'

/** Where a client counts. */
export interface ClientMeter {
  add(name: ClientCount, by: number): void
  /** Of a consumer, after each poll: most records that a partition is behind the end of its log. */
  max(name: 'recordsLagMax', records: number): void
  /**
   * Of a consumer, after each poll: how many records its partitions are behind together, how many of them it may
   * read (their partitions are not paused), and whether this poll returned any.
   */
  setLag(records: number, readable: number, moved: boolean): void
}

/** A header as it lies in a record: the key may repeat, the value may be null. */
export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Writes a value's bytes straight into a batch: what an in-place converter offers. */
export interface ValueEncoder<S> {
  maxEncodedBytes(schema: S, value: unknown): number
  encodeAt(target: Buffer, at: number, schema: S, value: unknown): number
}

/**
 * Appends records to the open batch of one partition. One stable object a partition and producer, so that a
 * hot loop may keep it. Synchronous; whether there is room is asked of the producer, once a batch of records.
 *
 * `index` numbers the records of this producer, ascending over all partitions; it comes back in
 * {@link ProducerListener}. `timestamp` is in ms since the epoch. Throws a `RecordTooLargeError` (and leaves
 * no byte) for a record above `max.request.size`.
 */
export interface RecordAppender {
  append(
    index: number,
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeader[] | null,
  ): void
  /** As `append`, the value written by `encoder`. Where that throws, the batch is as it was before. */
  appendEncoded<S>(
    index: number,
    timestamp: number,
    key: Uint8Array | null,
    headers: readonly RecordHeader[] | null,
    encoder: ValueEncoder<S>,
    schema: S,
    value: unknown,
  ): void
}

/** What a producer tells its owner. Called from the producer's event loop turn; must not throw. */
export interface ProducerListener {
  /**
   * The records `from` up to but not including `to` are durable, the first of them at `baseOffset`
   * (-1 where the broker does not say), with consecutive offsets.
   */
  acknowledged(from: number, to: number, partition: TopicPartition, baseOffset: number): void
  /** These records were refused for good, or could not be sent within `delivery.timeout.ms`. */
  failed(from: number, to: number, partition: TopicPartition, error: Error): void
}

/** Sends records in batches, in order per partition, acknowledged by all in-sync replicas, without duplicates. */
export interface RecordProducer {
  /** How many partitions `topic` has, from the metadata; a promise where it must be fetched first. */
  partitionCount(topic: string, signal: AbortSignal): MaybePromise<number>
  /** The partition Java's default partitioner chooses: by key, or sticky without one. Metadata must be there. */
  choosePartition(topic: string, key: Uint8Array | null): number
  appender(topic: string, partition: number): RecordAppender
  /** False while `buffer.memory` is used up: then wait for `room` before the next append. */
  readonly hasRoom: boolean
  room(signal: AbortSignal): Promise<void>
  /** Sends what is buffered and resolves once everything appended before is acknowledged or failed. */
  flush(signal: AbortSignal): Promise<void>
  /** Flushes while `signal` allows it, then closes connections. Records left are reported as failed. */
  close(signal: AbortSignal): Promise<void>
}

/** A producer whose records count only once their transaction is committed (KIP-98). One transaction at a time. */
export interface TransactionalProducer extends RecordProducer {
  /** Before anything else, once: fences whoever had the transactional id, and ends what they left open. */
  init(signal: AbortSignal): Promise<void>
  begin(): void
  /** Flushes and commits. Rejects where a record was lost: then abort; a ProducerFencedError is the end of the producer. */
  commit(signal: AbortSignal): Promise<void>
  /** Drops what was not sent, and has readers of committed records never see the rest. */
  abort(signal: AbortSignal): Promise<void>
}

/**
 * Walks the records of one partition that a poll returned. Nothing is allocated per record: members describe
 * the current one. Views of `buffer` are valid until the next poll.
 */
export interface RecordCursor {
  /** Moves to the next record; false at the end of what this poll returned. */
  next(): boolean
  /** Where the current record lies: another one after each `next`, as the next batch may be compressed. */
  readonly buffer: Buffer
  /** -1 for a null key. */
  readonly keyStart: number
  readonly keyEnd: number
  /** -1 for a null value. */
  readonly valueStart: number
  readonly valueEnd: number
  readonly offset: number
  readonly timestamp: number
  readonly timestampType: 'NoTimestampType' | 'CreateTime' | 'LogAppendTime'
  readonly headerCount: number
  headers(): RecordHeader[]
}

export interface FetchedRecords extends TopicPartition {
  readonly cursor: RecordCursor
  /** Offset after the last record of this slice, past control and compacted records; known before it is walked. */
  readonly nextOffset: number
}

/** What a group consumer asks of its owner. Each call is awaited before the group goes on. */
export interface RebalanceListener {
  assigned(partitions: readonly TopicPartition[]): Promise<void>
  /** The partitions are still ours: offsets may be committed. */
  revoked(partitions: readonly TopicPartition[]): Promise<void>
  /** The partitions belong to someone else already: commit nothing (invariant 4). */
  lost(partitions: readonly TopicPartition[]): Promise<void>
}

/** Says which topics are meant, by their whole names. */
export interface TopicPattern {
  matches(topic: string): boolean
}

export type Subscription =
  { readonly topics: readonly string[] } | { readonly pattern: TopicPattern }

/** A member of a consumer group. Used by one loop: no two calls of `poll` at once. */
export interface GroupConsumer {
  subscribe(subscription: Subscription, listener: RebalanceListener): void
  /**
   * Up to `max.poll.records` records, grouped by partition; none after `timeoutMs` or `wakeup`. Joins the group
   * and serves rebalances: the listener is called from here.
   */
  poll(timeoutMs: number, signal: AbortSignal): Promise<readonly FetchedRecords[]>
  /** Makes a poll that waits return at once. */
  wakeup(): void
  assignment(): readonly TopicPartition[]
  /**
   * Whether what was polled may still be acted on (invariant 4). False once the session is over by the member's own
   * clocks, before the group has said so; the next poll then calls `lost`.
   */
  stillHolds(): boolean
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  seek(partition: TopicPartition, offset: number): void
  /** Offset of the next record that poll will return; fetched first where it is not known. */
  position(partition: TopicPartition, signal: AbortSignal): Promise<number>
  /** Rejects with a RetriableError, or a CommitFailedError where the generation is over. */
  commit(
    offsets: readonly (TopicPartition & { readonly offset: number; readonly metadata?: string })[],
    signal: AbortSignal,
  ): Promise<void>
  /** Gives up the partitions (listener included), leaves the group and closes connections. */
  close(signal: AbortSignal): Promise<void>
}
