import type { Schema, SinkRecord } from 'sluice/api'
import type { FileFormat } from 'sluice/storage'

/** What Aiven's files may hold of a record. */
export const outputFields = ['key', 'value', 'offset', 'timestamp', 'headers'] as const
export type OutputField = (typeof outputFields)[number]

/** Files that hold whole records, and not their values alone: what is written is the record; the value given with it is not looked at. */
export interface RecordFormat extends FileFormat {
  /**
   * The schema of the file that a record needs: `current`, that of an open one, where it fits. Null where files have none. A DataError where
   * there is no schema for it.
   */
  schemaOf(record: SinkRecord, current: Schema | null): Schema | null
}
