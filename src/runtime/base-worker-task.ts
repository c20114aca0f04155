import type { ConnectorConfig, TargetState } from '../config/types.ts'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { TaskControl } from './task-control.ts'
import type { TaskServices, WorkerTask } from './task.ts'

/** What the life of a task needs, of either kind. */
export interface BaseTaskParts {
  readonly services: TaskServices
  readonly targetState: TargetState
  readonly taskConfig: ConnectorConfig
  /** `timeoutMs` is also how long a task may take to end that nobody has asked to. */
  readonly commit: { readonly timeoutMs: number }
}

/** The plugin's task, as far as both kinds are alike. */
interface PluginTask {
  start(config: ConnectorConfig, signal: AbortSignal): MaybePromise<void>
  stop(signal: AbortSignal): MaybePromise<void>
}

/**
 * The life that source and sink tasks have in common: started, or once resumed where the target state is PAUSED; told of states;
 * stopped within a grace, or cancelled.
 */
export abstract class BaseWorkerTask<Running> implements WorkerTask {
  protected readonly control: TaskControl
  readonly #parts: BaseTaskParts
  #done: Promise<void> = Promise.resolve()

  constructor(parts: BaseTaskParts) {
    this.#parts = parts
    this.control = new TaskControl(parts.targetState)
  }

  get done(): Promise<void> {
    return this.#done
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.control.paused) {
      this.#parts.services.notify.status('PAUSED')
      this.#done = this.#startOnceResumed()
      return
    }
    const running = await this.open(signal)
    this.#parts.services.notify.status('RUNNING')
    this.#done = this.run(running)
  }

  setTargetState(state: TargetState): void {
    this.control.setTargetState(state)
    this.wakeUp()
  }

  async stop(graceMs: number): Promise<void> {
    this.control.stop(graceMs)
    this.wakeUp()
    await this.#done.catch(() => undefined)
  }

  cancel(reason: Error): void {
    this.control.cancel(reason)
    this.wakeUp()
  }

  /** Opens what the task runs with, and starts the plugin. */
  protected abstract open(signal: AbortSignal): Promise<Running>
  /** Runs until the task stops, and closes what was opened. */
  protected abstract run(running: Running): Promise<void>
  /** The control has news, which the loop is to look at now. */
  protected abstract wakeUp(): void

  /** From here on what fails is waited for no longer than the task runs, and kept where it is to be. */
  protected async openDeadLetters({
    errors,
    keeping,
  }: TaskPlugins): Promise<DeadLetterQueue | null> {
    errors.retries.abortBy(this.control.stopped, this.control.cancelled)
    const { deadLetters: settings } = errors.settings
    if (settings === null) return null
    const queue = await keeping.openQueue(settings, this.control.cancelled)
    errors.keepIn(queue)
    return queue
  }

  protected async startPlugin(task: PluginTask, signal: AbortSignal): Promise<void> {
    const { services, taskConfig } = this.#parts
    try {
      await services.call('start', () => task.start(taskConfig, signal))
    } catch (error) {
      await this.stopPlugin(task)
      throw error
    }
  }

  /** Never rejects: what goes wrong is logged. */
  protected async stopPlugin(task: PluginTask): Promise<void> {
    const { services } = this.#parts
    try {
      await services.call('stop', () => task.stop(this.graceSignal()))
    } catch (error) {
      services.logger.warn('Could not stop task', error)
    }
  }

  /** Aborts when the task is cancelled, or this `share` of the time for stopping is over. */
  protected graceSignal(share = 1): AbortSignal {
    const { stopping, graceMs, cancelled } = this.control
    const ms = (stopping ? graceMs : this.#parts.commit.timeoutMs) * share
    if (!Number.isFinite(ms)) return cancelled
    return AbortSignal.any([cancelled, AbortSignal.timeout(Math.max(0, Math.ceil(ms)))])
  }

  async #startOnceResumed(): Promise<void> {
    await this.control.whilePaused()
    if (this.control.stopping) return
    const running = await this.open(this.control.interrupted)
    this.#parts.services.notify.status('RUNNING')
    await this.run(running)
  }
}
