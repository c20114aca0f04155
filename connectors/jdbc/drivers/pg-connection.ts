import type pg from 'pg'
import { ConfigError } from 'sluice/api'
import type {
  Connection,
  Dialect,
  IsolationLevel,
  ListOptions,
  RowCursor,
  TableDescription,
} from '../core/dialect.ts'
import { quoteIdentifier } from '../core/identifiers.ts'
import type { TableId } from '../core/identifiers.ts'
import type { Column, QueryResult, RawRow, RawValue } from '../core/types.ts'
import { describeTableSql, listTablesSql, tableOfRows } from './pg-catalog.ts'
import { PgColumns } from './pg-columns.ts'
import { cancelPg } from './pg-connect.ts'
import type { PgLink } from './pg-connect.ts'
import { pgError } from './pg-error.ts'

/** Every value as the server's text: the driver would make Dates in the process's zone and drop microseconds. */
const asText = { getTypeParser: () => (text: string | null) => text }

/** Rows of one read at most; what {@link RowCursor.read} asks for is a count of the caller's. */
export interface PgRows {
  readonly fields: readonly pg.FieldDef[]
  readonly rows: readonly RawRow[]
  readonly affected: number
}

/** A connection to PostgreSQL. `client` is for what only this database has, like COPY. */
export class PgConnection implements Connection {
  readonly dialect: Dialect
  readonly serverVersion: string
  readonly client: pg.Client
  readonly #link: PgLink
  readonly #columns: PgColumns
  #cursors = 0
  #running = 0

  constructor(dialect: Dialect, serverVersion: string, link: PgLink) {
    this.dialect = dialect
    this.serverVersion = serverVersion
    this.client = link.client
    this.#link = link
    this.#columns = new PgColumns((sql, parameters) => this.run(sql, parameters))
  }

  async query(sql: string, parameters: readonly RawValue[] = []): Promise<QueryResult> {
    const { fields, rows, affected } = await this.run(sql, parameters)
    const columns = rows.length === 0 ? [] : await this.#columns.describe(fields)
    return { columns, rows, affected }
  }

  /** As {@link query}, without looking up what the columns are. Statements are never named: a plan would outlive its table. */
  async run(sql: string, parameters: readonly unknown[] = []): Promise<PgRows> {
    this.#running++
    try {
      const result = await this.client.query<unknown[]>({
        text: sql,
        ...(parameters.length > 0 && { values: [...parameters] }),
        rowMode: 'array',
        types: asText,
      })
      const last = Array.isArray(result) ? (result as pg.QueryArrayResult[]).at(-1) : result
      return {
        fields: last?.fields ?? [],
        rows: (last?.rows ?? []) as readonly RawRow[],
        affected: last?.rowCount ?? 0,
      }
    } catch (error) {
      throw pgError(error)
    } finally {
      this.#running--
    }
  }

  /** What the driver is given to send by itself, like a flight: counted, so that {@link close} has the server end it. */
  async counted<T>(work: () => Promise<T>): Promise<T> {
    this.#running++
    try {
      return await work()
    } finally {
      this.#running--
    }
  }

  async cursor(sql: string, parameters: readonly RawValue[]): Promise<RowCursor> {
    const name = `sluice_${++this.#cursors}`
    await this.run(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`, parameters)
    let fields: readonly pg.FieldDef[] = []
    return {
      read: async (max) => {
        const page = await this.run(`FETCH ${max} FROM ${name}`)
        fields = page.fields
        return page.rows
      },
      columns: (): Promise<readonly Column[]> => this.#columns.describe(fields),
      close: async () => {
        await this.run(`CLOSE ${name}`)
      },
    }
  }

  async begin(isolation: IsolationLevel | null): Promise<void> {
    const level = isolation === null ? '' : ` ISOLATION LEVEL ${isolation.replaceAll('_', ' ')}`
    await this.run(`BEGIN${level}`)
  }

  async commit(): Promise<void> {
    await this.run('COMMIT')
  }

  async rollback(): Promise<void> {
    await this.run('ROLLBACK')
  }

  async listTables({ schemaPattern, types }: ListOptions): Promise<TableId[]> {
    const { rows } = await this.run(listTablesSql, [schemaPattern, types])
    return rows.map(([schema, table]) => {
      return { catalog: null, schema: String(schema), table: String(table) }
    })
  }

  async describeTable({ catalog, schema, table }: TableId): Promise<TableDescription | null> {
    if (catalog !== null) await this.#requireDatabase(catalog)
    return tableOfRows((await this.run(describeTableSql, [schema, table])).rows)
  }

  async listen(channel: string, onNotify: () => void): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.client.once('end', () => resolve())
      this.client.once('error', () => resolve())
    })
    this.client.on('notification', onNotify)
    await this.run(`LISTEN ${quoteIdentifier(channel, this.dialect.identifiers)}`)
    await ended
  }

  async isAlive(): Promise<boolean> {
    try {
      await this.run('SELECT 1')
      return true
    } catch {
      return false
    }
  }

  async close(): Promise<void> {
    const { socket } = this.#link
    if (this.#running > 0) cancelPg(this.#link)
    else if (!socket.destroyed) {
      const ended = new Promise<void>((resolve) => {
        socket.once('close', () => resolve())
        setTimeout(resolve, 1000).unref()
      })
      this.client.end().catch(() => undefined)
      await ended
    }
    socket.destroy()
  }

  async #requireDatabase(catalog: string): Promise<void> {
    const { rows } = await this.run('SELECT current_database()')
    if (rows[0]?.[0] === catalog) return
    throw new ConfigError(
      `The table is in the database "${catalog}", and this connection is to "${String(rows[0]?.[0])}": PostgreSQL cannot reach from one into another.`,
    )
  }
}
