import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'sluice/api'
import type { Database } from '../core/connect.ts'
import type { Connection } from '../core/dialect.ts'
import { tableName } from '../core/identifiers.ts'
import type { TableId } from '../core/identifiers.ts'
import { SqlError } from '../core/sql-error.ts'
import type { SourceValues } from '../config/source-config.ts'
import { selectTables } from './table-filter.ts'

export interface MonitorParts {
  readonly database: Database
  readonly values: SourceValues
  readonly log: Logger
  /** Called when the tables are others than before; the first listing is one of them. */
  readonly onChange: () => void
  /** Called with what no later look would heal, like a wrong password; there is none after it. */
  readonly onFatal: (error: unknown) => void
}

/** Looks from time to time which tables there are, on a connection that it keeps. */
export class TableMonitor {
  /** Ends after {@link stop}; never rejects. */
  readonly done: Promise<void>
  readonly #parts: MonitorParts
  readonly #stopping = new AbortController()
  #tables: readonly TableId[] | null = null
  #error: unknown = null
  #connection: Connection | null = null
  #waiting: (() => void)[] = []

  constructor(parts: MonitorParts) {
    this.#parts = parts
    this.done = this.#run()
  }

  /** Those of the last listing; null where there has been none, within `ms` either. */
  async tables(ms: number, signal: AbortSignal): Promise<readonly TableId[] | null> {
    if (this.#tables === null && this.#error === null) {
      await new Promise<void>((resolve) => {
        const finish = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', finish)
          resolve()
        }
        const timer = setTimeout(finish, ms)
        signal.addEventListener('abort', finish, { once: true })
        this.#waiting.push(finish)
      })
    }
    return this.#tables
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wakeWaiting()
    // A listing that waits for a lock, or for a server that is gone, ends with its connection.
    await this.#connection?.close()
    await this.done
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    const intervalMs = Number(this.#parts.values['table.poll.interval.ms'])
    while (!signal.aborted) {
      if (!(await this.#look(signal))) break
      await delay(Math.min(intervalMs, 2_147_483_647), undefined, { signal }).catch(() => undefined)
    }
    await this.#connection?.close()
  }

  /** An error leaves the tables as they were: they are looked at again, on a new connection. False where that is of no use. */
  async #look(signal: AbortSignal): Promise<boolean> {
    const { database, values, log, onChange } = this.#parts
    try {
      this.#connection ??= await database.connect(signal, log)
      signal.throwIfAborted()
      const listed = await this.#connection.listTables({
        catalogPattern: values['catalog.pattern'],
        schemaPattern: values['schema.pattern'],
        types: values['table.types'].map((type) => type.trim().toUpperCase()),
      })
      const tables = selectTables(listed, values, database.dialect)
      const isChange = this.#tables === null || namesOf(tables) !== namesOf(this.#tables)
      this.#tables = tables
      this.#error = null
      if (isChange) onChange()
      return true
    } catch (error) {
      if (signal.aborted) return false
      await this.#failed(error)
      return !isFatal(error)
    } finally {
      this.#wakeWaiting()
    }
  }

  async #failed(error: unknown): Promise<void> {
    const { log, onFatal } = this.#parts
    this.#error = error
    const connection = this.#connection
    this.#connection = null
    await connection?.close()
    if (isFatal(error)) {
      onFatal(error)
      return
    }
    log.error(
      'Looking for tables failed; those that were known stay, and it is tried again.',
      error,
    )
  }

  #wakeWaiting(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

function isFatal(error: unknown): boolean {
  return error instanceof SqlError && error.failure === 'fatal'
}

function namesOf(tables: readonly TableId[]): string {
  return JSON.stringify(tables.map(tableName))
}
