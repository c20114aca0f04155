import type { SourceRecord } from '../data/records.ts'
import type { FailedRecord } from './record-errors.ts'
import type { SourceDeadLetters } from './source-dead-letters.ts'

/** What becomes of the records of a source that do not come to lie in Kafka, and whether others that should have did not. */
export interface RecordFates {
  /** Throws where a record that was sent is lost, and nothing behind it may be sent. */
  throwIfFailed(): void
  /** Transformations have dropped the record. */
  commitRecord(record: SourceRecord, metadata: null): void
  /** The record failed before it was sent. Rejects where that fails the task. */
  giveUp(record: SourceRecord, failed: FailedRecord): Promise<void>
  /** Makes dead letters of records. */
  readonly letters: SourceDeadLetters
}
