import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import { ConnectError, NotFoundError, asError } from '../../errors/connect-error.ts'
import { BadRequestError, RestError } from '../../errors/rest-error.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import { abortable } from '../../util/abort.ts'
import type { SerialQueue } from '../../util/serial-queue.ts'
import type { Trouble } from '../health-verdict.ts'
import { notStoppedMessage } from '../offsets-message.ts'
import type { RestartPlan } from '../restart-plan.ts'
import { ConnectorTasks } from './connector-tasks.ts'
import type { TaskSource } from './connector-tasks.ts'
import { connectorVersionOf, failureOf, resolveConfig } from '../lifecycle-services.ts'
import type { LifecycleServices } from '../lifecycle-services.ts'
import { TaskConfiguration } from '../task-configuration.ts'

/** Ends the waits of an operation whose wish was granted and then overruled: it counts as done. */
const stopRequested = new ConnectError('The connector was stopped.')

/**
 * Takes one connector through its life. What concerns it runs in one chain, in the order asked for, so that
 * a slow plugin delays its own connector alone. A new configuration, a restart, a stop or a deletion ends what
 * the chain waits for in a plugin (`start`, `taskConfigs`); the worker's own stops are limited in time.
 */
export class ConnectorLifecycle {
  readonly name: string
  readonly #services: LifecycleServices
  readonly #chain: SerialQueue
  readonly #tasks: ConnectorTasks
  readonly #taskConfiguration: TaskConfiguration<TaskSource>
  #config: RawConfig
  #targetState: TargetState
  /** Ends with the operations that a newer one overtakes. */
  #generation = new AbortController()
  /** Whether the worker knows the connector. */
  #placed = false
  /** Set from the connector's own failure until it is started again, or stopped. */
  #failed = false

