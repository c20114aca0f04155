import type { ConnectorConfig } from '../config/types.ts'
import { asError } from '../errors/connect-error.ts'
import { abortable, delay } from '../util/abort.ts'
import { maskSecrets } from '../util/secrets.ts'
import type { SerialQueue } from '../util/serial-queue.ts'
import type { Trouble } from './health-verdict.ts'
import { TooManyTasksError, exceedsTasksMax, tasksMaxOf } from './task-configs.ts'
import type { LifecycleServices } from './lifecycle-services.ts'

/** Failed task configurations are asked for again after this long, doubled each time. */
const firstRetryMs = 250
const lastRetryMs = 60_000
/** A connector that asks for it all the time is asked for its tasks this often. */
const requestMs = 100

/** What tasks are made from: at least the connector's configuration, variables resolved. */
interface Source {
  readonly config: ConnectorConfig
}

export interface TaskConfigurationOptions<S extends Source> {
  readonly connector: string
  readonly services: Pick<LifecycleServices, 'worker' | 'log'>
  /** The connector's own: what is tried again takes its turn in it. */
  readonly chain: SerialQueue
  /** Whether the connector is to be asked at all: it has not failed, and is meant to run. */
  readonly wanted: () => boolean
  readonly source: (signal: AbortSignal) => Promise<S>
  /** Has the connector have these tasks. */
  readonly place: (
    wanted: readonly ConnectorConfig[],
    source: S,
    signal: AbortSignal,
  ) => Promise<void>
  /** Whether `error` goes away by itself, so long after the first attempt: nobody need look at it. Left out: none does. */
  readonly isPassing?: (error: unknown, sinceMs: number) => boolean
  /** The connector asks for what it may not have: it has failed. */
  readonly fail: (error: unknown) => void
}

/** Asks a connector for its tasks and puts them in place; where it cannot, again later. */
export class TaskConfiguration<S extends Source> {
  readonly #options: TaskConfigurationOptions<S>
  #trouble: Trouble | null = null
  /** Of operations that the connector asked for, the signal of the one that waits for its turn. */
  #requested: AbortSignal | null = null
  #requestedAt = Number.NEGATIVE_INFINITY
  /** When what may be tried again was tried for the first time, by `performance.now()`. */
  #firstTriedAt = 0
  /** What is to be tried again after a while, one at a time. */
  #retry: { readonly signal: AbortSignal } | null = null

  constructor(options: TaskConfigurationOptions<S>) {
    this.#options = options
  }

  /** Why the connector has not the tasks it should have; null where it has. */
  get trouble(): Trouble | null {
    return this.#trouble
  }

  /** A newer operation takes care of it. */
  supersede(): void {
    this.#trouble = null
  }

  /** The connector says that its tasks are to be different. However often it does, one turn is waited for. */
  request(signal: AbortSignal): void {
    if (this.#requested === signal) return
    this.#requested = signal
    const now = performance.now()
    const pauseMs = Math.max(0, this.#requestedAt + requestMs - now)
    this.#requestedAt = now + pauseMs
    this.#requestedTurn(signal, pauseMs).catch((error: unknown) => {
      if (signal.aborted) return
      const { connector, services } = this.#options
      services.log.error(`Failed to reconfigure the tasks of connector ${connector}.`, error)
    })
  }

  /** Rejects where it has to be done again later, which is seen to. */
  async apply(signal: AbortSignal, attempt = 0): Promise<void> {
    const { place, source, wanted, fail } = this.#options
    if (!wanted()) {
      this.#trouble = null
      return
    }
    if (attempt === 0) this.#firstTriedAt = performance.now()
    try {
      const from = await source(signal)
      await place(await this.#wantedTasks(from.config, signal), from, signal)
      this.#trouble = null
      this.#retry = null
    } catch (error) {
      if (signal.aborted) throw error
      if (error instanceof TooManyTasksError) fail(error)
      else this.applyLater(signal, error, attempt)
      throw error
    }
  }

  /** `error` has kept the connector from being asked; it is after a while, longer with each attempt. */
  applyLater(signal: AbortSignal, error: unknown, attempt = 0): void {
    if (this.#retry?.signal === signal) return
    const retry = { signal }
    this.#retry = retry
    const { chain } = this.#options
    const pauseMs = Math.min(firstRetryMs * 2 ** attempt, lastRetryMs)
    this.#trouble = { message: maskSecrets(asError(error).message), nextAt: Date.now() + pauseMs }
    this.#logFailure(error, pauseMs)
    delay(pauseMs, signal)
      .then(() => {
        if (this.#retry !== retry) return undefined
        this.#retry = null
        return chain.run(() => this.apply(signal, attempt + 1))
      })
      .catch(() => undefined) // The attempt has logged it, or a newer operation has overtaken it.
  }

  #logFailure(error: unknown, pauseMs: number): void {
    const { connector, services, isPassing } = this.#options
    const message = `Failed to configure the tasks of connector ${connector}; trying again in ${pauseMs} ms`
    const sinceMs = performance.now() - this.#firstTriedAt
    if (isPassing?.(error, sinceMs) !== true) services.log.error(`${message}.`, error)
    else services.log.info(`${message}: ${asError(error).message}`)
  }

  async #requestedTurn(signal: AbortSignal, pauseMs: number): Promise<void> {
    if (pauseMs > 0) await delay(pauseMs, signal)
    await this.#options.chain.run(() => {
      if (this.#requested === signal) this.#requested = null
      return signal.aborted ? undefined : this.apply(signal)
    })
  }

  async #wantedTasks(
    config: ConnectorConfig,
    signal: AbortSignal,
  ): Promise<readonly ConnectorConfig[]> {
    const { connector, services } = this.#options
    const asked = services.worker.taskConfigs(connector, tasksMaxOf(config), signal)
    const wanted = await abortable(asked, signal)
    if (exceedsTasksMax(connector, config, wanted.length)) {
      services.log.warn(
        `Connector ${connector} made ${wanted.length} tasks, more than its tasks.max.`,
      )
    }
    return wanted
  }
}
