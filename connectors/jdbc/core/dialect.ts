import type { IdentifierRules, TableId } from './identifiers.ts'
import type { Column, QueryResult, RawRow, RawValue } from './types.ts'
import type { Endpoint, UrlProperties } from './endpoint.ts'

export type DialectKind = 'postgresql' | 'mysql' | 'sqlite' | 'sqlserver'

/** A kind of database: its rules, and the way to one. Each driver has one file that knows it. */
export interface Dialect {
  readonly kind: DialectKind
  /** As `dialect.name` has it. */
  readonly className: string
  /** For messages, e.g. `PostgreSQL`. */
  readonly product: string
  readonly identifiers: IdentifierRules
  /** Longest name of a table, in bytes; null where there is no limit. */
  readonly maxNameBytes: number | null
  /** Kinds of tables it can list beside TABLE and VIEW, as JDBC names them. */
  readonly tableTypes: readonly string[]
  /** Properties of the connection that mean something here, beside user and password. */
  readonly properties: readonly string[]
  /** The instant by the database's clock, as text of a zone-less timestamp in UTC. */
  readonly nowSql: string
  /** Reads what stands after `jdbc:<subprotocol>:`; a ConfigError where it is none. */
  parseUrl(rest: string, given: UrlProperties): Endpoint
  /** Opens one connection; a SqlError says why it cannot be. */
  connect(endpoint: Endpoint, options: ConnectOptions): Promise<Connection>
}

export interface ConnectOptions {
  /** What the database's administrator sees: `sluice <connector>`. */
  readonly applicationName: string
  readonly signal: AbortSignal
}

export type IsolationLevel =
  'READ_UNCOMMITTED' | 'READ_COMMITTED' | 'REPEATABLE_READ' | 'SERIALIZABLE' | 'SQL_SERVER_SNAPSHOT'

export interface ListOptions {
  /** LIKE patterns; null is any. */
  readonly catalogPattern: string | null
  readonly schemaPattern: string | null
  /** Kinds of tables, in JDBC's words, upper case. */
  readonly types: readonly string[]
}

export interface TableDescription {
  /** With the parts that the connection's defaults have filled in. */
  readonly id: TableId
  /** In JDBC's words: `TABLE`, `VIEW`, `PARTITIONED TABLE`. */
  readonly type: string
  readonly columns: readonly Column[]
}

/** One connection, used by one caller at a time. Errors are SqlErrors. After a failure that is a `retry` it is of no use. */
export interface Connection {
  readonly dialect: Dialect
  /** E.g. `PostgreSQL 18.4`. */
  readonly serverVersion: string
  /** Runs one statement. Parameters are `?` on MySQL and SQLite, `$1` on PostgreSQL, `@p1` on SQL Server. */
  query(sql: string, parameters?: readonly RawValue[]): Promise<QueryResult>
  /** Opens a cursor: rows come in pages and are never all in memory. Within a transaction of the caller's. */
  cursor(sql: string, parameters: readonly RawValue[]): Promise<RowCursor>
  begin(isolation: IsolationLevel | null): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** The tables of these kinds, sorted by name. */
  listTables(options: ListOptions): Promise<TableId[]>
  /** The table with exactly this name, or null. A part of the name left out means the connection's default. */
  describeTable(id: TableId): Promise<TableDescription | null>
  /** Where the database has them: calls `onNotify` for each notification of the channel; ends with the connection. */
  listen?(channel: string, onNotify: () => void): Promise<void>
  /** Whether it still answers. Never rejects. */
  isAlive(): Promise<boolean>
  /** Ends it now; what is running fails. Never rejects. */
  close(): Promise<void>
}

export interface RowCursor {
  /** The next rows, at most `max`; fewer, or none, only at the end. One read at a time. */
  read(max: number): Promise<readonly RawRow[]>
  /** What the rows consist of; to be asked after the first read and between two. */
  columns(): Promise<readonly Column[]>
  /** Lets go of it, read to its end or not. */
  close(): Promise<void>
}
