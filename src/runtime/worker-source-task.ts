import type { SourceTask } from '../api/source-task.ts'
import type { SourceRecord } from '../data/records.ts'
import { asError, isRetriable } from '../errors/connect-error.ts'
import { abortable, delay, isAbortOf } from '../util/abort.ts'
import { faultPoint } from '../util/fault-point.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { DeliveryParts } from './at-least-once-delivery.ts'
import { BaseWorkerTask } from './base-worker-task.ts'
import type { BaseTaskParts } from './base-worker-task.ts'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import type { SourceDelivery } from './source-delivery.ts'
import { SourceProgressWatch } from './source-progress.ts'
import { countIn } from './task-plugins.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'

/** After this long without one, the loop gives timers and sockets their turn. */
const turnMs = 8
/** Pause after a poll that failed and may be tried again. */
const retryMs = 100

export interface SourceTaskParts extends BaseTaskParts {
  /** Whether the connector has `topic.creation.*` keys and the worker allows them. */
  readonly createsTopics: boolean
  openTask(): Promise<SourceTask>
  openPlugins(): Promise<TaskPlugins>
  /** At least once, or in transactions. */
  openDelivery(parts: DeliveryParts): Promise<SourceDelivery>
}

/** What is open while the task runs. */
interface Running {
  readonly task: SourceTask
  readonly plugins: TaskPlugins
  readonly deadLetters: DeadLetterQueue | null
  readonly delivery: SourceDelivery
  readonly progress: SourceProgressWatch
}

/** Runs one source task: polls, and has delivered what it got. */
export class WorkerSourceTask extends BaseWorkerTask<Running> {
  readonly #parts: SourceTaskParts
  #lastTurn = 0

  constructor(parts: SourceTaskParts) {
    super(parts)
    this.#parts = parts
  }

  /** The loop waits on signals of the control alone. */
  protected override wakeUp(): void {
    return undefined
  }

