import { ConfigError } from 'sluice/api'
import type {
  Connection,
  Dialect,
  IsolationLevel,
  ListOptions,
  RowCursor,
  TableDescription,
} from '../core/dialect.ts'
import { asRecord } from '../core/error-parts.ts'
import { quoteIdentifier } from '../core/identifiers.ts'
import type { TableId } from '../core/identifiers.ts'
import { SqlError } from '../core/sql-error.ts'
import type { Failure } from '../core/sql-error.ts'
import type { Column, QueryResult, RawRow, RawValue } from '../core/types.ts'
import { sqliteColumn, sqliteTableColumn } from './sqlite-types.ts'

/** What is used of `libsql`, whose API is better-sqlite3's. Everything there is synchronous. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close(): void
  readonly inTransaction: boolean
}

export interface SqliteStatement {
  readonly reader: boolean
  /** Parameters go in one array: a lone Buffer or null would be taken for named ones. */
  run(parameters: readonly unknown[]): { readonly changes: number }
  get(parameters: readonly unknown[]): unknown
  iterate(parameters: readonly unknown[]): Iterator<unknown>
  raw(on: boolean): this
  safeIntegers(on: boolean): this
  columns(): readonly SqliteResultColumn[]
}

export interface SqliteResultColumn {
  readonly name: string
  readonly column: string | null
  readonly table: string | null
  /** The declared type, null for an expression. */
  readonly type: string | null
}

/** A database in a file of this machine. Every statement runs within the call, so none can be cut short. */
export class SqliteConnection implements Connection {
  readonly dialect: Dialect
  readonly serverVersion: string
  readonly db: SqliteDatabase
  #open = true

  constructor(dialect: Dialect, serverVersion: string, db: SqliteDatabase) {
    this.dialect = dialect
    this.serverVersion = serverVersion
    this.db = db
  }

  query(sql: string, parameters: readonly RawValue[] = []): Promise<QueryResult> {
    return attempt(() => {
      const statement = this.db.prepare(sql)
      if (!statement.reader) {
        const { changes } = statement.run(bindable(parameters))
        return { columns: [], rows: [], affected: changes }
      }
      const cursor = this.#cursorOf(statement, parameters)
      const rows = cursor.take(Number.MAX_SAFE_INTEGER)
      return { columns: cursor.describe(), rows, affected: 0 }
    })
  }

