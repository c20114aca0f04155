import { setImmediate as turn } from 'node:timers/promises'
import * as tedious from 'tedious'
import { sqlServerDialect } from '../../../../connectors/jdbc/drivers/sqlserver.ts'
import { SqlServerConnection } from '../../../../connectors/jdbc/drivers/sqlserver-connection.ts'
import type { TdsClient } from '../../../../connectors/jdbc/drivers/sqlserver-connection.ts'
import type { TdsColumn } from '../../../../connectors/jdbc/drivers/sqlserver-types.ts'

/** What a server answers to one request. */
export interface Reply {
  readonly columns?: readonly TdsColumn[]
  readonly rows?: Iterable<readonly unknown[]>
  readonly error?: Error
  readonly affected?: number
}

export interface Asked {
  readonly sql: string
  readonly parameters: readonly {
    readonly name: string
    readonly type: string
    readonly value: unknown
  }[]
}

type Request = tedious.Request

/** Rows of one packet: as with the real driver those of a packet that has been read come although the request is paused. */
const rowsAPacket = 50

/** What a connection of tedious is to its user: answers come packet by packet, not while the request is paused. */
export class FakeTds implements TdsClient {
  readonly asked: Asked[] = []
  /** Rows given out so far. */
  sent = 0
  isClosed = false
  readonly #answer: (asked: Asked) => Reply
  #open: Request | null = null
  #isCancelled = false

  constructor(answer: (asked: Asked) => Reply = () => ({})) {
    this.#answer = answer
  }

  execSql(request: Request): void {
    this.#run(request)
  }

  execSqlBatch(request: Request): void {
    this.#run(request)
  }

  cancel(): boolean {
    this.#isCancelled = this.#open !== null
    // The real driver reads on until the server has confirmed.
    this.#open?.resume()
    return this.#isCancelled
  }

  close(): void {
    this.isClosed = true
  }

  #run(request: Request): void {
    if (this.#open !== null) throw new Error('A request is open already.')
    this.#open = request
    this.#isCancelled = false
    const asked = {
      sql: request.sqlTextOrProcedure ?? '',
      parameters: request.parameters.map(({ name, type, value }) => {
        return { name, type: type.name, value }
      }),
    }
    this.asked.push(asked)
    void this.#reply(request, this.#answer(asked))
  }

  async #reply(request: Request, { columns, rows, error, affected }: Reply): Promise<void> {
    await turn()
    if (columns !== undefined) request.emit('columnMetadata', columns as never)
    for (const row of rows ?? []) {
      if (this.sent++ % rowsAPacket === 0) await this.#flowing(request)
      if (this.#isCancelled || this.isClosed) break
      request.emit(
        'row',
        row.map((value) => ({ value })),
      )
    }
    await this.#flowing(request)
    this.#open = null
    const end = this.isClosed ? coded('ECLOSE') : this.#isCancelled ? coded('ECANCEL') : error
    request.callback(end, affected)
  }

  async #flowing(request: Request): Promise<void> {
    do await turn()
    while (request.paused && !this.#isCancelled && !this.isClosed)
  }
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** An error of the server's. */
export function serverError(number: number, message = `error ${number}`): Error {
  return Object.assign(new Error(message), { code: 'EREQUEST', number })
}

export function connectionOf(client: TdsClient): SqlServerConnection {
  return new SqlServerConnection({
    dialect: sqlServerDialect,
    serverVersion: 'SQL Server',
    client,
    driver: tedious,
  })
}

/** A column as the protocol tells it; nullable unless flags are given. */
export function tdsColumn(name: string, type: string, more: Partial<TdsColumn> = {}): TdsColumn {
  return { colName: name, type: { name: type }, flags: 1, ...more }
}
