import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'sluice/api'
import type { Database } from '../core/connect.ts'
import type { Connection } from '../core/dialect.ts'

/** Between two attempts to listen again; in the meantime tables are read as often as poll.interval.ms says. */
const AGAIN_MS = 5000

interface ListenerParts {
  readonly database: Database
  readonly channel: string
  readonly log: Logger
}

/**
 * Listens to a channel on a connection of its own. What it hears is a hint to look at once: a notification may be lost
 * while there is no connection.
 */
export class WakeupListener {
  /** Ends after {@link close}; never rejects. */
  readonly done: Promise<void>
  readonly #parts: ListenerParts
  readonly #onWake: () => void
  readonly #closing = new AbortController()
  #connection: Connection | null = null

  constructor(parts: ListenerParts, onWake: () => void) {
    this.#parts = parts
    this.#onWake = onWake
    this.done = this.#run()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#connection?.close()
    await this.done
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    const { channel, log } = this.#parts
    while (!signal.aborted) {
      try {
        if (!(await this.#listenOnce(signal))) return
      } catch (error) {
        if (!isClosed(signal)) log.warn(`Listening to the channel ${channel} failed.`, error)
      }
      await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Until the connection ends; false where the database has no notifications. */
  async #listenOnce(signal: AbortSignal): Promise<boolean> {
    const { database, channel, log } = this.#parts
    const connection = await database.connect(signal)
    this.#connection = connection
    try {
      if (connection.listen === undefined) {
        log.warn(`${database.dialect.product} has no notifications; wakeup.channel is of no use.`)
        return false
      }
      const ended = connection.listen(channel, this.#onWake)
      // What was written before the listening began has been told to nobody.
      this.#onWake()
      await ended
      return true
    } finally {
      this.#connection = null
      await connection.close()
    }
  }
}

function isClosed(signal: AbortSignal): boolean {
  return signal.aborted
}
