import type { Logger, Schema } from 'sluice/api'
import { HiveAwayError } from './hive-session.ts'
import type { HiveSession, OpenHiveSession } from './hive-session.ts'
import type { HiveTable } from './hive-table.ts'

/** The longest rest after failures, however many. */
const longestRestMs = 60_000
/** A session without work is closed after so long: the server closes it at its own time else. */
const idleMs = 30_000

export interface HiveTablesOptions {
  readonly open: OpenHiveSession
  readonly tableOf: (topic: string) => HiveTable
  /** By their names, as one table serves one topic. */
  readonly tableNameOf: (topic: string) => string
  /** The first rest after a failure; each that follows takes twice as long. */
  readonly retryBackoffMs: number
  readonly log: Logger
}

/** What the writers tell of: none of it waits, or fails. */
export interface TableKeeper {
  /** A file of a topic got its name. */
  completed(topic: string, directory: string, schema: Schema | null): void
  /** Files of a topic may have got their names that nobody has told of: by a task that was killed amid it. */
  recovered(topic: string): void
}

interface Entry {
  readonly table: HiveTable
  failures: number
  /** Not before, in milliseconds since the epoch. */
  dueMs: number
}

/**
 * Keeps the tables of a task's topics in a background loop of its own, one statement after another. Hive that is away, or refuses something, keeps no record from
 * HDFS: what is to be done waits, and is tried again as long as the task runs; a task that starts looks up what was left.
 */
export class HiveTables implements TableKeeper {
  readonly #options: HiveTablesOptions
  readonly #entries = new Map<string, Entry>()
  readonly #topics = new Map<string, Entry | null>()
  readonly #stopped = new AbortController()
  #session: HiveSession | null = null
  #wake: () => void = () => undefined
  #woken = false
  /** Settles once the loop has ended. */
  readonly #done: Promise<void>

  constructor(options: HiveTablesOptions) {
    this.#options = options
    this.#done = this.#run()
  }

  completed(topic: string, directory: string, schema: Schema | null): void {
    const entry = this.#entryOf(topic)
    if (entry === null) return
    if (schema?.type !== 'STRUCT') {
      this.#entries.delete(this.#options.tableNameOf(topic))
      this.#giveUp(
        topic,
        `Records of ${topic} have no schema with fields: Hive has no table of it.`,
      )
      return
    }
    entry.table.completed(directory, schema)
    if (entry.table.hasWork) this.#rouse()
  }

  recovered(topic: string): void {
    const entry = this.#entryOf(topic)
    if (entry === null) return
    entry.table.lookUp()
    this.#rouse()
  }

  /** Waits until all is done that is known, but no longer than this, and ends. */
  async stop(withinMs: number): Promise<void> {
    const deadlineMs = Date.now() + withinMs
    while (this.#hasWork() && Date.now() < deadlineMs && this.#canHurry()) {
      this.#rouse()
      await pause(Math.min(20, Math.max(1, deadlineMs - Date.now())))
    }
    if (this.#hasWork()) {
      const names = Array.from(this.#entries, ([name, { table }]) => (table.hasWork ? name : null))
      this.#options.log.warn(
        `Tables of Hive are left behind their files: ${names.filter((name) => name !== null).join(', ')}. The next task brings them up to date.`,
      )
    }
    this.#stopped.abort()
    this.#rouse()
    await this.#done
  }

  /** Once something has failed there is no point in a wait. */
  #canHurry(): boolean {
    return [...this.#entries.values()].every(
      ({ table, failures }) => failures === 0 || !table.hasWork,
    )
  }

  #hasWork(): boolean {
    return [...this.#entries.values()].some(({ table }) => table.hasWork)
  }

  /** Null for a topic that has no table. */
  #entryOf(topic: string): Entry | null {
    const known = this.#topics.get(topic)
    if (known !== undefined) return known
    const name = this.#options.tableNameOf(topic)
    const other = this.#entries.get(name)
    if (other !== undefined) {
      this.#giveUp(
        topic,
        `The table ${name} of Hive is that of ${other.table.topic} already: ${topic} has none. Write one of them by a connector with another hive.table.name or hive.database.`,
      )
      return null
    }
    const entry = { table: this.#options.tableOf(topic), failures: 0, dueMs: 0 }
    this.#entries.set(name, entry)
    this.#topics.set(topic, entry)
    return entry
  }

  #giveUp(topic: string, reason: string): void {
    this.#options.log.error(reason)
    this.#topics.set(topic, null)
  }

  async #run(): Promise<void> {
    while (!this.#isStopped()) {
      for (const [name, entry] of this.#entries) {
        const isDue = entry.table.hasWork && entry.dueMs <= Date.now()
        if (isDue && !this.#isStopped()) await this.#update(name, entry)
      }
      await this.#idle()
    }
    await this.#endSession()
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }

  /** Never rejects. */
  async #update(name: string, entry: Entry): Promise<void> {
    const { signal } = this.#stopped
    const { log } = this.#options
    try {
      await entry.table.update(async (statement) => {
        this.#session ??= await this.#options.open(signal)
        log.debug(`Hive: ${statement}`)
        return await this.#session.execute(statement, signal)
      }, signal)
      if (entry.failures > 0) log.info(`The table ${name} of Hive is up to date again.`)
      entry.failures = 0
    } catch (error) {
      await this.#endSession()
      if (!signal.aborted) this.#failed(name, entry, error)
    }
  }

  #failed(name: string, entry: Entry, error: unknown): void {
    const { retryBackoffMs, log } = this.#options
    const restMs = Math.min(longestRestMs, retryBackoffMs * 2 ** Math.min(entry.failures, 20))
    entry.failures++
    entry.dueMs = Date.now() + restMs
    // Where Hive is away, it is for all.
    if (error instanceof HiveAwayError) {
      for (const other of this.#entries.values()) other.dueMs = Math.max(other.dueMs, entry.dueMs)
    }
    const reason = error instanceof Error ? error.message : String(error)
    log.warn(
      `The table ${name} of Hive waits, and records are written on: it is tried again in ${restMs} ms. ${reason}`,
    )
  }

  /** Until something is to be done. */
  async #idle(): Promise<void> {
    const dues = Array.from(this.#entries.values(), ({ table, dueMs }) =>
      table.hasWork ? dueMs : Number.POSITIVE_INFINITY,
    )
    const dueMs = Math.min(...dues)
    if (dueMs <= Date.now() || this.#woken) {
      this.#woken = false
      return
    }
    if (Number.isFinite(dueMs)) await this.#sleep(dueMs - Date.now())
    else if (await this.#sleep(idleMs)) await this.#endSession()
    this.#woken = false
  }

  /** Whether the time was over before anything came. */
  #sleep(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve(false)
      }
    })
  }

  #rouse(): void {
    this.#woken = true
    this.#wake()
  }

  async #endSession(): Promise<void> {
    const session = this.#session
    this.#session = null
    await session?.close()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
