import type { Request, TYPES } from 'tedious'
import type {
  Connection,
  Dialect,
  IsolationLevel,
  ListOptions,
  RowCursor,
  TableDescription,
} from '../core/dialect.ts'
import type { TableId } from '../core/identifiers.ts'
import type { Column, QueryResult, RawValue } from '../core/types.ts'
import { describeTableSql, listTablesSql, tableOfRows } from './sqlserver-catalog.ts'
import { SqlServerCursor } from './sqlserver-cursor.ts'
import { sqlServerError } from './sqlserver-error.ts'
import { columnsOf, rawRows } from './sqlserver-rows.ts'
import type { TdsValue } from './sqlserver-rows.ts'

/** As much of a connection of tedious as is used of it: one request at a time. */
export interface TdsClient {
  /** With parameters. */
  execSql(request: Request): void
  /** Text alone; the only way in which a transaction may be begun or ended. */
  execSqlBatch(request: Request): void
  cancel(): boolean
  close(): void
}

/** As much of the module. */
export interface TdsDriver {
  readonly Request: typeof Request
  readonly TYPES: typeof TYPES
}

interface SqlServerConnectionParts {
  readonly dialect: Dialect
  readonly serverVersion: string
  readonly client: TdsClient
  readonly driver: TdsDriver
}

/** Characters of a parameter above which it is an `nvarchar(max)`; below, all are declared alike, for one plan. */
const longestPlainText = 4000
const anyLength = 1_073_741_823
const longestPlainBytes = 8000

/** A connection to SQL Server. */
export class SqlServerConnection implements Connection {
  readonly dialect: Dialect
  readonly serverVersion: string
  readonly #client: TdsClient
  readonly #driver: TdsDriver
  #running = 0

  constructor({ dialect, serverVersion, client, driver }: SqlServerConnectionParts) {
    this.dialect = dialect
    this.serverVersion = serverVersion
    this.#client = client
    this.#driver = driver
  }

  query(sql: string, parameters: readonly RawValue[] = []): Promise<QueryResult> {
    return new Promise<QueryResult>((resolve, reject) => {
      let columns: readonly Column[] = []
      const rows: unknown[][] = []
      const done = (error: Error | null | undefined, affected: number | undefined): void => {
        this.#running--
        try {
          if (error !== null && error !== undefined) throw sqlServerError(error)
          resolve({ columns, rows: rawRows(rows, columns), affected: affected ?? 0 })
        } catch (failure) {
          reject(failure instanceof Error ? failure : sqlServerError(failure))
        }
      }
      const request = new this.#driver.Request(sql, done)
      request.on('columnMetadata', (found) => {
        columns = columnsOf(found)
      })
      request.on('row', (row: readonly TdsValue[]) => {
        rows.push(row.map(({ value }) => value))
      })
      this.#send(request, parameters)
    })
  }

  cursor(sql: string, parameters: readonly RawValue[]): Promise<RowCursor> {
    const cursor = new SqlServerCursor({
      open: (done) => new this.#driver.Request(sql, done),
      ended: () => {
        this.#running--
      },
      cancel: () => this.#client.cancel(),
      abandon: () => this.#client.close(),
    })
    this.#send(cursor.request, parameters)
    return Promise.resolve(cursor)
  }

  async begin(isolation: IsolationLevel | null): Promise<void> {
    const level = isolation === 'SQL_SERVER_SNAPSHOT' ? 'SNAPSHOT' : isolation?.replaceAll('_', ' ')
    const set = level === undefined ? '' : `SET TRANSACTION ISOLATION LEVEL ${level}; `
    await this.query(`${set}BEGIN TRANSACTION`)
  }

  async commit(): Promise<void> {
    await this.query('COMMIT TRANSACTION')
  }

  /** Some errors have ended the transaction already. */
  async rollback(): Promise<void> {
    await this.query('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION')
  }

  async listTables({ catalogPattern, schemaPattern, types }: ListOptions): Promise<TableId[]> {
    const { rows } = await this.query(listTablesSql(types), [catalogPattern, schemaPattern])
    return rows.map(([catalog, schema, table]) => {
      return { catalog: String(catalog), schema: String(schema), table: String(table) }
    })
  }

  async describeTable(id: TableId): Promise<TableDescription | null> {
    const { rows } = await this.query(describeTableSql(id), [id.schema, id.table])
    return tableOfRows(rows)
  }

  isAlive(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    )
  }

  close(): Promise<void> {
    if (this.#running > 0) this.#client.cancel()
    this.#client.close()
    return Promise.resolve()
  }

  #send(request: Request, parameters: readonly RawValue[]): void {
    this.#running++
    for (const [at, value] of parameters.entries()) this.#bind(request, `p${at + 1}`, value)
    if (parameters.length === 0) this.#client.execSqlBatch(request)
    else this.#client.execSql(request)
  }

  #bind(request: Request, name: string, value: RawValue): void {
    const { TYPES: types } = this.#driver
    if (typeof value === 'boolean') request.addParameter(name, types.Bit, value)
    else if (typeof value === 'bigint' || Number.isInteger(value)) {
      request.addParameter(name, types.BigInt, value)
    } else if (typeof value === 'number') request.addParameter(name, types.Float, value)
    else if (value instanceof Uint8Array) {
      const length = value.length > longestPlainBytes ? anyLength : longestPlainBytes
      request.addParameter(name, types.VarBinary, Buffer.from(value), { length })
    } else {
      const isLong = value !== null && value.length > longestPlainText
      const length = isLong ? anyLength : longestPlainText
      request.addParameter(name, types.NVarChar, value, { length })
    }
  }
}
