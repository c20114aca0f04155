import type { SourceTask } from '../api/source-task.ts'
import { abortable } from '../util/abort.ts'
import type { TaskServices } from './task.ts'

/** Tells a source task that its offsets were committed; what it throws is logged only, as they are durable already. */
export class CommitCallback {
  readonly #task: SourceTask
  readonly #services: TaskServices
  #telling = false

  constructor(task: SourceTask, services: TaskServices) {
    this.#task = task
    this.#services = services
  }

  /** Waits no longer than until `signal` aborts: a task that does not come back holds up no commit that follows. */
  async tell(signal: AbortSignal): Promise<void> {
    if (this.#task.commit === undefined || this.#telling) return
    const { logger } = this.#services
    this.#telling = true
    const told = this.#call(signal).finally(() => {
      this.#telling = false
    })
    await abortable(told, signal).catch(() => {
      logger.warn('task.commit() has not returned in time; until it has, it is not called again.')
    })
  }

  async #call(signal: AbortSignal): Promise<void> {
    try {
      await this.#services.call('commit', () => this.#task.commit?.(signal))
    } catch (error) {
      this.#services.logger.error('Exception thrown while calling task.commit()', error)
    }
  }
}
