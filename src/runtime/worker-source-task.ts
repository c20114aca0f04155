import type { SourceTask } from '../api/source-task.ts'
import type { SourceRecord } from '../data/records.ts'
import { asError, isRetriable } from '../errors/connect-error.ts'
import type { ProducerListener, RecordProducer } from '../kafka/types.ts'
import { abortable, delay, isAbortOf } from '../util/abort.ts'
import { isPromise } from '../util/maybe-promise.ts'
import { BaseWorkerTask } from './base-worker-task.ts'
import type { BaseTaskParts } from './base-worker-task.ts'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import { PartitionRouter } from './partition-router.ts'
import { SourceAcknowledgements } from './source-acknowledgements.ts'
import type { SourceCommitSettings } from './source-offset-committer.ts'
import { SourceOffsetCommitter } from './source-offset-committer.ts'
import { SourceProgressWatch } from './source-progress.ts'
import { SourceRecordSender } from './source-record-sender.ts'
import { SubmittedRecords } from './submitted-records.ts'
import { countIn } from './task-plugins.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'
import { faultPoint } from '../util/fault-point.ts'

/** After this long without one, the loop gives timers and sockets their turn. */
const turnMs = 8
/** Of the time for stopping, how much the last acknowledgements may take. */
const flushShare = 0.75
/** Pause after a poll that failed and may be tried again. */
const retryMs = 100

export interface SourceTaskParts extends BaseTaskParts {
  readonly commit: SourceCommitSettings
  /** Whether the connector has `topic.creation.*` keys and the worker allows them. */
  readonly createsTopics: boolean
  openTask(): Promise<SourceTask>
  openPlugins(): Promise<TaskPlugins>
  openProducer(listener: ProducerListener): Promise<RecordProducer>
}

/** What is open while the task runs. */
interface Running {
  readonly task: SourceTask
  readonly plugins: TaskPlugins
  readonly deadLetters: DeadLetterQueue | null
  readonly producer: RecordProducer
  readonly sender: SourceRecordSender
  readonly committer: SourceOffsetCommitter
  readonly acknowledgements: SourceAcknowledgements
  readonly progress: SourceProgressWatch
}

/** Runs one source task: poll, transform, convert, send; commits what was acknowledged. */
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
      const keepsRecords = task.commitRecord !== undefined || deadLetters !== null
      const submitted = new SubmittedRecords(keepsRecords)
      countIn(services.counters, plugins)
      const acknowledgements = new SourceAcknowledgements(task, submitted, plugins, services)
      const producer = await this.#parts.openProducer(acknowledgements)
      opened.push(() => producer.close(AbortSignal.abort()))
      cancelled.throwIfAborted()
      await this.#startTask(task, signal)
      const router = new PartitionRouter(producer, services, this.#parts.createsTopics)
      const parts = { plugins, producer, router, acknowledgements, submitted, services }
      const sender = new SourceRecordSender(parts, cancelled)
      const committer = new SourceOffsetCommitter(submitted, services, task, this.#parts.commit)
      const progress = new SourceProgressWatch(task, services)
      const made = { producer, sender, committer, acknowledgements, progress }
      return { task, plugins, deadLetters, ...made }
    } catch (error) {
      for (const close of opened.reverse()) await close()
      throw error
    }
  }

  async #startTask(task: SourceTask, signal: AbortSignal): Promise<void> {
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
      }),
    )
    await this.startPlugin(task, signal)
  }

  protected override async run(running: Running): Promise<void> {
    running.committer.start()
    running.progress.start()
    try {
      await this.#pollUntilStopped(running)
    } finally {
      running.progress.stop()
      await this.#close(running)
    }
  }

  async #pollUntilStopped(running: Running): Promise<void> {
    const { task, acknowledgements } = running
    const { counters } = this.#parts.services
    while (!this.control.stopping) {
      acknowledgements.throwIfFailed()
      if (this.control.paused) {
        await this.#pause()
        continue
      }
      if (!(await this.#mayAct())) return
      const records = await this.#poll(task)
      if (records.length > 0) {
        counters.add('polled', records.length)
        faultPoint('source.polled')
        if (!(await this.#mayAct())) return
        this.control.cancelled.throwIfAborted()
        // Invariant 7: what was polled is sent, also when the task stops meanwhile; only a cancel ends the wait.
        acknowledgements.polled()
        if (!(await this.#send(running, records))) return
      }
      await this.#giveOthersATurn(records.length === 0)
    }
  }

  /**
   * Sends, and waits until the next poll may come. False where the task stopped meanwhile: a record that waited to be tried
   * again, and those behind it, are polled again.
   */
  async #send(
    { sender, acknowledgements }: Running,
    records: readonly SourceRecord[],
  ): Promise<boolean> {
    const { cancelled, stopped } = this.control
    try {
      await sender.send(records, cancelled)
      acknowledgements.appended()
      await acknowledgements.room(stopped)
      return true
    } catch (error) {
      if (!cancelled.aborted && isAbortOf(stopped, error)) return false
      throw error
    }
  }

  /** Invariant 4: waits while the worker's lease is over; false where the task stops first, and nothing more is sent. */
  async #mayAct(): Promise<boolean> {
    const { lease } = this.#parts.services
    return lease.held || (await lease.regained(() => this.control.stopping))
  }

  async #pause(): Promise<void> {
    const { notify } = this.#parts.services
    notify.status('PAUSED')
    await this.control.whilePaused()
    if (!this.control.stopping) notify.status('RUNNING')
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

  /** Invariants 7 and 1: what was polled is acknowledged first, and only what was acknowledged is committed. */
  async #close(running: Running): Promise<void> {
    const { task, plugins, deadLetters, producer, committer, acknowledgements } = running
    const grace = this.graceSignal()
    const { logger, lease } = this.#parts.services
    try {
      await committer.stop()
      // Some of the grace is kept for the commit: what one topic acknowledged counts also where another is away.
      if (lease.held) {
        const limit = this.graceSignal(flushShare)
        await producer.flush(limit)
        await acknowledgements.settled(limit)
      }
    } catch (error) {
      logger.warn(
        `Not everything sent was acknowledged before the task closed; it is sent again when it starts: ${asError(error).message}`,
      )
    }
    if (!this.control.cancelled.aborted) await committer.commit(grace)
    // From here on nothing is acknowledged any more; what the producer drops was neither sent nor skipped.
    acknowledgements.close()
    const closing = (): Promise<void> =>
      producer.close(grace).catch((error: unknown) => {
        logger.warn('Closing the producer failed', error)
      })
    // A cancelled task sends nothing while its plugin takes its time to stop.
    if (this.control.cancelled.aborted) await closing()
    await this.stopPlugin(task)
    await closing()
    await deadLetters?.close(grace)
    plugins.close()
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
