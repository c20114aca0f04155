import type { Socket } from 'node:net'
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
import { SqlError } from '../core/sql-error.ts'
import type { Column, QueryResult, RawRow, RawValue } from '../core/types.ts'
import { describeTableSql, listTablesSql, tableOfRows } from './mysql-catalog.ts'
import { mySqlError } from './mysql-error.ts'
import { mySqlColumn } from './mysql-types.ts'
import type { MySqlField, MySqlTypeSettings } from './mysql-types.ts'

/** How many rows the driver reads ahead of who asks for them. */
const READ_AHEAD_ROWS = 500

/** The driver's connection, and what lies under it. */
export interface MySqlLink {
  readonly client: MySqlClient
  readonly socket: Socket
  /** Has the server end what runs on the connection; nobody waits for it. */
  kill(): void
}

/**
 * A connection to MySQL or MariaDB. `client` is for what only they have. The driver leaves what was asked without an answer where
 * the connection is given up, so that is told from here.
 */
export class MySqlConnection implements Connection {
  readonly dialect: Dialect
  readonly serverVersion: string
  readonly client: MySqlClient
  readonly #link: MySqlLink
  readonly #settings: MySqlTypeSettings
  /** Whom to tell that the connection is gone, for everything that is not answered. */
  readonly #open = new Set<(error: SqlError) => void>()

  constructor(
    dialect: Dialect,
    { serverVersion, link }: { readonly serverVersion: string; readonly link: MySqlLink },
    settings: MySqlTypeSettings,
  ) {
    this.dialect = dialect
    this.serverVersion = serverVersion
    this.client = link.client
    this.#link = link
    this.#settings = settings
    link.socket.once('close', () => {
      for (const tell of [...this.#open]) tell(connectionLost())
    })
  }

  async query(sql: string, parameters: readonly RawValue[] = []): Promise<QueryResult> {
    this.#requireSocket()
    let lost: (error: SqlError) => void = () => undefined
    try {
      return await new Promise<QueryResult>((resolve, reject) => {
        lost = reject
        this.#open.add(lost)
        const done = (
          error: unknown,
          rows: unknown,
          fields: readonly FieldPacket[] | undefined,
        ): void => {
          if (error !== null && error !== undefined) reject(mySqlError(error))
          else resolve(this.#result(rows, fields ?? []))
        }
        this.client.query({ sql, rowsAsArray: true, values: [...parameters] }, done)
      })
    } finally {
      this.#open.delete(lost)
    }
  }

  cursor(sql: string, parameters: readonly RawValue[]): Promise<RowCursor> {
    this.#requireSocket()
    // By the binary protocol: as text the server rounds a FLOAT to six digits.
    const query = this.client.execute({ sql, rowsAsArray: true, values: [...parameters] })
    const cursor: MySqlCursor = new MySqlCursor(query, {
      columns: (fields) => this.#columns(fields),
      ended: () => this.#open.delete(lost),
      // What has not been read of a result stands before every other answer.
      abandon: () => this.#link.socket.destroy(),
    })
    const lost = (error: SqlError): void => cursor.fail(error)
    this.#open.add(lost)
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
    const { client, socket } = this.#link
    if (this.#open.size > 0) this.#link.kill()
    else if (!socket.destroyed) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 1000).unref()
        socket.once('close', () => resolve())
        client.end(() => resolve())
      })
    }
    socket.destroy()
  }

  #requireSocket(): void {
    if (this.#link.socket.destroyed) throw connectionLost()
  }

  #result(rows: unknown, fields: readonly FieldPacket[]): QueryResult {
    if (Array.isArray(rows)) {
      return { columns: this.#columns(fields), rows: rows as RawRow[], affected: 0 }
    }
    const { affectedRows = 0 } = rows as { readonly affectedRows?: number }
    return { columns: [], rows: [], affected: affectedRows }
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

function connectionLost(): SqlError {
  return new SqlError('The connection to the database is gone.', {
    ...{ failure: 'retry', sqlState: null, vendorCode: 'PROTOCOL_CONNECTION_LOST' },
  })
}

/** A result that the server sends as it is read: the socket is paused while nobody does. */
class MySqlCursor implements RowCursor {
  readonly #stream: ReturnType<Query['stream']>
  readonly #owner: CursorOwner
  #fields: readonly FieldPacket[] = []
  #error: unknown = null
  #ended = false
  /** Who waits for rows, or for the end of them. */
  #wake: () => void = () => undefined

  constructor(query: Query, owner: CursorOwner) {
    this.#owner = owner
    query.on('fields', (fields: FieldPacket[]) => {
      this.#fields = fields
    })
    this.#stream = query.stream({ objectMode: true, highWaterMark: READ_AHEAD_ROWS })
    this.#stream.on('readable', () => this.#wake())
    this.#stream.once('end', () => this.#finish())
    this.#stream.on('error', (error) => this.fail(error))
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
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return rows
  }

  /** Whoever reads is told, after the rows that are here. */
  fail(error: unknown): void {
    this.#error ??= error
    this.#finish()
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
    if (!this.#ended) this.#owner.ended()
    this.#ended = true
    this.#wake()
  }
}
