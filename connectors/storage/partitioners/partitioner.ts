import { ConnectError } from 'sluice/api'
import type { SinkRecord } from 'sluice/api'

/** A record of which no directory can be said: it is dead-lettered, or fails the task. */
export class PartitionError extends ConnectError {
  override readonly javaName: string = 'io.confluent.connect.storage.errors.PartitionException'
}

/** Says in which directory of its topic a record is kept. One instance serves one task. */
export interface Partitioner {
  /**
   * The directories of the record, e.g. `partition=0` or `year=2024/month=05`. `nowMs` is the wall clock, the same for all records
   * of a batch; `timestampMs` what {@link timestampOf} said. Throws a PartitionError.
   */
  encode(record: SinkRecord, timestampMs: number | null): string
  /** The record's time in milliseconds since the epoch, where directories go by time; null where they do not. Throws a PartitionError. */
  timestampOf(record: SinkRecord, nowMs: number): number | null
  /** Whether directories go by time. */
  readonly byTime: boolean
  /** Whether a replay gives every record the same directory again: false where the wall clock decides. */
  readonly deterministic: boolean
}
