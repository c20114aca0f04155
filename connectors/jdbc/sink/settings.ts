import type { CalendarSystem } from '../core/calendar.ts'

/** How a vendor's keys read once they are understood: what every part of the sink is told. */
export interface SinkSettings {
  /** The connector's name; part of the key under which an exactly-once sink keeps its offsets. */
  readonly connector: string
  readonly insertMode: InsertMode
  /** Most records of one statement. */
  readonly batchSize: number
  readonly deleteEnabled: boolean
  /** Kinds of objects that may be written to, in upper case. */
  readonly tableTypes: readonly string[]
  readonly tableNameFormat: string
  /** Whether every character of a table's name but ASCII letters, digits and `_` becomes `_`. */
  readonly normalizeTableName: boolean
  /** The table of each topic; null where `tableNameFormat` says it. */
  readonly topicsToTables: ReadonlyMap<string, string> | null
  /** Whether a dot in a topic's name is an underscore in the table's. */
  readonly dotsToUnderscores: boolean
  readonly pkMode: PkMode
  readonly pkFields: readonly string[]
  /** Fields of the value that are written; null for all. */
  readonly whitelist: ReadonlySet<string> | null
  /** Which fields of a topic's values are written, beside the whitelist; null for all. */
  readonly fieldFilter: ((topic: string, field: string) => boolean) | null
  readonly autoCreate: boolean
  readonly autoEvolve: boolean
  readonly quoteIdentifiers: boolean
  /** Of SQL Server alone: whether a MERGE holds its lock to the end of the transaction. */
  readonly mergeHoldlock: boolean
  /** Of SQL Server alone: whether values are written to columns that number their rows. */
  readonly identityInsert: boolean
  /** Tries in a row that may fail. */
  readonly maxRetries: number
  readonly retryBackoffMs: number
  /** Whether messages about rows that are refused leave out what may hold values of theirs. */
  readonly trimsValues: boolean
  readonly temporal: TemporalSettings
  /** Whether a null in an optional field that has a default is written as that default. */
  readonly replaceNullWithDefault: boolean
  /** The column of values that are plain strings; null where such values are refused. */
  readonly stringColumn: string | null
  readonly exactlyOnce: boolean
  readonly offsetsTable: string
  /** Whether a record without a value is passed over where deletes are off; else it is an error. */
  readonly ignoresTombstones: boolean
  /** What Debezium's names of schemas mean; null where they are names like any other. */
  readonly semantics: SemanticSettings | null
  /** Of the primary key made of Kafka's coordinates: whether they are those from before any transformation. */
  readonly originalCoordinates: boolean
}

export interface SemanticSettings {
  /** The schema that PostGIS is installed in. */
  readonly postgisSchema: string
}

export type InsertMode = 'insert' | 'multi' | 'upsert' | 'update'
export type PkMode = 'none' | 'kafka' | 'record_key' | 'record_value'

export interface TemporalSettings {
  /** The zone in which times and timestamps are written. */
  readonly timeZone: string
  /** The zone in which dates are written. */
  readonly dateTimeZone: string
  readonly calendar: CalendarSystem
  /** INT64 and STRING fields that hold microseconds or nanoseconds, and are written as timestamps. */
  readonly timestampFields: ReadonlySet<string>
  readonly timestampUnit: 'microseconds' | 'nanoseconds'
}
