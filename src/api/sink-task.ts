import type { ConnectorConfig } from '../config/types.ts'
import type { SinkRecord } from '../data/records.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import type { PartitionOffset, TopicPartition } from './topic-partition.ts'

/**
 * Reports a record that the task could not write, to the log and the dead letter queue (KIP-610): for what turns out after
 * `put` has returned. Within `put`, returning {@link RejectedRecord}s is simpler.
 */
export interface ErrantRecordReporter {
  /**
   * A record that `put` was given is kept as it lies in Kafka, also where transformations changed it; one that the task made
   * itself as its converters write it. Resolves once the report is durable; nobody has to wait for it, as offsets are committed
   * only after. Rejects, and fails the task, where `errors.tolerance` is `none` or the record cannot be kept.
   */
  report(record: SinkRecord, error: unknown): Promise<void>
}

/** What the worker offers a sink task. */
export interface SinkTaskContext {
  /** The task's configuration with its variables resolved anew. */
  configs(): ConnectorConfig
  /** Rewinds: the next records of these partitions are read from the offsets given. */
  offset(offsets: readonly PartitionOffset[]): void
  /** After a RetriableError of `put`: how long to wait before the batch is given again, in milliseconds. */
  timeout(ms: number): void
  assignment(): readonly TopicPartition[]
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  requestCommit(): void
  /** Null where neither a dead letter queue nor error logging is configured. */
  errantRecordReporter(): ErrantRecordReporter | null
}

/** A record of a `put` that could not be written, where the others were. */
export interface RejectedRecord {
  readonly record: SinkRecord
  readonly error: unknown
}

/**
 * Writes records to a sink. Runs in a task thread.
 * Life cycle: constructor, `initialize`, `start`, then `open`, `put`, `preCommit` and `close` as partitions
 * come and go, `stop`.
 */
export abstract class SinkTask {
  #context: SinkTaskContext | null = null

  initialize(context: SinkTaskContext): void {
    this.#context = context
  }

  /** The context given to `initialize`. Throws before that. */
  get context(): SinkTaskContext {
    if (this.#context === null) throw new Error('The task was not initialized.')
    return this.#context
  }

  abstract version(): string
  abstract start(config: ConnectorConfig, signal: AbortSignal): MaybePromise<void>
  /**
   * Writes, or takes over for writing, a batch: what it holds may be buffered until `preCommit`. A RetriableError has the same
   * batch given again; any other error fails the task. Rejected records may be returned one by one: they are
   * dead-lettered where the configuration says so, else they fail the task.
   */
  abstract put(
    records: readonly SinkRecord[],
    signal: AbortSignal,
  ): MaybePromise<readonly RejectedRecord[] | undefined>
  /** Releases what `start` opened. */
  abstract stop(signal: AbortSignal): MaybePromise<void>

  /** Makes everything put so far durable (invariant 1). */
  flush(_offsets: readonly PartitionOffset[], _signal: AbortSignal): MaybePromise<void> {
    return undefined
  }

  /**
   * Called before offsets are committed, with what was put so far; returns what may be committed. The default
   * flushes and returns all of it.
   */
  async preCommit(
    offsets: readonly PartitionOffset[],
    signal: AbortSignal,
  ): Promise<readonly PartitionOffset[]> {
    await this.flush(offsets, signal)
    return offsets
  }

  /** Partitions were assigned; called before any of their records is put. */
  open(_partitions: readonly TopicPartition[], _signal: AbortSignal): MaybePromise<void> {
    return undefined
  }

  /** Partitions were taken away; their offsets have been committed where that was still allowed. */
  close(_partitions: readonly TopicPartition[], _signal: AbortSignal): MaybePromise<void> {
    return undefined
  }
}
