import type { TopicPartition } from '../api/topic-partition.ts'
import { SinkRecord, sinkRecordSpecies } from '../data/records.ts'
import type { TimestampType } from '../data/records.ts'
import type { RecordCursor, RecordHeader } from '../kafka/types.ts'

/** A record as it lies in Kafka. */
export interface RawRecord extends TopicPartition {
  readonly offset: number
  /** In ms since the epoch; -1 for none. */
  readonly timestamp: number
  readonly timestampType: TimestampType
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

/** The record that `cursor` stands on, its bytes where they were fetched: valid until the next poll. */
export function viewOf(topic: string, partition: number, cursor: RecordCursor): RawRecord {
  const { offset, timestamp, timestampType, buffer } = cursor
  return {
    topic,
    partition,
    offset,
    timestamp,
    timestampType,
    key: bytesAt(buffer, cursor.keyStart, cursor.keyEnd),
    value: bytesAt(buffer, cursor.valueStart, cursor.valueEnd),
    headers: cursor.headerCount === 0 ? [] : cursor.headers(),
  }
}

/** The record that `cursor` stands on, its bytes copied. */
export function rawRecordOf(topic: string, partition: number, cursor: RecordCursor): RawRecord {
  const view = viewOf(topic, partition, cursor)
  return {
    ...view,
    key: view.key && Buffer.from(view.key),
    value: view.value && Buffer.from(view.value),
    headers: view.headers.map(({ key, value }) => ({ key, value: value && Buffer.from(value) })),
  }
}

function bytesAt(buffer: Buffer, start: number, end: number): Buffer | null {
  return start < 0 ? null : buffer.subarray(start, end)
}

/**
 * A sink record that the worker read, also after transformations: Java's InternalSinkRecord. Reported as errant, it stands
 * for the record in Kafka, where one that a task made up stands for itself.
 */
export class ReadSinkRecord extends SinkRecord {}
Object.defineProperty(ReadSinkRecord.prototype, sinkRecordSpecies, { value: ReadSinkRecord })