  cursor(sql: string, parameters: readonly RawValue[]): Promise<RowCursor> {
    return attempt(() => this.#cursorOf(this.db.prepare(sql), parameters))
  }

  /** Its transactions are serializable, and that is all there is. */
  begin(_isolation: IsolationLevel | null): Promise<void> {
    return attempt(() => this.#exec('BEGIN'))
  }

  commit(): Promise<void> {
    return attempt(() => this.#exec('COMMIT'))
  }

  rollback(): Promise<void> {
    return attempt(() => this.#exec('ROLLBACK'))
  }

  async listTables({ types }: ListOptions): Promise<TableId[]> {
    const wanted = ['TABLE', 'VIEW'].filter((type) => types.includes(type))
    const list = wanted.map((type) => `'${type.toLowerCase()}'`).join(', ')
    const { rows } = await this.query(
      `SELECT name FROM sqlite_master WHERE type IN (${list}) AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    return rows.map(([table]) => ({ catalog: null, schema: null, table: String(table) }))
  }

  async describeTable({ schema, table }: TableId): Promise<TableDescription | null> {
    const { rows } = await this.query(
      'SELECT name, type, sql FROM sqlite_master WHERE lower(name) = lower(?)',
      [table],
    )
    const found = rows.find(([name, type]) => name === table && isRelation(type))
    const [name, type, sql] =
      found ?? rows.find((row) => isRelation(row[1])) ?? ([] as readonly RawValue[])
    if (name === undefined || name === null) return null
    const columns = this.#tableColumns(String(name), String(sql ?? ''))
    return { id: { catalog: null, schema, table: String(name) }, type: kindOf(type), columns }
  }

  isAlive(): Promise<boolean> {
    return Promise.resolve(this.#open)
  }

  close(): Promise<void> {
    if (this.#open) {
      this.#open = false
      try {
        this.db.close()
      } catch {
        // It is closed all the same.
      }
    }
    return Promise.resolve()
  }

  #exec(sql: string): void {
    this.db.exec(sql)
  }

  #cursorOf(statement: SqliteStatement, parameters: readonly RawValue[]): SqliteCursor {
    return new SqliteCursor(statement, bindable(parameters), (table) => this.#tableColumns(table))
  }

  #tableColumns(table: string, sql: string | null = null): Column[] {
    const { identifiers } = this.dialect
    const quoted = quoteIdentifier(table, identifiers)
    const info = this.db.prepare(`PRAGMA table_xinfo(${quoted})`).raw(true).iterate([])
    const rows: RawRow[] = []
    for (let next = info.next(); next.done !== true; next = info.next()) {
      rows.push(next.value as RawRow)
    }
    const text = sql ?? this.#sqlOf(table)
    const keys = rows.filter((row) => Number(row[5]) > 0).length
    return rows.map((row) => sqliteTableColumn(row, { keys, sql: text }))
  }

  #sqlOf(table: string): string {
    const statement = this.db.prepare('SELECT sql FROM sqlite_master WHERE name = ?').raw(true)
    const row = statement.get([table]) as RawRow | undefined
    return String(row?.[0] ?? '')
  }
}

function isRelation(type: RawValue | undefined): boolean {
  return type === 'table' || type === 'view'
}

function kindOf(type: RawValue | undefined): string {
  return type === 'view' ? 'VIEW' : 'TABLE'
}

class SqliteCursor implements RowCursor {
  readonly #statement: SqliteStatement
  readonly #rows: Iterator<unknown>
  readonly #tableColumns: (table: string) => Column[]

  constructor(
    statement: SqliteStatement,
    parameters: readonly unknown[],
    tableColumns: (table: string) => Column[],
  ) {
    this.#statement = statement.raw(true).safeIntegers(true)
    this.#rows = statement.iterate(parameters)
    this.#tableColumns = tableColumns
  }

  take(max: number): readonly RawRow[] {
    const rows: RawRow[] = []
    while (rows.length < max) {
      const next = this.#rows.next()
      if (next.done === true) break
      rows.push(next.value as RawRow)
    }
    return rows
  }

  describe(): readonly Column[] {
    const tables = new Map<string, Column[]>()
    return this.#statement.columns().map((column) => {
      const { table } = column
      if (table === null) return sqliteColumn(column, null)
      const known = tables.get(table) ?? this.#tableColumns(table)
      tables.set(table, known)
      return sqliteColumn(column, known.find(({ name }) => name === column.column) ?? null)
    })
  }

  read(max: number): Promise<readonly RawRow[]> {
    return attempt(() => this.take(max))
  }

  columns(): Promise<readonly Column[]> {
    return attempt(() => this.describe())
  }

  close(): Promise<void> {
    this.#rows.return?.()
    return Promise.resolve()
  }
}

/** SQLite has no booleans. */
function bindable(parameters: readonly RawValue[]): readonly unknown[] {
  return parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value))
}

function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work())
  } catch (error) {
    return Promise.reject(sqliteError(error))
  }
}

/** By the beginning of the code's name, the longest first. */
const failures: readonly (readonly [string, Failure])[] = [
  ...(['BUSY', 'LOCKED', 'FULL', 'IOERR', 'PROTOCOL', 'NOMEM', 'INTERRUPT'] as const).map(
    (code): readonly [string, Failure] => [`SQLITE_${code}`, 'retry'],
  ),
  ...(['CONSTRAINT', 'MISMATCH', 'TOOBIG', 'RANGE'] as const).map(
    (code): readonly [string, Failure] => [`SQLITE_${code}`, 'data'],
  ),
  ['SQLITE_SCHEMA', 'schema'],
]

export function sqliteError(error: unknown, prefix = ''): Error {
  if (error instanceof SqlError || error instanceof ConfigError) return error
  const { code, message } = asRecord(error)
  const byCode = failures.find(([start]) => code?.startsWith(start))?.[1]
  const isMissing = /no such (?:table|column)|has no column|already exists|duplicate column/i
  const failure = byCode ?? (isMissing.test(message) ? 'schema' : 'fatal')
  return new SqlError(prefix + message, { failure, sqlState: null, vendorCode: code })
}