  /** Opens in order; what was opened is closed in reverse where a later step fails. */
  protected override async open(signal: AbortSignal): Promise<Running> {
    const { services } = this.#parts
    // A cancelled task is not waited for: another run of it may be under way, and nothing of this one is to begin.
    const { cancelled } = this.control
    const opened: (() => unknown)[] = []
    try {
      const plugins = await this.#parts.openPlugins()
      opened.push(() => plugins.close())
      cancelled.throwIfAborted()
      const deadLetters = await this.openDeadLetters(plugins)
      opened.push(() => deadLetters?.close(AbortSignal.abort()))
      cancelled.throwIfAborted()
      const task = await this.#parts.openTask()
      cancelled.throwIfAborted()
      countIn(services.counters, plugins)
      const delivery = await this.#parts.openDelivery({
        ...{ task, plugins, services, control: this.control },
        keepsLetters: deadLetters !== null,
        createsTopics: this.#parts.createsTopics,
      })
      opened.push(() => delivery.close(AbortSignal.abort()))
      cancelled.throwIfAborted()
      await delivery.prepare(AbortSignal.any([signal, cancelled]))
      cancelled.throwIfAborted()
      await this.#startTask(task, delivery, signal)
      const progress = new SourceProgressWatch(task, services)
      return { task, plugins, deadLetters, delivery, progress }
    } catch (error) {
      for (const close of opened.reverse()) await close()
      throw error
    }
  }

  async #startTask(
    task: SourceTask,
    { transactionContext }: SourceDelivery,
    signal: AbortSignal,
  ): Promise<void> {
    const { services, taskConfig } = this.#parts
    const { cancelled } = this.control
    await services.call('initialize', () =>
      task.initialize({
        configs: () => taskConfig,
        offsetStorageReader: {
          offset: async (partition, wait) =>
            (await services.readOffsets([partition], wait ?? cancelled))[0] ?? null,
          offsets: (partitions, wait) => services.readOffsets(partitions, wait ?? cancelled),
        },
        transactionContext,
      }),
    )
    await this.startPlugin(task, signal)
  }

  protected override async run(running: Running): Promise<void> {
    let hasFailed = true
    running.delivery.begin()
    running.progress.start()
    try {
      await this.#pollUntilStopped(running)
      hasFailed = false
    } finally {
      running.progress.stop()
      await this.#close(running, hasFailed)
    }
  }

  async #pollUntilStopped({ task, delivery }: Running): Promise<void> {
    const { counters } = this.#parts.services
    while (!this.control.stopping) {
      delivery.throwIfFailed()
      if (this.control.paused) {
        await this.#pause(delivery)
        continue
      }
      if (!(await this.#mayAct())) return
      const records = await this.#poll(task)
      if (records.length > 0) {
        counters.add('polled', records.length)
        faultPoint('source.polled')
        if (!(await this.#mayAct())) return
        this.control.cancelled.throwIfAborted()
      }
      // Invariant 7: what was polled is sent, also when the task stops meanwhile; only a cancel ends the wait.
      if (!(await delivery.deliver(records))) return
      await this.#giveOthersATurn(records.length === 0)
    }
  }

  /** Invariant 4: waits while the worker's lease is over; false where the task stops first, and nothing more is sent. */
  async #mayAct(): Promise<boolean> {
    const { lease } = this.#parts.services
    return lease.held || (await lease.regained(() => this.control.stopping))
  }

  async #pause(delivery: SourceDelivery): Promise<void> {
    const { notify } = this.#parts.services
    await delivery.rest()
    notify.status('PAUSED')
    await this.control.whilePaused()
    if (this.control.stopping) return
    delivery.begin()
    notify.status('RUNNING')
  }

  async #poll(task: SourceTask): Promise<readonly SourceRecord[]> {
    const { services } = this.#parts
    const { interrupted: signal, impatient } = this.control
    const began = performance.now()
    faultPoint('source.poll')
    try {
      const polling = services.call('poll', () => task.poll(signal))
      const records = (isPromise(polling) ? await abortable(polling, impatient) : polling) ?? []
      countPoll(services, performance.now() - began, records.length)
      return records
    } catch (error) {
      if (isAbortOf(signal, error)) return []
      // What a poll returns later is dropped: it was not sent, so the next start polls it again (invariant 2).
      if (isAbortOf(impatient, error)) return []
      if (!isRetriable(error)) throw error
      services.logger.warn(`poll failed and is tried again: ${asError(error).message}`, error)
      await delay(retryMs)
      return []
    }
  }

  /** A poll that never waits would keep sockets and timers from their turn. */
  async #giveOthersATurn(now: boolean): Promise<void> {
    if (!now && performance.now() - this.#lastTurn < turnMs) return
    await new Promise(setImmediate)
    this.#lastTurn = performance.now()
  }

  /** Invariant 7: what was polled is delivered and committed before the plugin is stopped. */
  async #close(running: Running, hasFailed: boolean): Promise<void> {
    const { task, plugins, deadLetters, delivery } = running
    const grace = this.graceSignal()
    try {
      await delivery.finish(hasFailed, (share) => this.graceSignal(share))
    } finally {
      // A cancelled task sends nothing while its plugin takes its time to stop.
      if (this.control.cancelled.aborted) await delivery.close(grace)
      await this.stopPlugin(task)
      await delivery.close(grace)
      await deadLetters?.close(grace)
      plugins.close()
    }
  }
}

function countPoll({ counters }: TaskServices, tookMs: number, size: number): void {
  counters.set('lastPollAt', Date.now())
  if (size === 0) return
  counters.add('batches', 1)
  counters.add('batchTimeMs', tookMs)
  counters.max('batchTimeMaxMs', tookMs)
  counters.add('batchRecords', size)
  counters.max('batchSizeMax', size)
  counters.observe('poll', tookMs)
}
