import { asError } from '../errors/connect-error.ts'
import { backoffMs } from '../kafka/net/backoff.ts'
import type { Backoff } from '../kafka/net/backoff.ts'
import { abortable, delay } from '../util/abort.ts'
import type { Logger } from '../util/logger.ts'

/** A log that is read to its end and followed, as a TopicLog is. It is used once: what has ended is not started again. */
export interface FollowedLog {
  /** Resolves after `stop`, rejects where the log cannot go on. */
  readonly done: Promise<void>
  start(signal: AbortSignal): Promise<void>
  readToEnd(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

export interface FollowedStateParts<S> {
  /** What messages call it: the name of its topic. */
  readonly topic: string
  /** `source offsets` */
  readonly holds: string
  readonly logger: Logger
  /** A state in which nothing is known. */
  readonly create: () => S
  /** A new log from the beginning, which loads what it reads into `state`. */
  readonly open: (state: S) => FollowedLog
  /** Called when a log that ended was opened again: what it tells may differ from what was known before. */
  readonly onReopened?: () => void
  /** How long to wait before a log that ended is opened again. */
  readonly backoff: Backoff
}

interface Opened<S> {
  readonly log: FollowedLog
  readonly state: S
}

/**
 * What a log tells, from its beginning on. Where the log ends, which no retry of its own helped against, that
 * is said as an ERROR, and the next read opens another one: what was wrong (a right that was missing) may have been
 * put right since. Until then no read is answered by what was known before: it might be old.
 */
export class FollowedState<S> {
  readonly #parts: FollowedStateParts<S>
  readonly #stopping = new AbortController()
  #current: Opened<S> | null = null
  #state: S
  #watching: Promise<void> = Promise.resolve()
  #reopening: Promise<Opened<S>> | null = null
  #failures = 0
  #problem: string | null = null
  /** Not before this time of `performance.now()` is a log opened again. */
  #retryAt = 0

  constructor(parts: FollowedStateParts<S>) {
    this.#parts = parts
    this.#state = parts.create()
  }

  /** What is known so far; while no log is open, what the last one told. */
  get state(): S {
    return this.#state
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#open(AbortSignal.any([signal, this.#stopping.signal]))
  }

  /**
   * Why the log is not open, null while it is. Whoever asks has it opened again, as a read would, when its time has come: where
   * nothing is read, nobody else would.
   */
  problem(): string | null {
    if (this.#problem !== null && !this.#stopping.signal.aborted) {
      // What comes of it is logged, and told to the next who asks; stop waits for it.
      this.#reopened(this.#stopping.signal).catch(() => undefined)
    }
    return this.#problem
  }

  /** The state once all is read that was written before. Rejects where the log ends meanwhile or cannot be opened. */
  async readToEnd(signal: AbortSignal): Promise<S> {
    const { log, state } = this.#current ?? (await this.#reopened(signal))
    await log.readToEnd(signal)
    return state
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error(`The log of ${this.#parts.topic} was stopped.`))
    await this.#reopening?.catch(() => undefined)
    await this.#current?.log.stop()
    await this.#watching
    this.#current = null
  }

  /** One attempt for all who wait for it. */
  #reopened(signal: AbortSignal): Promise<Opened<S>> {
    this.#reopening ??= this.#reopen(this.#stopping.signal).finally(() => {
      this.#reopening = null
    })
    return abortable(this.#reopening, signal)
  }

  async #reopen(signal: AbortSignal): Promise<Opened<S>> {
    const { topic } = this.#parts
    await delay(Math.max(this.#retryAt - performance.now(), 0), signal)
    // The former one has closed its connections by then.
    await this.#watching
    try {
      const opened = await this.#open(signal)
      this.#parts.logger.info(`Topic ${topic} is read again, from its beginning.`)
      this.#parts.onReopened?.()
      return opened
    } catch (error) {
      if (!signal.aborted) this.#failed(`Topic ${topic} could not be opened again`, error)
      throw error
    }
  }

  async #open(signal: AbortSignal): Promise<Opened<S>> {
    const state = this.#parts.create()
    const log = this.#parts.open(state)
    try {
      await log.start(signal)
      signal.throwIfAborted()
    } catch (error) {
      await this.#close(log)
      throw error
    }
    const opened = { log, state }
    this.#current = opened
    this.#state = state
    this.#failures = 0
    this.#problem = null
    this.#watching = this.#watch(log)
    return opened
  }

  async #watch(log: FollowedLog): Promise<void> {
    try {
      await log.done
    } catch (error) {
      this.#current = null
      this.#failed(`Topic ${this.#parts.topic} can no longer be read`, error)
      await this.#close(log)
    }
  }

  #failed(what: string, error: unknown): void {
    this.#failures++
    this.#problem = `${what}: ${asError(error).message}`
    this.#retryAt = performance.now() + backoffMs(this.#parts.backoff, this.#failures)
    this.#parts.logger.error(
      `${what}; the next read of ${this.#parts.holds} tries again: ${asError(error).message}`,
      error,
    )
  }

  async #close(log: FollowedLog): Promise<void> {
    try {
      await log.stop()
    } catch (error) {
      this.#parts.logger.debug(`Closing a log that ended: ${asError(error).message}`)
    }
  }
}
