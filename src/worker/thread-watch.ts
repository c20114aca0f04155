import type { ConnectorConfig } from '../config/types.ts'
import { workerConfig } from '../config/worker-config.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import { MemoryWatch } from './memory-watch.ts'
import type { Overgrown } from './memory-watch.ts'
import type { Blame } from './plugin-thread.ts'
import type { AnyThread, ThreadPool } from './thread-pool.ts'
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

/** Ends the plugin threads that do not turn any more, and those whose Buffers grow without end. */
export class ThreadWatch {
  readonly #pool: ThreadPool
  readonly #watchdogMs: number
  readonly #watchdog: Watchdog<AnyThread>
  readonly #memory: MemoryWatch<AnyThread>
  readonly #timer: NodeJS.Timeout

  constructor(pool: ThreadPool, watchdogMs: number) {
    this.#pool = pool
    this.#watchdogMs = watchdogMs
    this.#watchdog = new Watchdog(watchdogMs)
    this.#memory = new MemoryWatch(pool.memoryBytes, (thread) => pool.ownBytes(thread))
    this.#timer = setInterval(() => this.#look(), Watchdog.lookMs).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const alive = this.#pool.threads().filter(({ reason }) => reason === null)
    for (const { thread, heldMs } of this.#watchdog.look(alive, performance.now())) {
      const reason = `its event loop had stood still for ${Math.round(heldMs)} ms, and task.watchdog.ms is ${this.#watchdogMs}.`
      end(thread, reason, 'named')
    }
    const grown = this.#memory.look(alive, process.memoryUsage())
    // Between two calls any task of the thread may have grown: they are parted, and the next time it is known.
    if (grown) end(grown.thread, grownText(grown), grown.withinTurn ? 'named' : 'unknown')
  }
}

function end(thread: AnyThread, because: string, blame: Blame): void {
  const reason = new ConnectError(`The thread ${thread.name} was ended because ${because}`)
  log.error(reason.message)
  void thread.terminate(reason, blame)
}

function grownText({ heldBytes, shareBytes }: Overgrown<unknown>): string {
  return `it held ${mb(heldBytes)} MB outside of its JavaScript heap (Buffers), where its share is ${mb(shareBytes)} MB. Find what keeps so much, or raise SLUICE_MEMORY, or task.heap.mb of the connector.`
}

function mb(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
