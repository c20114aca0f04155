import type { ConnectorConfig } from '../config/types.ts'
import type { SourceRecord } from '../data/records.ts'
import type { Int64 } from '../util/int64.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import type { OffsetStorageReader } from './connector.ts'

/** What the worker offers a source task. */
export interface SourceTaskContext {
  /** The task's configuration with its variables resolved anew. */
  configs(): ConnectorConfig
  readonly offsetStorageReader: OffsetStorageReader
  /** Null unless the task writes exactly once and defines its transactions itself (`transaction.boundary=connector`). */
  readonly transactionContext: TransactionContext | null
}

/**
 * By this a source task says where its transactions end (KIP-618). Say so before the `poll` returns that the request is about;
 * both a commit and an abort of the same batch, or of the same record, fail the task.
 */
export interface TransactionContext {
  /**
   * Commits once all records of the next batch that `poll` returns are sent; with `record` once that one is, which the batch is
   * to hold as the same object.
   */
  commitTransaction(record?: SourceRecord): void
  /**
   * As `commitTransaction`, but drops the records of the transaction: readers of committed records never see them. Their offsets
   * are committed all the same, so that they are not polled again.
   */
  abortTransaction(record?: SourceRecord): void
}

/** Where a record came to lie in Kafka. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  readonly offset: Int64
  readonly timestamp: number
}

/** How far a source has come, for health and metrics. All members may be left out. */
export interface SourceProgress {
  /** Records, rows or bytes not read yet, in `unit`. */
  readonly lag?: number
  readonly unit?: string
}

/**
 * Reads records from a source. Runs in a task thread.
 * Life cycle: constructor, `initialize`, `start`, `poll` again and again, `stop`.
 */
export abstract class SourceTask {
  #context: SourceTaskContext | null = null

  initialize(context: SourceTaskContext): void {
    this.#context = context
  }

  /** The context given to `initialize`. Throws before that. */
  get context(): SourceTaskContext {
    if (this.#context === null) throw new Error('The task was not initialized.')
    return this.#context
  }

  abstract version(): string
  abstract start(config: ConnectorConfig, signal: AbortSignal): MaybePromise<void>
  /**
   * The next records, in order; null or none where there is nothing now. May wait: `signal` aborts when the
   * task is paused or stopped. A RetriableError is logged and polled again; any other fails the task.
   */
  abstract poll(signal: AbortSignal): MaybePromise<readonly SourceRecord[] | null>
  /** Releases what `start` opened. Called once `poll` has returned. */
  abstract stop(signal: AbortSignal): MaybePromise<void>

  /** Called after every commit of offsets. Errors are logged only. */
  commit?(signal: AbortSignal): MaybePromise<void>
  /** Called for each record once Kafka has acknowledged it, or with null where it was filtered or skipped. */
  commitRecord?(record: SourceRecord, metadata: RecordMetadata | null): void
  /** How far the source has come; called from time to time. */
  progress?(): SourceProgress
}
