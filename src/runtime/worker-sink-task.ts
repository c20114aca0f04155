import type { SinkTask } from '../api/sink-task.ts'
import type { GroupConsumer, Subscription } from '../kafka/types.ts'
import { isAbortOf, reasonOf } from '../util/abort.ts'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import { BaseWorkerTask } from './base-worker-task.ts'
import type { BaseTaskParts } from './base-worker-task.ts'
import { ErrantRecords } from './errant-records.ts'
import { SinkDelivery } from './sink-delivery.ts'
import type { SinkCommitSettings } from './sink-offset-committer.ts'
import { SinkOffsetCommitter } from './sink-offset-committer.ts'
import type { SinkPartition } from './sink-partitions.ts'
import { SinkPartitions } from './sink-partitions.ts'
import { SinkRebalance } from './sink-rebalance.ts'
import { SinkRecordReader } from './sink-record-reader.ts'
import { WorkerSinkTaskContext } from './sink-task-context.ts'
import { countIn } from './task-plugins.ts'
import type { TaskPlugins } from './task-plugins.ts'

/** A batch is given again after at most this long where the task did not say when. */
const redeliveryMs = 1000

export interface SinkTaskParts extends BaseTaskParts {
  readonly subscription: Subscription
  readonly commit: SinkCommitSettings
  openTask(): Promise<SinkTask>
  openPlugins(): Promise<TaskPlugins>
  openConsumer(): Promise<GroupConsumer>
}

/** What is open while the task runs. */
interface Running {
  readonly task: SinkTask
  readonly plugins: TaskPlugins
  readonly consumer: GroupConsumer
  readonly partitions: SinkPartitions
  readonly committer: SinkOffsetCommitter
  readonly delivery: SinkDelivery
  readonly context: WorkerSinkTaskContext
  readonly errant: ErrantRecords
  readonly deadLetters: DeadLetterQueue | null
}

/** Runs one sink task: poll, convert, transform, put; commits what the task says is durable. */
export class WorkerSinkTask extends BaseWorkerTask<Running> {
  readonly #parts: SinkTaskParts
  #consumer: GroupConsumer | null = null
  #pausedNow = false
  /** Whether the partitions are paused for a batch that the task wants again. */
  #heldBack = false

  constructor(parts: SinkTaskParts) {
    super(parts)
    this.#parts = parts
  }

  protected override wakeUp(): void {
    this.#consumer?.wakeup()
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
      const consumer = await this.#parts.openConsumer()
      opened.push(() => consumer.close(AbortSignal.abort()))
      cancelled.throwIfAborted()
      const partitions = new SinkPartitions()
      const { commit: settings } = this.#parts
      const errant = new ErrantRecords(plugins, services.logger, cancelled)
      opened.push(() => errant.close())
      const settled = (limit: AbortSignal): Promise<void> => errant.settled(limit)
      const shared = { task, consumer, partitions, services }
      const committer = new SinkOffsetCommitter({ ...shared, settings, settled })
      const reader = new SinkRecordReader(plugins, services)
      countIn(services.counters, plugins)
      const stops = (): boolean => this.control.stopping
      const delivery = new SinkDelivery({ ...shared, reader, errant, chain: plugins.chain, stops })
      const context = this.#contextOf({ consumer, partitions, committer, delivery, errant })
      await services.call('initialize', () => task.initialize(context))
      await this.startPlugin(task, signal)
      const { control } = this
      const rewind = (): void => this.#rewind({ consumer, partitions, context, delivery })
      const rebalanced = { ...shared, committer, delivery, control, rewind }
      consumer.subscribe(this.#parts.subscription, new SinkRebalance(rebalanced))
      this.#consumer = consumer
      return { ...shared, plugins, committer, delivery, context, errant, deadLetters }
    } catch (error) {
      for (const close of opened.reverse()) await close()
      throw error
    }
  }

