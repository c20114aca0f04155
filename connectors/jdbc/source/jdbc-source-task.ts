import { ConfigError, ConnectError, SourceTask, createLogger, isConnectError } from 'sluice/api'
import type { ConnectorConfig, SourceProgress, SourceRecord } from 'sluice/api'
import type { Vendor } from '../config/common-config.ts'
import { abortable } from '../core/abortable.ts'
import type { Connection } from '../core/dialect.ts'
import { splitIdentifiers } from '../core/identifiers.ts'
import { SqlError } from '../core/sql-error.ts'
import { version } from '../version.ts'
import { positionOf } from './offsets.ts'
import { sourceSettings } from './settings.ts'
import type { SourceSettings } from './settings.ts'
import { TableSource } from './table-source.ts'
import { findQuery, findTable } from './targets.ts'
import type { FoundTarget } from './targets.ts'
import { Wakeup } from './wakeup.ts'
import { WakeupListener } from './wakeup-listener.ts'

/** Longest wait before a failed read is tried again where polls are further apart; it grows up to there. */
const FIRST_RETRY_MS = 250

/** Reads the tables of a task, or its query, one after the other, on one connection. */
export class JdbcSourceTask extends SourceTask {
  static readonly className: string = 'io.confluent.connect.jdbc.source.JdbcSourceTask'
  readonly vendor: Vendor = 'confluent'

  readonly #log = createLogger('io.confluent.connect.jdbc.source.JdbcSourceTask')
  readonly #stopping = new AbortController()
  readonly #wakeup = new Wakeup()
  #settings: SourceSettings | null = null
  #sources: readonly TableSource[] = []
  #current: TableSource | null = null
  #connection: Connection | null = null
  /** What a poll has begun and no poll has taken: a poll that was paused leaves it to the next. */
  #work: Promise<readonly SourceRecord[]> | null = null
  #listener: WakeupListener | null = null

  version(): string {
    return version
  }

