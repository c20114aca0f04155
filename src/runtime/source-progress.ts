import type { SourceTask } from '../api/source-task.ts'
import { asError } from '../errors/connect-error.ts'
import { lagUnits } from '../messages/counters.ts'
import type { TaskServices } from './task.ts'

/** Often enough for a dashboard, and no burden. */
const intervalMs = 5000

/**
 * Asks a source every few seconds how far it has come, beside its polls, and writes that into the counters. A task that
 * throws at it is not asked again.
 */
export class SourceProgressWatch {
  readonly #task: SourceTask
  readonly #services: TaskServices
  #timer: NodeJS.Timeout | undefined

  constructor(task: SourceTask, services: TaskServices) {
    this.#task = task
    this.#services = services
  }

  start(everyMs = intervalMs): void {
    if (this.#task.progress === undefined) return
    this.#timer = setInterval(() => this.#read(), everyMs).unref()
    this.#read()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #read(): void {
    const { counters, logger, call } = this.#services
    try {
      const progress = call('progress', () => this.#task.progress?.())
      const { lag, unit } = (progress ?? {}) as { readonly lag?: unknown; readonly unit?: unknown }
      const known = typeof lag === 'number' && lag >= 0
      counters.set('lag', known ? lag : 0)
      counters.set('lagUnit', Math.max(0, (lagUnits as readonly unknown[]).indexOf(unit ?? '')))
      counters.set('lagAt', known ? Date.now() : 0)
    } catch (error) {
      this.stop()
      logger.warn(
        `progress() of the task threw, and is not called any more: ${asError(error).message}`,
        error,
      )
    }
  }
}