  #contextOf(
    running: Pick<Running, 'consumer' | 'partitions' | 'committer' | 'delivery' | 'errant'>,
  ): WorkerSinkTaskContext {
    const { consumer, partitions, committer, delivery } = running
    const { cancelled } = this.control
    const { taskConfig } = this.#parts
    return new WorkerSinkTaskContext({
      consumer,
      partitions,
      taskConfig,
      cancelled,
      reporter: running.errant.reporter,
      requestCommit: () => committer.request(),
      holdsBack: () => this.control.paused || delivery.redelivering,
    })
  }

  protected override async run(running: Running): Promise<void> {
    try {
      while (!this.control.stopping) await this.#iterate(running)
    } finally {
      await this.#close(running)
    }
    if (this.control.cancelled.aborted) throw reasonOf(this.control.cancelled)
  }

  async #iterate(running: Running): Promise<void> {
    const { consumer, committer, delivery } = running
    const { cancelled } = this.control
    this.#followTargetState(running)
    this.#rewindToCommitted(running, await committer.commitIfDue(cancelled))
    this.#rewind(running)
    const fetched = await consumer.poll(this.#pollTimeoutMs(running), cancelled)
    if (cancelled.aborted) return
    this.#parts.services.counters.set('lastPollAt', Date.now())
    try {
      await delivery.deliver(fetched, cancelled)
    } catch (error) {
      // What waited to be tried again is neither put nor committed: the next start reads it (invariant 2).
      if (isAbortOf(this.control.stopped, error)) return
      throw error
    }
    this.#holdBack(running)
  }

  /** Nothing is fetched while a batch is kept for another try, and everything again once it is put or forgotten. */
  #holdBack(running: Running): void {
    const { consumer, delivery } = running
    if (delivery.redelivering === this.#heldBack) return
    this.#heldBack = delivery.redelivering
    if (this.#heldBack) consumer.pause(consumer.assignment())
    else if (!this.control.paused) this.#resumeAll(running)
  }

  #pollTimeoutMs({ committer, context, delivery }: Running): number {
    const asked = context.takeTimeoutMs()
    const limit = asked ?? (delivery.redelivering ? redeliveryMs : Number.POSITIVE_INFINITY)
    return Math.min(committer.dueInMs, Math.max(0, limit))
  }

  /** Pauses or resumes the partitions where the connector was; a pause commits at once. */
  #followTargetState(running: Running): void {
    const { notify } = this.#parts.services
    if (this.control.paused === this.#pausedNow) return
    this.#pausedNow = this.control.paused
    if (this.#pausedNow) {
      running.consumer.pause(running.consumer.assignment())
      running.committer.request()
      notify.status('PAUSED')
    } else {
      if (!running.delivery.redelivering) this.#resumeAll(running)
      notify.status('RUNNING')
    }
  }

  #resumeAll({ consumer, partitions }: Running): void {
    consumer.resume(partitions.all().filter((state) => !state.pausedByTask))
  }

  #rewind({
    consumer,
    partitions,
    context,
    delivery,
  }: Pick<Running, 'consumer' | 'partitions' | 'context' | 'delivery'>): void {
    for (const { topic, partition, offset } of context.takeRewinds()) {
      const state = partitions.get({ topic, partition })
      if (state === undefined) continue
      delivery.forget([state])
      consumer.seek(state, Number(offset))
      state.current = Number(offset)
      state.committed = Number(offset)
    }
  }

  /**
   * The task could not make these durable: they are read again from what is committed (invariant 2). What is kept of
   * them lies behind what is read again, so it is forgotten: put first it would be out of order (invariant 3), and a
   * commit of it would cover what is not there (invariant 1).
   */
  #rewindToCommitted({ consumer, delivery }: Running, failed: readonly SinkPartition[]): void {
    delivery.forget(failed)
    for (const state of failed) {
      consumer.seek(state, state.committed)
      state.current = state.committed
    }
  }

  /** Invariant 7: what was put is flushed and committed before the partitions are given up. */
  async #close(running: Running): Promise<void> {
    const { task, plugins, consumer, committer, errant, deadLetters } = running
    const { services } = this.#parts
    const grace = this.graceSignal()
    await committer.idle()
    await consumer.close(grace).catch((error: unknown) => {
      services.logger.warn('Closing the consumer failed', error)
    })
    await this.stopPlugin(task)
    await errant.close()
    await deadLetters?.close(grace)
    plugins.close()
    this.#consumer = null
  }
}
