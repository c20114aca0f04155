import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import { taskIdText } from '../../messages/ids.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import { keepVariables, sameConfig, sameConfigs } from '../task-configs.ts'
import { failureOf, resolveConfig } from '../lifecycle-services.ts'
import type { LifecycleServices } from '../lifecycle-services.ts'

/** What a connector's tasks are made from. */
export interface TaskSource {
  /** The connector's configuration as stored. */
  readonly raw: RawConfig
  /** The same, variables resolved. */
  readonly config: ConnectorConfig
  readonly targetState: TargetState
}

/** The tasks of one connector. Calls come one after another, from the connector's chain. */
export class ConnectorTasks {
  readonly #connector: string
  readonly #services: LifecycleServices
  /** As stored and shown: variables unresolved. */
  #configs: readonly ConnectorConfig[] = []
  /** The connector's configuration that the tasks were made from. */
  #madeFrom: ConnectorConfig | null = null
  /**
   * The start that each task owes its life to; one that was overtaken says nothing any more. A task without one was
   * stopped, or its start was overtaken on the way.
   */
  readonly #starts = new Map<number, object>()

  constructor(connector: string, services: LifecycleServices) {
    this.#connector = connector
    this.#services = services
  }

  get configs(): readonly ConnectorConfig[] {
    return this.#configs
  }

  get ids(): readonly ConnectorTaskId[] {
    return this.#configs.map((_, task) => ({ connector: this.#connector, task }))
  }

  has(task: number): boolean {
    return this.#configs[task] !== undefined
  }

  /**
   * Stops the tasks and starts those `wanted`. Where neither they nor their source has changed, only those are started
   * that nobody has: an operation that was overtaken between stop and start leaves such.
   */
  async replace(
    wanted: readonly ConnectorConfig[],
    source: TaskSource,
    signal: AbortSignal,
  ): Promise<void> {
    const configs = wanted.map((task) => keepVariables(source.raw, task))
    const { config } = source
    const unchanged =
      this.#madeFrom !== null &&
      sameConfig(this.#madeFrom, config) &&
      sameConfigs(this.#configs, configs)
    if (unchanged) {
      await this.start(this.#missing(), source, signal)
      return
    }
    await this.remove()
    signal.throwIfAborted()
    this.#configs = configs
    this.#madeFrom = config
    await this.start(configs.keys(), source, signal)
  }

  /** Tasks start on their own time: whether they did is in their status. */
  async start(tasks: Iterable<number>, source: TaskSource, signal: AbortSignal): Promise<void> {
    const { worker } = this.#services
    const owner = { connector: this.#connector, config: source.raw }
    for (const task of tasks) {
      const raw = this.#configs[task]
      if (raw === undefined) continue
      const id = { connector: this.#connector, task }
      const config = await resolveConfig(this.#services, owner, raw, signal)
      signal.throwIfAborted()
      const start = {}
      this.#starts.set(task, start)
      worker
        .startTask(id, source.config, config, source.targetState)
        .catch((error: unknown) => this.#failed(id, start, error))
    }
  }

  setState(targetState: TargetState): void {
    const { worker, log } = this.#services
    for (const id of this.ids) {
      worker.setTaskState(id, targetState).catch((error: unknown) => {
        log.error(`Failed to transition task ${taskIdText(id)} to state ${targetState}.`, error)
      })
    }
  }

  /** Stops some of them, to be started again. */
  async stop(tasks: readonly number[]): Promise<void> {
    if (tasks.length === 0) return
    for (const task of tasks) this.#starts.delete(task)
    await this.#services.worker.stopTasks(
      tasks.map((task) => ({ connector: this.#connector, task })),
    )
  }

  /** What kept the tasks from being started that should run: it is their status now. */
  missed(error: unknown): void {
    const { statuses } = this.#services
    for (const task of this.#missing()) {
      statuses.setTask({ connector: this.#connector, task }, 'FAILED', failureOf(error))
    }
  }

  /** Stops all of them, for good. */
  async remove(): Promise<void> {
    const { ids } = this
    await this.stop(ids.map((id) => id.task))
    for (const id of ids) this.#services.statuses.removeTask(id)
    this.#configs = []
    this.#madeFrom = null
  }

  #missing(): number[] {
    return [...this.#configs.keys()].filter((task) => !this.#starts.has(task))
  }

  #failed(id: ConnectorTaskId, start: object, error: unknown): void {
    if (this.#starts.get(id.task) !== start) return
    const { statuses, log } = this.#services
    log.error(`Failed to start task ${taskIdText(id)}.`, error)
    if (statuses.taskState(id) === 'FAILED') return
    statuses.setTask(id, 'FAILED', failureOf(error))
  }
}
