import { createLogger } from '../util/logger.ts'
import type { Clock } from './restart-supervisor.ts'

export interface ExpiryOptions {
  /** Starts a connector again; resolves once that is done, or the connector is there no more. */
  readonly restart: (connector: string) => Promise<void>
  readonly clock: Clock
}

const log = createLogger('org.apache.kafka.connect.runtime.WorkerConfigTransformer')

/** Values that hold for no time at all have their connector restarted no more often than this. */
const leastMs = 100
/** Timers wait no longer at once. */
const longestWaitMs = 2 ** 31 - 1

/**
 * Starts connectors again when values run out that config providers gave for a time (KIP-297). What a provider says of a path
 * replaces what it said of it before, and a restart asks for every value anew.
 */
export class ExpiryRestarts {
  readonly #options: ExpiryOptions
  /** By connector and source of the values. */
  readonly #scheduled = new Map<string, Map<string, AbortController>>()
  readonly #background = new Set<Promise<void>>()
  readonly #stopped = new AbortController()

  constructor(options: ExpiryOptions) {
    this.#options = options
  }

  /** `source` names the provider and the path whose values hold for `ttlMs`. */
  schedule(connector: string, source: string, ttlMs: number): void {
    if (this.#stopped.signal.aborted) return
    const ofConnector = this.#scheduled.get(connector) ?? new Map<string, AbortController>()
    this.#scheduled.set(connector, ofConnector)
    ofConnector.get(source)?.abort()
    const superseded = new AbortController()
    ofConnector.set(source, superseded)
    log.info(`Scheduling a restart of connector ${connector} in ${ttlMs} ms`)
    const job = this.#restartAfter(Math.max(ttlMs, leastMs), connector, superseded.signal)
    this.#background.add(job)
    void job.finally(() => {
      this.#background.delete(job)
      if (ofConnector.get(source) === superseded) ofConnector.delete(source)
      if (ofConnector.size === 0 && this.#scheduled.get(connector) === ofConnector) {
        this.#scheduled.delete(connector)
      }
    })
  }

  /** The connector is gone, or has a new configuration. */
  forget(connector: string): void {
    for (const superseded of this.#scheduled.get(connector)?.values() ?? []) superseded.abort()
    this.#scheduled.delete(connector)
  }

  /** Restarts nothing any more; resolves once none is under way. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#background)
  }

  /** Never rejects. */
  async #restartAfter(ms: number, connector: string, superseded: AbortSignal): Promise<void> {
    const { clock, restart } = this.#options
    const signal = AbortSignal.any([superseded, this.#stopped.signal])
    const at = clock.now() + ms
    try {
      for (let left = ms; left > 0; left = at - clock.now()) {
        await clock.wait(Math.min(left, longestWaitMs), signal)
      }
    } catch {
      return // Superseded or stopped.
    }
    try {
      await restart(connector)
    } catch (error) {
      log.error('Unexpected error during connector restart: ', error)
    }
  }
}