  async start(props: ConnectorConfig, signal: AbortSignal): Promise<void> {
    const settings = sourceSettings(props, this.vendor)
    this.#settings = settings
    const tables = splitIdentifiers(props.tables ?? '', settings.database.dialect.identifiers)
    if (props['tables.fetched']?.toLowerCase() === 'false' && settings.query === null) {
      this.#log.info('The tables are not known yet; the task waits for them.')
      return
    }
    requireOne(tables, settings)
    const connection = await settings.database.connect(signal, this.#log)
    this.#connection = connection
    try {
      const found = await this.#find(tables, connection, settings)
      this.#sources = await Promise.all(found.map((target) => this.#sourceOf(target, signal)))
    } catch (error) {
      await this.#disconnect()
      throw error
    }
    this.#log.info(`Connected to ${connection.serverVersion}.`)
    this.#listen(settings)
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    const until = Date.now() + this.#begun().lingerMs
    while (!signal.aborted) {
      const now = Date.now()
      const dueAt = this.#dueAt()
      if (this.#work === null && dueAt > now) {
        if (now >= until) return null
        await this.#wakeup.wait(Math.min(dueAt, until) - now, signal)
        continue
      }
      const records = await this.#workOn(signal)
      if (records !== null && records.length > 0) return records
    }
    this.#letGo()
    return null
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#listener?.close()
    await this.#disconnect()
    await this.#work?.catch(() => undefined)
    this.#work = null
    // What was being opened meanwhile.
    await this.#disconnect()
  }

  override progress(): SourceProgress {
    const settings = this.#settings
    if (settings?.mode.includes('timestamp') !== true && settings?.horizon !== true) return {}
    const lag = Math.max(0, ...this.#sources.map((source) => source.lagMs ?? 0))
    return { lag, unit: 'ms' }
  }

  #begun(): SourceSettings {
    if (this.#settings === null) throw new ConnectError('The JDBC source task was not started.')
    return this.#settings
  }

  async #find(
    tables: readonly string[],
    connection: Connection,
    settings: SourceSettings,
  ): Promise<readonly FoundTarget[]> {
    const surroundings = { connection, settings, log: this.#log }
    if (settings.query !== null) return [await findQuery(settings.query, surroundings)]
    const found: FoundTarget[] = []
    for (const table of tables) found.push(await findTable(table, surroundings))
    return found
  }

  async #sourceOf({ parts, partitions }: FoundTarget, signal: AbortSignal): Promise<TableSource> {
    const offsets = await this.context.offsetStorageReader.offsets(partitions, signal)
    const stored = offsets.find((offset) => offset !== null) ?? null
    return new TableSource({ ...parts, position: positionOf(stored) })
  }

  #listen({ wakeupChannel: channel, database }: SourceSettings): void {
    if (channel === '') return
    this.#listener = new WakeupListener({ database, channel, log: this.#log }, () => {
      for (const source of this.#sources) source.wake()
      this.#wakeup.notify()
    })
  }

  /** When there is something to read; a task without tables never has. */
  #dueAt(): number {
    if (this.#current !== null) return 0
    let earliest = Number.POSITIVE_INFINITY
    for (const { dueAt } of this.#sources) if (dueAt < earliest) earliest = dueAt
    return earliest
  }

  /** Null where the wait for it was cut short, or where it failed and is to be tried again. */
  async #workOn(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    this.#work ??= this.#step()
    const work = this.#work
    try {
      const records = await abortable(work, signal)
      this.#work = null
      return records
    } catch (error) {
      if (signal.aborted) return null
      this.#work = null
      await this.#failed(error)
      return null
    }
  }

  /**
   * Paused in the midst of a table: its transaction would be open for as long, and keep the database from cleaning up. Of a
   * read in bulk mode nobody knows where it was, so that it stays.
   */
  #letGo(): void {
    if (this.#current === null || this.#begun().mode === 'bulk') return
    const released = this.#released(this.#work)
    released.catch(() => undefined)
    this.#work = released
  }

  async #released(work: Promise<readonly SourceRecord[]> | null): Promise<readonly SourceRecord[]> {
    const records = work === null ? [] : await work
    if (this.#current === null) return records
    this.#current.release()
    this.#current = null
    await this.#disconnect()
    return records
  }

  /** The next page of the table that is being read, or the first of the one that has waited longest. */
  async #step(): Promise<readonly SourceRecord[]> {
    const source = this.#current ?? this.#longestWaiting()
    this.#current = source
    this.#connection ??= await this.#begun().database.connect(this.#stopping.signal, this.#log)
    const connection = this.#connection
    if (!source.isReading) await source.open(connection)
    const records = source.isReading ? await source.next(connection, await source.page()) : []
    if (!source.isReading) this.#current = null
    return records
  }

  #longestWaiting(): TableSource {
    const [first, ...others] = this.#sources
    if (first === undefined) throw new ConnectError('The task has nothing to read.')
    return others.reduce((best, source) => (source.dueAt < best.dueAt ? source : best), first)
  }

  /** Begins again after the last record; throws where that is of no use. */
  async #failed(error: unknown): Promise<void> {
    const source = this.#current
    this.#current = null
    await this.#disconnect()
    const { pollIntervalMs, retryAttempts } = this.#begun()
    if (source === null || !isWorthRetrying(error, source)) throw error
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** source.failures, Math.max(pollIntervalMs, 1000))
    source.fail(Date.now() + waitMs)
    if (retryAttempts >= 0 && source.failures > retryAttempts) {
      throw new ConnectError(
        `Failed to query ${source.name} after retries: ${source.failures} in a row failed, and query.retry.attempts is ${retryAttempts}.`,
        { cause: error },
      )
    }
    this.#log.warn(`Reading ${source.name} failed and is tried again in ${waitMs} ms.`, error)
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection
    this.#connection = null
    await connection?.close()
  }
}

/** Aiven's connector, whose keys and defaults are others. */
export class AivenJdbcSourceTask extends JdbcSourceTask {
  static override readonly className = 'io.aiven.connect.jdbc.source.JdbcSourceTask'
  override readonly vendor = 'aiven'
}

function requireOne(tables: readonly string[], { query }: SourceSettings): void {
  if (tables.length > 0 && query !== null) {
    throw new ConfigError('A task is given tables and a query; it reads one of the two.')
  }
  if (tables.length === 0 && query === null) {
    throw new ConfigError(
      'The task has been assigned no table and no query. Check the filters (table.whitelist, table.include.list, schema.pattern, table.types), and that the user may see the tables.',
    )
  }
}

/** What time heals; and once, what another has just changed, which a new look may see as it is. */
function isWorthRetrying(error: unknown, source: TableSource): boolean {
  if (error instanceof SqlError) {
    return error.failure === 'retry' || (error.failure === 'schema' && source.failures === 0)
  }
  return !isConnectError(error) && error instanceof Error && error.name === 'AbortError'
}
