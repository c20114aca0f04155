import { once } from 'node:events'
import type { Connection as MySqlClient, FieldPacket, Query } from 'mysql2'
import type {
  Connection,
  Dialect,
  IsolationLevel,
  ListOptions,
  RowCursor,
  TableDescription,
} from '../core/dialect.ts'
import type { TableId } from '../core/identifiers.ts'
import type { Column, QueryResult, RawRow, RawValue } from '../core/types.ts'
import { describeTableSql, listTablesSql, tableOfRows } from './mysql-catalog.ts'
import { mySqlError } from './mysql-error.ts'
import { mySqlColumn } from './mysql-types.ts'
import type { MySqlField, MySqlTypeSettings } from './mysql-types.ts'

/** How many rows the driver reads ahead of who asks for them. */
const READ_AHEAD_ROWS = 500

/** A connection to MySQL or MariaDB. `client` is for what only they have. */
export class MySqlConnection implements Connection {
  readonly dialect: Dialect
  readonly serverVersion: string
  readonly client: MySqlClient
  readonly #settings: MySqlTypeSettings
  #running = 0

  constructor(
    dialect: Dialect,
    { serverVersion, client }: { readonly serverVersion: string; readonly client: MySqlClient },
    settings: MySqlTypeSettings,
  ) {
    this.dialect = dialect
    this.serverVersion = serverVersion
    this.client = client
    this.#settings = settings
  }

  query(sql: string, parameters: readonly RawValue[] = []): Promise<QueryResult> {
    this.#running++
    return new Promise<QueryResult>((resolve, reject) => {
      const done = (
        error: unknown,
        rows: unknown,
        fields: readonly FieldPacket[] | undefined,
      ): void => {
        this.#running--
        if (error !== null && error !== undefined) reject(mySqlError(error))
        else if (Array.isArray(rows)) {
          resolve({ columns: this.#columns(fields ?? []), rows: rows as RawRow[], affected: 0 })
        } else {
          const { affectedRows = 0 } = rows as { readonly affectedRows?: number }
          resolve({ columns: [], rows: [], affected: affectedRows })
        }
      }
      this.client.query({ sql, rowsAsArray: true, values: [...parameters] }, done)
    })
  }

  cursor(sql: string, parameters: readonly RawValue[]): Promise<RowCursor> {
    const query = this.client.query({ sql, rowsAsArray: true, values: [...parameters] })
    this.#running++
    const cursor = new MySqlCursor(query, {
      columns: (fields) => this.#columns(fields),
      ended: () => {
        this.#running--
      },
      // What has not been read of a result stands before every other answer.
      abandon: () => this.client.destroy(),
    })
    return Promise.resolve(cursor)
  }

  async begin(isolation: IsolationLevel | null): Promise<void> {
    if (isolation !== null) {
      await this.query(`SET TRANSACTION ISOLATION LEVEL ${isolation.replaceAll('_', ' ')}`)
    }
    await this.query('START TRANSACTION')
  }

  async commit(): Promise<void> {
    await this.query('COMMIT')
  }

  async rollback(): Promise<void> {
    await this.query('ROLLBACK')
  }

  async listTables({ catalogPattern, types }: ListOptions): Promise<TableId[]> {
    const { rows } = await this.query(listTablesSql(types), [catalogPattern, catalogPattern])
    return rows.map(([database, table]) => {
      return { catalog: String(database), schema: null, table: String(table) }
    })
  }

  async describeTable({ catalog, schema, table }: TableId): Promise<TableDescription | null> {
    const { rows } = await this.query(describeTableSql, [catalog ?? schema, table])
    return tableOfRows(rows)
  }

  isAlive(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    )
  }

  async close(): Promise<void> {
    if (this.#running > 0) this.client.destroy()
    else {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 1000).unref()
        this.client.end(() => resolve())
      })
      this.client.destroy()
    }
  }

  #columns(fields: readonly FieldPacket[]): readonly Column[] {
    return fields.map((field) => mySqlColumn(field as MySqlField, this.#settings))
  }
}

interface CursorOwner {
  columns(fields: readonly FieldPacket[]): readonly Column[]
  ended(): void
  abandon(): void
}

/** A result that the server sends as it is read: the socket is paused while nobody does. */
class MySqlCursor implements RowCursor {
  readonly #stream: ReturnType<Query['stream']>
  readonly #owner: CursorOwner
  #fields: readonly FieldPacket[] = []
  #error: unknown = null
  #ended = false

  constructor(query: Query, owner: CursorOwner) {
    this.#owner = owner
    query.on('fields', (fields: FieldPacket[]) => {
      this.#fields = fields
    })
    this.#stream = query.stream({ objectMode: true, highWaterMark: READ_AHEAD_ROWS })
    this.#stream.once('end', () => this.#finish())
    this.#stream.on('error', (error) => {
      this.#error = error
      this.#finish()
    })
  }

  async read(max: number): Promise<readonly RawRow[]> {
    const rows: RawRow[] = []
    while (rows.length < max) {
      const row = this.#stream.read() as RawRow | null
      if (row !== null) {
        rows.push(row)
        continue
      }
      if (this.#error !== null) throw mySqlError(this.#error)
      if (this.#ended || this.#stream.readableEnded) break
      await Promise.race([
        once(this.#stream, 'readable'),
        once(this.#stream, 'end'),
        once(this.#stream, 'close'),
      ]).catch((error: unknown) => {
        throw mySqlError(error)
      })
    }
    return rows
  }

  columns(): Promise<readonly Column[]> {
    return Promise.resolve(this.#owner.columns(this.#fields))
  }

  close(): Promise<void> {
    if (!this.#ended) {
      this.#finish()
      this.#owner.abandon()
    }
    return Promise.resolve()
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    this.#owner.ended()
  }
}
