/** The column types of JDBC (`java.sql.Types`) that a driver here may report. */
export type SqlType =
  | 'BOOLEAN'
  | 'BIT'
  | 'TINYINT'
  | 'SMALLINT'
  | 'INTEGER'
  | 'BIGINT'
  | 'REAL'
  | 'DOUBLE'
  | 'NUMERIC'
  | 'DECIMAL'
  | 'CHAR'
  | 'VARCHAR'
  | 'BINARY'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP'
  | 'OTHER'

/** A column of a result, or of a table. */
export interface Column {
  /** The label in a result, the name in a table. */
  readonly name: string
  readonly type: SqlType
  /** The database's own name for the type, e.g. `timestamptz`; for types it says more than {@link type}. */
  readonly typeName: string
  /** Null where nobody knows, as for an expression. */
  readonly nullable: boolean | null
  /** Digits of a number; 0 where it has no limit. */
  readonly precision: number
  readonly scale: number
  readonly unsigned: boolean
  /** Whether the database numbers the rows here: identity, serial, auto_increment. */
  readonly autoIncrement: boolean
  /** Of a table's columns: the place among its primary key's, from 1; null where it is none. */
  readonly keyOrder?: number | null
  /** Of a table's columns: whether it takes no value, because the database computes it. */
  readonly generated?: boolean
  /** Of a table's columns: whether it has a value of its own where none is given. */
  readonly hasDefault?: boolean
  /** Of a table's columns: the type as a cast has it, quoted and qualified where it must be. */
  readonly castType?: string
  /** Of a table's columns on PostgreSQL: whether elements of an array of the type stand between other signs than commas. */
  readonly hasOwnDelimiter?: boolean
}

/**
 * What a driver gives for one value: the database's text, or what it has decoded without loss. Times and decimals are
 * always text, bytes are Buffers, or text that begins with `\x` on PostgreSQL.
 */
export type RawValue = string | number | bigint | boolean | Uint8Array | null

export type RawRow = readonly RawValue[]

export interface QueryResult {
  readonly columns: readonly Column[]
  readonly rows: readonly RawRow[]
  /** Rows that were changed, where the statement changes any. */
  readonly affected: number
}
