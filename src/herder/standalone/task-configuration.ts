import type { ConnectorConfig } from '../../config/types.ts'
import { asError } from '../../errors/connect-error.ts'
import { abortable, delay } from '../../util/abort.ts'
import { maskSecrets } from '../../util/secrets.ts'
import type { SerialQueue } from '../../util/serial-queue.ts'
import type { Trouble } from '../health-verdict.ts'
import { TooManyTasksError, exceedsTasksMax, tasksMaxOf } from '../task-configs.ts'
import type { ConnectorTasks, TaskSource } from './connector-tasks.ts'
import type { LifecycleServices } from './lifecycle-services.ts'

/** Failed task configurations are asked for again after this long, doubled each time. */
const firstRetryMs = 250
const lastRetryMs = 60_000

export interface TaskConfigurationOptions {
  readonly connector: string
  readonly services: LifecycleServices
  /** The connector's own: what is tried again takes its turn in it. */
  readonly chain: SerialQueue
  readonly tasks: ConnectorTasks
  /** Whether the connector is to be asked at all: it has not failed, and is meant to run. */
  readonly wanted: () => boolean
  readonly source: (signal: AbortSignal) => Promise<TaskSource>
  /** The connector asks for what it may not have: it has failed. */
  readonly fail: (error: unknown) => void
}

/** Asks a connector for its tasks and puts them in place; where it cannot, again later. */
export class TaskConfiguration {
  readonly #options: TaskConfigurationOptions
  #trouble: Trouble | null = null

  constructor(options: TaskConfigurationOptions) {
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

  /** Rejects where it has to be done again later, which is seen to. */
  async apply(signal: AbortSignal, attempt = 0): Promise<void> {
    const { tasks, source, wanted, fail } = this.#options
    if (!wanted()) {
      this.#trouble = null
      return
    }
    try {
      const from = await source(signal)
      await tasks.replace(await this.#wantedTasks(from.config, signal), from, signal)
      this.#trouble = null
    } catch (error) {
      if (signal.aborted) throw error
      if (error instanceof TooManyTasksError) fail(error)
      else this.applyLater(signal, error, attempt)
      throw error
    }
  }

  /** `error` has kept the connector from being asked; it is after a while, longer with each attempt. */
  applyLater(signal: AbortSignal, error: unknown, attempt = 0): void {
    const { connector, services, chain } = this.#options
    const pauseMs = Math.min(firstRetryMs * 2 ** attempt, lastRetryMs)
    this.#trouble = { message: maskSecrets(asError(error).message), nextAt: Date.now() + pauseMs }
    services.log.error(
      `Failed to configure the tasks of connector ${connector}; trying again in ${pauseMs} ms.`,
      error,
    )
    delay(pauseMs, signal)
      .then(() => chain.run(() => this.apply(signal, attempt + 1)))
      .catch(() => undefined) // The attempt has logged it, or a newer operation has overtaken it.
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