  /** The chain outlives a deleted connector, for one that is created under the same name. */
  constructor(
    name: string,
    initial: { readonly config: RawConfig; readonly targetState: TargetState },
    chain: SerialQueue,
    services: LifecycleServices,
  ) {
    this.name = name
    this.#config = initial.config
    this.#targetState = initial.targetState
    this.#chain = chain
    this.#services = services
    this.#tasks = new ConnectorTasks(name, services)
    this.#taskConfiguration = new TaskConfiguration({
      ...{ connector: name, services, chain },
      wanted: () => this.#targetState === 'STARTED' && !this.#failed,
      source: (signal) => this.#source(signal),
      place: (wanted, source, signal) => this.#tasks.replace(wanted, source, signal),
      fail: (error) => this.#fail(error),
    })
  }

  get config(): RawConfig {
    return this.#config
  }

  get targetState(): TargetState {
    return this.#targetState
  }

  get taskConfigs(): readonly ConnectorConfig[] {
    return this.#tasks.configs
  }

  /** Why the connector has not the tasks it should have; null where it has. */
  get trouble(): Trouble | null {
    return this.#taskConfiguration.trouble
  }

  get taskIds(): readonly ConnectorTaskId[] {
    return this.#tasks.ids
  }

  /** Starts the connector, anew where it runs. Resolves once its tasks are there. */
  apply(config: RawConfig, targetState = this.#targetState): Promise<void> {
    this.#config = config
    this.#targetState = targetState
    this.#services.restarts.renewed(this.name, targetState === 'STARTED')
    this.#services.expiries.forget(this.name)
    return this.#superseding(async (signal) => {
      await this.#startConnector(signal)
      await this.#taskConfiguration.apply(signal)
    })
  }

  /** Pauses or resumes, in its turn. What goes wrong is logged and in the status. */
  transition(targetState: 'STARTED' | 'PAUSED'): void {
    this.#targetState = targetState
    this.#services.restarts.setWanted(this.name, targetState === 'STARTED')
    this.#inBackground(`transition connector ${this.name} to state ${targetState}`, (signal) =>
      this.#moveTo(targetState, signal),
    )
  }

  /** Resolves once the tasks are gone (KIP-875); the connector itself stops after that. */
  async stop(): Promise<void> {
    this.#targetState = 'STOPPED'
    this.#services.restarts.setWanted(this.name, false)
    this.#supersede(stopRequested)
    const tasksGone = this.#chain.run(() => this.#tasks.remove())
    this.#inBackground(`transition connector ${this.name} to state STOPPED`, (signal) =>
      this.#moveTo('STOPPED', signal),
    )
    await tasksGone
  }

  /** Stops what the plan names and starts it again. */
  restart(plan: RestartPlan): Promise<void> {
    this.#services.restarts.reset(this.name)
    if (plan.connector) return this.#superseding((signal) => this.#restart(plan, signal))
    return this.#unlessStopped(this.#generation.signal, (signal) => this.#restart(plan, signal))
  }

  /** Restarts what of the plan is still failed when its turn comes. Nobody has asked for it, so it overtakes no one. */
  restartFailed(plan: RestartPlan): Promise<void> {
    return this.#chain.run(async () => {
      const { statuses } = this.#services
      if (this.#targetState !== 'STARTED') return
      const connector = plan.connector && statuses.connectorState(this.name) === 'FAILED'
      const tasks = plan.tasks.filter(
        (task) => statuses.taskState({ connector: this.name, task }) === 'FAILED',
      )
      await this.#restart({ connector, tasks }, this.#generation.signal)
    })
  }

  /**
   * Starts the connector again, in whatever state it is meant to be, since values of its configuration hold no longer; and its
   * tasks where these have changed. Nobody has asked for it, so it overtakes no one.
   */
  reload(): Promise<void> {
    return this.#chain.run(async () => {
      const { signal } = this.#generation
      if (!signal.aborted) await this.#restart({ connector: true, tasks: [] }, signal)
    })
  }

  async restartTask(task: number): Promise<void> {
    this.#checkTask(task)
    this.#services.restarts.reset(this.name)
    await this.#unlessStopped(this.#generation.signal, async (signal) => {
      await this.#tasks.stop([task])
      this.#checkTask(task)
      await this.#startTasks([task], signal)
    })
  }

  /**
   * Does `job` in its turn, with the configuration's variables resolved, where the connector is meant to be STOPPED and has no
   * tasks; else throws a BadRequestError. A newer operation ends it by the signal it gets, as does `signal`.
   */
  whileStopped<T>(
    signal: AbortSignal,
    job: (config: ConnectorConfig, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const until = AbortSignal.any([signal, this.#generation.signal])
    return this.#chain.run(async () => {
      until.throwIfAborted()
      if (this.#targetState !== 'STOPPED' || this.taskIds.length > 0) {
        throw new BadRequestError(notStoppedMessage(this.name))
      }
      const { config } = await this.#source(until)
      try {
        return await job(config, until)
      } catch (error) {
        throw until.reason === stopRequested ? this.#overtaken() : error
      }
    })
  }

  /** The connector says that its tasks are to be different. */
  requestTaskReconfiguration(): void {
    this.#taskConfiguration.request(this.#generation.signal)
  }

  /** The connector has failed: its tasks go on, but are not asked for again. */
  connectorFailed(): void {
    this.#failed = true
  }

  /** Resolves once connector and tasks are gone. */
  remove(): Promise<void> {
    this.#services.restarts.forget(this.name)
    this.#services.expiries.forget(this.name)
    this.#supersede(new RestError(409, `Connector ${this.name} was deleted meanwhile.`))
    return this.#chain.run(async () => {
      await this.#tasks.remove()
      await this.#stopConnector()
    })
  }

  /** Ends every wait for a plugin; the worker itself is stopped by whoever owns it. */
  abandon(reason: Error): void {
    this.#generation.abort(reason)
  }

  #supersede(reason: Error): AbortSignal {
    this.#taskConfiguration.supersede()
    this.#generation.abort(reason)
    this.#generation = new AbortController()
    return this.#generation.signal
  }

  #superseding(job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const signal = this.#supersede(this.#overtaken())
    return this.#unlessStopped(signal, job)
  }

  #overtaken(): RestError {
    return new RestError(
      409,
      `A later request for connector ${this.name} has overtaken this one before it was done.`,
    )
  }

  #unlessStopped(signal: AbortSignal, job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    return this.#chain.run(async () => {
      try {
        signal.throwIfAborted()
        await job(signal)
      } catch (error) {
        if (signal.reason !== stopRequested) throw error
      }
    })
  }

  #inBackground(what: string, job: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#generation
    this.#chain
      .run(() => (signal.aborted ? undefined : job(signal)))
      .catch((error: unknown) => {
        if (!signal.aborted) this.#services.log.error(`Failed to ${what}.`, error)
      })
  }

  async #startConnector(signal: AbortSignal): Promise<void> {
    await this.#stopConnector()
    const { config, targetState } = await this.#source(signal)
    this.#services.restarts.configured(this.name, config)
    this.#placed = true
    this.#failed = false
    const started = this.#services.worker.startConnector(this.name, config, targetState)
    try {
      await abortable(started, signal)
    } catch (cause) {
      if (signal.aborted) throw cause
      this.#fail(cause)
      const { message } = asError(cause)
      throw new ConnectError(
        `Failed to transition connector ${this.name} to state ${targetState}: ${message}`,
        { cause },
      )
    }
  }

  async #stopConnector(): Promise<void> {
    if (!this.#placed) return
    await this.#services.worker.stopConnector(this.name)
    this.#placed = false
  }

  async #moveTo(target: TargetState, signal: AbortSignal): Promise<void> {
    if (this.#placed) {
      this.#tasks.setState(target)
      await this.#setState(target, signal)
    } else {
      await this.#startConnector(signal)
    }
    await this.#taskConfiguration.apply(signal)
  }

  async #setState(target: TargetState, signal: AbortSignal): Promise<void> {
    const { worker, statuses } = this.#services
    try {
      await abortable(worker.setConnectorState(this.name, target), signal)
    } catch (error) {
      // Its thread may have ended meanwhile: the worker brings it back in the state asked for, but says so to no one.
      const comesBack = target === 'STARTED' && !this.#failed && !signal.aborted
      if (comesBack) this.#taskConfiguration.applyLater(signal, error)
      throw error
    }
    // A failed connector can be stopped, and is as good as new then.
    this.#failed = statuses.connectorState(this.name) === 'FAILED'
  }

  async #restart(plan: RestartPlan, signal: AbortSignal): Promise<void> {
    const { statuses } = this.#services
    const tasks = plan.tasks.filter((task) => this.#tasks.has(task))
    await Promise.all([this.#tasks.stop(tasks), plan.connector ? this.#stopConnector() : undefined])
    signal.throwIfAborted()
    if (plan.connector) {
      statuses.setConnector(this.name, 'RESTARTING', this.#version())
    }
    for (const task of tasks) statuses.setTask({ connector: this.name, task }, 'RESTARTING', {})
    try {
      await this.#startTasks(tasks, signal)
    } catch (error) {
      if (plan.connector && !signal.aborted) this.#fail(error)
      throw error
    }
    if (!plan.connector) return
    await this.#startConnector(signal)
    await this.#taskConfiguration.apply(signal)
  }

  /** Starts what was stopped. Where it cannot, the tasks' status says why; overtaken, it leaves them to the newer one. */
  async #startTasks(tasks: readonly number[], signal: AbortSignal): Promise<void> {
    try {
      await this.#tasks.start(tasks, await this.#source(signal), signal)
    } catch (error) {
      if (!signal.aborted) this.#tasks.missed(error)
      throw error
    }
  }

  async #source(signal: AbortSignal): Promise<TaskSource> {
    const raw = this.#config
    const owner = { connector: this.name, config: raw }
    const config = await resolveConfig(this.#services, owner, raw, signal)
    return { raw, config, targetState: this.#targetState }
  }

  #checkTask(task: number): void {
    if (this.#tasks.has(task)) return
    throw new NotFoundError(`Task ${this.name}-${task} not found`)
  }

  #fail(error: unknown): void {
    this.#failed = true
    const { statuses } = this.#services
    if (statuses.connectorState(this.name) === 'FAILED') return
    statuses.setConnector(this.name, 'FAILED', this.#version(), failureOf(error))
  }

  #version(): string | null {
    return connectorVersionOf(this.#services.worker, this.#config)
  }
}
