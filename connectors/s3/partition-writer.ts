import type { SinkRecord } from 'sluice/api'
import type { Committing } from 'sluice/storage'
import type { OpenFile } from './open-file.ts'

/** What became of a record: written; written, and files are full; or not written, as others must be completed first. */
export type Outcome = 'written' | 'full' | 'rotate first'

/** Writes the records of one partition of Kafka to objects. */
export interface PartitionWriter extends Committing {
  readonly files: Iterable<OpenFile>
  /** The file that the last record went to. */
  readonly lastFile: OpenFile | null
  /** When {@link isDue} is worth asking again, in milliseconds since the epoch. */
  readonly dueMs: number
  isDue(nowMs: number): boolean
  /** Hot. Throws a DataError or a PartitionError for a record that cannot be written; it then counts as handled. */
  offer(record: SinkRecord, nowMs: number): Outcome
  /**
   * Completes all files. Rejects with a RetriableError where the store was not to be had, and with a TakenError where somebody else's objects
   * are in the way: {@link rewind} then.
   */
  rotate(nowMs: number, signal: AbortSignal): Promise<void>
  /** Completes what is full, after an {@link Outcome} that said so. Rejects as {@link rotate} does. */
  completeFull(nowMs: number, signal: AbortSignal): Promise<void>
  /**
   * Forgets what is not complete, and answers with the offset from which it must be read again: what was committed last, unless objects of others hold
   * what is behind it (invariant 2).
   */
  rewind(error: unknown, nowMs: number, signal: AbortSignal): Promise<number | null>
  /** Leaves no upload behind. */
  abort(signal: AbortSignal): Promise<void>
}
