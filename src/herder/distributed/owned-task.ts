import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import { taskIdText } from '../../messages/ids.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import { abortable } from '../../util/abort.ts'
import { SerialQueue } from '../../util/serial-queue.ts'
import { failureOf, resolveConfig } from '../lifecycle-services.ts'
import { exceedsTasksMax, sameConfig } from '../task-configs.ts'
import { givenUp } from './overtaken-error.ts'
import type { OwnedServices } from './owned-services.ts'

/** What a task of this worker is to be. Configurations as stored. */
export interface TaskWish {
  /** The connector's newest. It is read when the task starts; that it changes restarts nothing. */
  readonly connectorConfig: RawConfig
  /** The connector's, that the task was made from. */
  readonly madeFrom: RawConfig
  readonly config: ConnectorConfig
  /** How many tasks the connector has, as stored. */
  readonly taskCount: number
  /** Of the set of tasks that it is one of, where that matters to it; else 0. */
  readonly generation: number
  readonly targetState: TargetState
}

/** A task that the group has given to this worker: one chain, each step of which makes it what it is to be by then. */
export class OwnedTask {
  readonly id: ConnectorTaskId
  readonly #services: OwnedServices
  readonly #chain = new SerialQueue()
  #wish: TaskWish | null = null
  /** What the worker runs; null where it knows nothing of the task. */
  #placed: TaskWish | null = null
  /** The start that the task owes its life to; one that was overtaken says nothing any more. */
  #start: object | null = null
  #generation = new AbortController()

  constructor(id: ConnectorTaskId, services: OwnedServices) {
    this.id = id
    this.#services = services
  }

  /** Whether it runs, or is meant to. */
  get isHere(): boolean {
    return this.#wish !== null || this.#placed !== null || this.#chain.size > 0
  }

  get #isWanted(): boolean {
    return this.#wish !== null
  }

  /** Of which set of tasks it was started as one, where that matters to it; null where it does not run. */
  get startedFrom(): number | null {
    return this.#placed?.generation ?? null
  }

  /** Whether it is meant to run, with these configurations. */
  runsWith(wish: TaskWish): boolean {
    return this.#wish !== null && isSameTask(this.#wish, wish)
  }

  /** Resolves once it is so, but for what its plugin takes to start. What goes wrong is in its status. */
  async want(wish: TaskWish | null): Promise<void> {
    const before = this.#wish
    this.#wish = wish
    if (before === wish || (before !== null && wish !== null && isSame(before, wish))) {
      if (wish === null) await this.#chain.idle()
      return
    }
    if (before === null || wish === null || !isSameTask(before, wish)) this.#supersede()
    const { signal } = this.#generation
    await this.#chain
      .run(() => (signal.aborted ? undefined : this.#become(signal)))
      .catch((error: unknown) => {
        if (!signal.aborted) this.#failed(error)
      })
  }

  /**
   * Stops it and starts it again; rejects where it could not be placed in the worker, and with an OvertakenError where it was given up
   * before. Where something else is to start it since, that is as good.
   */
  async restart(before: () => void = () => undefined): Promise<void> {
    if (this.#wish === null) return
    this.#supersede()
    await this.restartQuietly(() => true, before)
    if (!this.#isWanted) throw givenUp()
  }

  /** Restarts it where that is still wanted when its turn comes: nobody has asked for it, so it overtakes no one. */
  restartQuietly(
    isStillWanted: () => boolean,
    before: () => void = () => undefined,
  ): Promise<void> {
    return this.#chain.run(async () => {
      const { signal } = this.#generation
      const isOver = (): boolean => signal.aborted
      if (this.#wish === null || isOver() || !isStillWanted()) return
      await this.#stop()
      if (isOver()) return
      before()
      try {
        await this.#startIn(this.#wish, signal)
      } catch (error) {
        if (isOver()) return
        this.#failed(error)
        throw new ConnectError(`Failed to start task: ${taskIdText(this.id)}`, { cause: error })
      }
    })
  }

  /** Ends every wait; the worker itself is stopped by whoever owns it. */
  abandon(reason: Error): void {
    this.#generation.abort(reason)
  }

  #supersede(): void {
    this.#generation.abort(new ConnectError(`Task ${taskIdText(this.id)} has been changed.`))
    this.#generation = new AbortController()
  }

  async #become(signal: AbortSignal): Promise<void> {
    const wish = this.#wish
    const placed = this.#placed
    if (wish === null) {
      await this.#stop()
      this.#giveUp()
    } else if (placed === null || !isSameTask(placed, wish)) {
      await this.#stop()
      signal.throwIfAborted()
      await this.#startIn(wish, signal)
    } else if (placed.targetState !== wish.targetState) {
      this.#placed = wish
      // Its thread may hang, and a stop, which has a limit, comes behind.
      await abortable(this.#services.worker.setTaskState(this.id, wish.targetState), signal)
    }
  }

  /** The task starts on its own time: whether it did is in its status. */
  async #startIn(wish: TaskWish, signal: AbortSignal): Promise<void> {
    const { worker, restarts, untilSettled } = this.#services
    const owner = { connector: this.id.connector, config: wish.connectorConfig }
    const connectorConfig = await resolveConfig(this.#services, owner, owner.config, signal)
    this.#checkTasksMax(connectorConfig, wish.taskCount)
    const config = await resolveConfig(this.#services, owner, wish.config, signal)
    await untilSettled(signal)
    signal.throwIfAborted()
    restarts.configured(this.id.connector, connectorConfig)
    this.#placed = wish
    const start = {}
    this.#start = start
    worker.startTask(this.id, connectorConfig, config, wish.targetState).catch((error: unknown) => {
      if (this.#start === start) this.#failed(error)
    })
  }

  /** The connector may allow fewer by now than when it made them (KIP-1004). */
  #checkTasksMax(connectorConfig: ConnectorConfig, taskCount: number): void {
    const { connector } = this.id
    if (!exceedsTasksMax(connector, connectorConfig, taskCount)) return
    this.#services.log.warn(`Connector ${connector} has ${taskCount} tasks, more than tasks.max.`)
  }

  async #stop(): Promise<void> {
    this.#start = null
    if (this.#placed === null) return
    await this.#services.worker.stopTasks([this.id])
    this.#placed = null
  }

  /** What was said of it last stands, unless it speaks of what comes next: it is another worker's to say more. */
  #giveUp(): void {
    const { statuses } = this.#services
    if (statuses.own.taskState(this.id) === 'RESTARTING') statuses.setTask(this.id, 'UNASSIGNED')
    else statuses.own.removeTask(this.id)
  }

  #failed(error: unknown): void {
    const { statuses, log } = this.#services
    log.error(`Failed to start task ${taskIdText(this.id)}.`, error)
    // What the worker has, it has told itself; else what is known is how it failed before.
    if (this.#placed !== null && statuses.own.taskState(this.id) === 'FAILED') return
    statuses.setTask(this.id, 'FAILED', failureOf(error))
  }
}

function isSame(a: TaskWish, b: TaskWish): boolean {
  return a.targetState === b.targetState && isSameTask(a, b)
}

function isSameTask(a: TaskWish, b: TaskWish): boolean {
  return (
    a.generation === b.generation &&
    sameConfig(a.config, b.config) &&
    sameConfig(a.madeFrom, b.madeFrom)
  )
}
