import type { SourceTask } from '../api/source-task.ts'
import type { SourceRecord } from '../data/records.ts'
import { asError } from '../errors/connect-error.ts'
import type { ProducerListener, RecordProducer } from '../kafka/types.ts'
import { isAbortOf } from '../util/abort.ts'
import { CommitCallback } from './commit-callback.ts'
import { PartitionRouter } from './partition-router.ts'
import { SourceAcknowledgements } from './source-acknowledgements.ts'
import type { Grace, SourceDelivery } from './source-delivery.ts'
import { SourceOffsetCommitter } from './source-offset-committer.ts'
import type { SourceCommitSettings } from './source-offset-committer.ts'
import { SourceRecordSender } from './source-record-sender.ts'
import { SubmittedRecords } from './submitted-records.ts'
import type { TaskControl } from './task-control.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'

/** Of the time for stopping, how much the last acknowledgements may take. */
const flushShare = 0.75

/** What every way of delivering is put together from. */
export interface DeliveryParts {
  readonly task: SourceTask
  readonly plugins: TaskPlugins
  readonly services: TaskServices
  readonly control: TaskControl
  /** Whether records that fail are kept in a dead letter queue. */
  readonly keepsLetters: boolean
  /** Whether the connector has `topic.creation.*` keys and the worker allows them. */
  readonly createsTopics: boolean
}

/** Sends records as they come, and commits on an interval what was acknowledged (invariants 1 and 2). */
export class AtLeastOnceDelivery implements SourceDelivery {
  readonly transactionContext = null
  readonly #parts: DeliveryParts
  readonly #producer: RecordProducer
  readonly #sender: SourceRecordSender
  readonly #acknowledgements: SourceAcknowledgements
  readonly #committer: SourceOffsetCommitter
  #begun = false

  private constructor(
    parts: DeliveryParts,
    producer: RecordProducer,
    acknowledged: {
      readonly acknowledgements: SourceAcknowledgements
      readonly submitted: SubmittedRecords
    },
    commit: SourceCommitSettings,
  ) {
    const { task, plugins, services, control } = parts
    const { acknowledgements, submitted } = acknowledged
    this.#parts = parts
    this.#producer = producer
    this.#acknowledgements = acknowledgements
    const router = new PartitionRouter(producer, services, parts)
    const sending = { plugins, producer, router, fates: acknowledgements, submitted, services }
    this.#sender = new SourceRecordSender(sending, control.cancelled)
    const callback = new CommitCallback(task, services)
    this.#committer = new SourceOffsetCommitter(submitted, services, callback, commit)
  }

  static async open(
    parts: DeliveryParts,
    commit: SourceCommitSettings,
    openProducer: (listener: ProducerListener) => Promise<RecordProducer>,
  ): Promise<AtLeastOnceDelivery> {
    const { task, plugins, services, keepsLetters } = parts
    const submitted = new SubmittedRecords(task.commitRecord !== undefined || keepsLetters)
    const acknowledgements = new SourceAcknowledgements(task, submitted, plugins, services)
    const producer = await openProducer(acknowledgements)
    return new AtLeastOnceDelivery(parts, producer, { acknowledgements, submitted }, commit)
  }

  prepare(): Promise<void> {
    return Promise.resolve()
  }

  begin(): void {
    if (!this.#begun) this.#committer.start()
    this.#begun = true
  }

  throwIfFailed(): void {
    this.#acknowledgements.throwIfFailed()
  }

  async deliver(records: readonly SourceRecord[]): Promise<boolean> {
    if (records.length === 0) return true
    const { cancelled, stopped } = this.#parts.control
    this.#acknowledgements.polled()
    try {
      await this.#sender.send(records, cancelled)
      this.#acknowledgements.appended()
      await this.#acknowledgements.room(stopped)
      return true
    } catch (error) {
      if (!cancelled.aborted && isAbortOf(stopped, error)) return false
      throw error
    }
  }

  rest(): Promise<void> {
    return Promise.resolve()
  }

  /** Invariants 7 and 1: what was polled is acknowledged first, and only what was acknowledged is committed. */
  async finish(_hasFailed: boolean, graceOf: Grace): Promise<void> {
    const grace = graceOf()
    const { services, control } = this.#parts
    try {
      await this.#committer.stop()
      // Some of the grace is kept for the commit: what one topic acknowledged counts also where another is away.
      if (services.lease.held) {
        const limit = graceOf(flushShare)
        await this.#producer.flush(limit)
        await this.#acknowledgements.settled(limit)
      }
    } catch (error) {
      services.logger.warn(
        `Not everything sent was acknowledged before the task closed; it is sent again when it starts: ${asError(error).message}`,
      )
    }
    if (!control.cancelled.aborted) await this.#committer.commit(grace)
    // From here on nothing is acknowledged any more; what the producer drops was neither sent nor skipped.
    this.#acknowledgements.close()
  }

  async close(grace: AbortSignal): Promise<void> {
    await this.#producer.close(grace).catch((error: unknown) => {
      this.#parts.services.logger.warn('Closing the producer failed', error)
    })
  }
}
