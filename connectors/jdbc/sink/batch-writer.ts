import type { Connection } from '../core/dialect.ts'
import { SqlError } from '../core/sql-error.ts'
import { flyPg } from '../drivers/pg-flight.ts'
import type { PgStep } from '../drivers/pg-flight.ts'
import { PgConnection } from '../drivers/pg-connection.ts'
import { SqliteConnection } from '../drivers/sqlite-connection.ts'
import { runSqliteRows } from '../drivers/sqlite-rows.ts'
import type { SqlStyle } from './ddl.ts'
import { mysqlStatements } from './mysql-steps.ts'
import type { OffsetClaim } from './offset-claims.ts'
import type { OffsetsTable } from './offsets-table.ts'
import { pgStep } from './pg-steps.ts'
import { rowStep } from './row-steps.ts'
import { sqlServerSteps } from './sqlserver-steps.ts'
import type { WriteGroup } from './write-groups.ts'

/** Writes groups of rows in the way that is quickest for the database. */
export interface BatchWriter {
  /** In a transaction of their own, whole or not at all. */
  commit(groups: readonly WriteGroup[], claims: readonly OffsetClaim[]): Promise<void>
  /** Within the caller's transaction; one that fails leaves that to be rolled back, at least to a savepoint. */
  apply(groups: readonly WriteGroup[]): Promise<void>
  /** Within the caller's transaction. */
  claim(claims: readonly OffsetClaim[]): Promise<void>
  /** The column that a group of one row has failed for, where the database tells only when asked differently. */
  columnAtFault(group: WriteGroup): Promise<string | null>
}

interface BatchWriterParts {
  readonly connection: Connection
  readonly style: SqlStyle
  /** Null where offsets are Kafka's. */
  readonly offsets: OffsetsTable | null
}

export function batchWriterOf(parts: BatchWriterParts): BatchWriter {
  const { connection } = parts
  return connection instanceof PgConnection
    ? new PgBatchWriter({ ...parts, connection })
    : new StatementBatchWriter(parts)
}

/** Everything in one flight: one round trip a batch. */
class PgBatchWriter implements BatchWriter {
  readonly #connection: PgConnection
  readonly #style: SqlStyle
  readonly #offsets: OffsetsTable | null
  /** Off for what COPY is refused for: row security, views. */
  #canCopy = true

  constructor({
    connection,
    style,
    offsets,
  }: BatchWriterParts & { readonly connection: PgConnection }) {
    this.#connection = connection
    this.#style = style
    this.#offsets = offsets
  }

  async commit(groups: readonly WriteGroup[], claims: readonly OffsetClaim[]): Promise<void> {
    const claim = this.#offsets?.claimStep(claims)
    const first = claim === undefined || claims.length === 0 ? [] : [claim]
    try {
      await flyPg(this.#connection, [...first, ...this.#steps(groups)])
    } catch (error) {
      this.#noteCopy(error)
      throw this.#offsets?.translate(error, claims) ?? error
    }
  }

  async apply(groups: readonly WriteGroup[]): Promise<void> {
    try {
      await flyPg(this.#connection, this.#steps(groups))
    } catch (error) {
      this.#noteCopy(error)
      throw error
    }
  }

  async claim(claims: readonly OffsetClaim[]): Promise<void> {
    if (this.#offsets === null || claims.length === 0) return
    try {
      await flyPg(this.#connection, [this.#offsets.claimStep(claims)])
    } catch (error) {
      throw this.#offsets.translate(error, claims)
    }
  }

  /** COPY says where it was, and reads the texts of a row in the same way. */
  async columnAtFault(group: WriteGroup): Promise<string | null> {
    if (group.kind === 'delete' || group.kind === 'truncate') return null
    try {
      await flyPg(this.#connection, [pgStep(this.#style, { ...group, kind: 'insert' }, 'always')])
      return null
    } catch (error) {
      const where = error instanceof SqlError ? error.where : null
      return /^COPY .*, line \d+, column ([^:]+)/s.exec(where ?? '')?.[1] ?? null
    }
  }

  #steps(groups: readonly WriteGroup[]): PgStep[] {
    const how = this.#canCopy ? 'many' : 'never'
    return groups.map((group) => pgStep(this.#style, group, how))
  }

  #noteCopy(error: unknown): void {
    const isRefused = error instanceof SqlError && /\bCOPY\b|copy to view/i.test(error.message)
    if (isRefused && ['0A000', '42809'].includes(error.sqlState ?? '')) this.#canCopy = false
  }
}

/** A statement at a time, between the begin and the end of a transaction where there are several. */
class StatementBatchWriter implements BatchWriter {
  readonly #connection: Connection
  readonly #style: SqlStyle
  readonly #offsets: OffsetsTable | null

  constructor({ connection, style, offsets }: BatchWriterParts) {
    this.#connection = connection
    this.#style = style
    this.#offsets = offsets
  }

  async commit(groups: readonly WriteGroup[], claims: readonly OffsetClaim[]): Promise<void> {
    const statements = this.#style.dialect === 'mysql' ? this.#mysqlStatements(groups) : null
    const [only] = statements ?? []
    if (this.#offsets === null && statements?.length === 1 && only !== undefined) {
      await this.#connection.query(only)
      return
    }
    await this.#connection.begin(null)
    try {
      await this.claim(claims)
      await this.apply(groups)
      await this.#connection.commit()
    } catch (error) {
      // What failed is told; of a connection that is gone there is nothing to roll back.
      await this.#connection.rollback().catch(() => undefined)
      throw error
    }
  }

  async apply(groups: readonly WriteGroup[]): Promise<void> {
    if (this.#style.dialect === 'mysql') {
      for (const sql of this.#mysqlStatements(groups)) await this.#connection.query(sql)
      return
    }
    const connection = this.#connection
    for (const group of groups) {
      if (connection instanceof SqliteConnection) {
        const { sql, rows } = rowStep(this.#style, group)
        runSqliteRows(connection, sql, rows)
        continue
      }
      for (const { sql, parameters } of sqlServerSteps(this.#style, group)) {
        await connection.query(sql, parameters)
      }
    }
  }

  async claim(claims: readonly OffsetClaim[]): Promise<void> {
    await this.#offsets?.claim(this.#connection, claims)
  }

  /** Their messages name the column. */
  columnAtFault(): Promise<null> {
    return Promise.resolve(null)
  }

  #mysqlStatements(groups: readonly WriteGroup[]): string[] {
    return groups.flatMap((group) => mysqlStatements(this.#style, group))
  }
}
