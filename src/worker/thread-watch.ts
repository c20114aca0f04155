import type { ConnectorConfig } from '../config/types.ts'
import { workerConfig } from '../config/worker-config.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import type { ConnectorThread, TaskThread, ThreadPool } from './thread-pool.ts'
import { Watchdog } from './watchdog.ts'

export interface WatchSettings {
  /** How long a task may take to stop. */
  readonly graceMs: number
  /** How long an event loop may stand still; 0 for ever. */
  readonly watchdogMs: number
}

/** Of the worker's configuration. */
export function watchSettings(config: ConnectorConfig): WatchSettings {
  const parsed = workerConfig.parse(config)
  return {
    graceMs: Number(parsed['task.shutdown.graceful.timeout.ms']),
    watchdogMs: Number(parsed['task.watchdog.ms']),
  }
}

const log = createLogger('org.apache.kafka.connect.runtime.Worker')

/** Ends the plugin threads that do not turn any more. */
export class ThreadWatch {
  readonly #pool: ThreadPool
  readonly #watchdogMs: number
  readonly #watchdog: Watchdog<ConnectorThread | TaskThread>
  readonly #timer: NodeJS.Timeout

  constructor(pool: ThreadPool, watchdogMs: number) {
    this.#pool = pool
    this.#watchdogMs = watchdogMs
    this.#watchdog = new Watchdog(watchdogMs)
    this.#timer = setInterval(() => this.#look(), Watchdog.lookMs).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const alive = this.#pool.threads().filter(({ reason }) => reason === null)
    for (const { thread, heldMs } of this.#watchdog.look(alive, performance.now())) {
      const reason = new ConnectError(
        `The thread ${thread.name} was ended because its event loop had stood still for ${Math.round(heldMs)} ms, and task.watchdog.ms is ${this.#watchdogMs}.`,
      )
      log.error(reason.message)
      void thread.terminate(reason)
    }
  }
}
