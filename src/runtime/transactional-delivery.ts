import type { TransactionContext } from '../api/source-task.ts'
import type { SourceRecord } from '../data/records.ts'
import { asError, ConnectError } from '../errors/connect-error.ts'
import type { ProducerListener, TransactionalProducer } from '../kafka/types.ts'
import type { TaskCounters } from '../messages/counters.ts'
import { isAbortOf, timeLimit } from '../util/abort.ts'
import { faultPoint } from '../util/fault-point.ts'
import type { DeliveryParts } from './at-least-once-delivery.ts'
import { CommitCallback } from './commit-callback.ts'
import { PartitionRouter } from './partition-router.ts'
import type { Grace, SourceDelivery } from './source-delivery.ts'
import { countCommitTime } from './source-offset-committer.ts'
import { SourceRecordSender } from './source-record-sender.ts'
import { SubmittedRecords } from './submitted-records.ts'
import type { TransactionBoundary } from './transaction-boundary.ts'
import { transactionFailure } from './transaction-errors.ts'
import { TransactionOffsets } from './transaction-offsets.ts'
import { TransactionRecords } from './transaction-records.ts'
import type { TransactionEnd } from './transaction-requests.ts'

/** How long it is tried to abort what a task leaves open, so that readers of committed records need not wait for its timeout. */
const abortMs = 2000
/** So many records of a transaction are kept for `commitRecord` before it ends early, where only time would end it. */
const mostUntold = 200_000
/** How long a task may take in `commit`, which is told of what is durable already. */
const callbackMs = 5000

export interface TransactionSettings {
  /** `connector-0`, for messages. */
  readonly task: string
  readonly transactionalId: string
  /** Where the task's offsets lie. */
  readonly offsetsTopic: string
  /** Whether they are kept in the worker's own topic as well. */
  readonly hasSecondStore: boolean
  readonly boundary: TransactionBoundary
}

/**
 * Sends records in transactions that hold their offsets, too (KIP-618): both count, or neither.
 *
 * idle ─first record, or offsets─► open ─commit─► idle
 *                                   └──abort (at the connector's wish)─► idle, and the offsets in a transaction of their own
 * What fails leaves the transaction open, and the task fails: the next start, of whichever worker, aborts it.
 */
export class TransactionalDelivery implements SourceDelivery {
  readonly #parts: DeliveryParts
  readonly #settings: TransactionSettings
  readonly #producer: TransactionalProducer
  readonly #records: TransactionRecords
  readonly #submitted: SubmittedRecords
  readonly #sender: SourceRecordSender
  readonly #offsets: TransactionOffsets
  readonly #callback: CommitCallback
  #isOpen = false
  /** Number of the first record of the transaction. */
  #first = 0

  private constructor(
    parts: DeliveryParts,
    settings: TransactionSettings,
    producer: TransactionalProducer,
    sent: { readonly records: TransactionRecords; readonly submitted: SubmittedRecords },
  ) {
    const { plugins, services, control } = parts
    const { records, submitted } = sent
    const { offsetsTopic } = settings
    this.#parts = parts
    this.#settings = settings
    this.#producer = producer
    this.#records = records
    this.#submitted = submitted
    const rules = { createsTopics: parts.createsTopics, offsetsTopic }
    const router = new PartitionRouter(producer, services, rules)
    const sending = { plugins, producer, router, fates: records, submitted, services }
    this.#sender = new SourceRecordSender(sending, control.cancelled)
    this.#offsets = new TransactionOffsets(producer, offsetsTopic, services)
    this.#callback = new CommitCallback(parts.task, services)
  }

  static async open(
    parts: DeliveryParts,
    settings: TransactionSettings,
    openProducer: (listener: ProducerListener) => Promise<TransactionalProducer>,
  ): Promise<TransactionalDelivery> {
    const { task, plugins, services, keepsLetters } = parts
    const submitted = new SubmittedRecords(task.commitRecord !== undefined || keepsLetters)
    const records = new TransactionRecords(task, submitted, plugins, services)
    const producer = await openProducer(records)
    return new TransactionalDelivery(parts, settings, producer, { records, submitted })
  }

  get transactionContext(): TransactionContext | null {
    return this.#settings.boundary.context
  }

  /**
   * Invariant 4: tasks of earlier configurations are fenced by the leader, an earlier run of this one by its transactional id; after
   * that nobody may have configured the connector anew. A worker that is just no member of its group would fence the task's next owner.
   */
  async prepare(signal: AbortSignal): Promise<void> {
    const { services, control } = this.#parts
    const { task, transactionalId } = this.#settings
    await services.transactions.fenceZombies(signal)
    if (!(await services.lease.regained(() => control.stopping || signal.aborted))) {
      signal.throwIfAborted()
      throw new ConnectError(`Task ${task} was stopped before it began its transactions.`)
    }
    signal.throwIfAborted()
    services.notify.kafkaIdOpened({ transactionalId })
    try {
      await this.#producer.init(signal)
    } catch (error) {
      signal.throwIfAborted()
      throw this.#failure(`Cannot begin transactions as "${transactionalId}"`, error)
    }
    await services.transactions.confirm(signal)
  }

  begin(): void {
    this.#settings.boundary.begin()
  }

  throwIfFailed(): void {
    try {
      this.#records.throwIfFailed()
    } catch (error) {
      throw this.#failure('Unrecoverable exception trying to send', error)
    }
  }

  async deliver(records: readonly SourceRecord[]): Promise<boolean> {
    const { cancelled, stopped } = this.#parts.control
    const { boundary } = this.#settings
    try {
      for (let from = 0; from < records.length;) {
        const to = boundary.endOf(records, from)
        await this.#send(from === 0 && to === records.length ? records : records.slice(from, to))
        const last = records[to - 1]
        if (last !== undefined) await this.#end(boundary.after(last))
        from = to
      }
    } catch (error) {
      if (!cancelled.aborted && isAbortOf(stopped, error)) return false
      throw error
    }
    await this.#end(boundary.afterBatch() ?? this.#earlyEnd())
    return true
  }

  /** So that no transaction is open for as long as the task is paused, and runs into its timeout. */
  async rest(): Promise<void> {
    await this.#end(this.#settings.boundary.atRest() ? 'commit' : null)
  }

  /** Invariant 7. A task that has failed, or may not act any more, commits nothing: what is left open is aborted. */
  async finish(hasFailed: boolean, graceOf: Grace): Promise<void> {
    const { cancelled } = this.#parts.control
    const grace = graceOf()
    try {
      if (hasFailed || cancelled.aborted || !this.#parts.services.lease.held) return
      if (this.#settings.boundary.atRest()) await this.#commit(grace)
    } finally {
      if (this.#isOpen) await this.#discard()
    }
  }

  async close(grace: AbortSignal): Promise<void> {
    await this.#producer.close(grace).catch((error: unknown) => {
      this.#parts.services.logger.warn('Closing the producer failed', error)
    })
  }

  /** Invariant 4: a task that was cancelled meanwhile opens no transaction. */
  async #send(records: readonly SourceRecord[]): Promise<void> {
    const { cancelled } = this.#parts.control
    cancelled.throwIfAborted()
    this.#open()
    this.#records.polled()
    try {
      await this.#sender.send(records, cancelled)
    } catch (error) {
      cancelled.throwIfAborted()
      this.throwIfFailed()
      throw error
    }
    this.#records.appended()
  }

  #open(): void {
    if (this.#isOpen) return
    this.#producer.begin()
    this.#isOpen = true
    this.#first = this.#submitted.numbered
  }

  /** What the task is to be told of is kept until then: no more of it than has room. */
  #earlyEnd(): TransactionEnd | null {
    const { endsAnywhere } = this.#settings.boundary
    return endsAnywhere && this.#records.untold >= mostUntold ? 'commit' : null
  }

  async #end(end: TransactionEnd | null): Promise<void> {
    if (end === null) return
    const { lease } = this.#parts.services
    const { control } = this.#parts
    // Invariant 4: what waits here is aborted where the task stops before its worker may act again.
    if (!lease.held && !(await lease.regained(() => control.stopping))) return
    if (end === 'abort') await this.#abort(control.cancelled)
    await this.#commit(control.cancelled)
  }

  async #abort(signal: AbortSignal): Promise<void> {
    const { logger } = this.#parts.services
    if (this.#submitted.numbered === this.#first || !this.#isOpen) {
      logger.warn(
        'Ignoring request by task to abort transaction as the current transaction is empty',
      )
      return
    }
    logger.info('Aborting a transaction as requested by the connector')
    await this.#records.aborting(() => this.#producer.abort(signal))
    this.#isOpen = false
    // Their offsets are committed next, in a transaction without records.
    this.#first = this.#submitted.numbered
  }

  async #commit(signal: AbortSignal): Promise<void> {
    const { counters } = this.#parts.services
    const began = performance.now()
    try {
      await this.#records.settled(signal)
      const offsets = this.#submitted.submittedOffsets()
      if (offsets.length > 0) await this.#write(offsets, signal)
    } catch (error) {
      signal.throwIfAborted()
      counters.add('commitFailures', 1)
      countCommitTime(counters, performance.now() - began)
      const { task } = this.#settings
      throw this.#failure(`Failed to flush offsets and/or records for task ${task}`, error)
    }
    counters.add('commits', 1)
    countCommitTime(counters, performance.now() - began)
    counters.set('lastCommitAt', Date.now())
    using limit = timeLimit(callbackMs, signal)
    await this.#callback.tell(limit.signal)
  }

  /** Invariant 5: records and offsets count together. */
  async #write(
    offsets: ReturnType<SubmittedRecords['submittedOffsets']>,
    signal: AbortSignal,
  ): Promise<void> {
    const { hasSecondStore } = this.#settings
    this.#open()
    if (hasSecondStore) await this.#offsets.resetElsewhere(offsets, signal)
    await this.#offsets.append(offsets, signal)
    faultPoint('transaction.commit')
    await this.#producer.commit(signal)
    faultPoint('transaction.committed')
    const size = this.#submitted.numbered - this.#first
    this.#isOpen = false
    this.#first = this.#submitted.numbered
    this.#submitted.takeCommittable()
    countTransaction(this.#parts.services.counters, size)
    if (hasSecondStore) this.#offsets.copyElsewhere(offsets, this.#parts.control.cancelled)
    this.#records.tellTask()
  }

  /** Never rejects: where it does not succeed, the next start does it, or the broker when the transaction's time is over. */
  async #discard(): Promise<void> {
    this.#isOpen = false
    try {
      const limit = AbortSignal.timeout(abortMs)
      await this.#records.aborting(() => this.#producer.abort(limit))
    } catch (error) {
      this.#parts.services.logger.debug(
        `The open transaction was not aborted: ${asError(error).message}`,
      )
    }
  }

  #failure(what: string, error: unknown): Error {
    return transactionFailure(what, this.#settings, error)
  }
}

/** `transaction-size-*`: of a least number the peak is that of its negative. */
function countTransaction(counters: TaskCounters, size: number): void {
  counters.add('transactions', 1)
  counters.add('transactionRecords', size)
  counters.max('transactionSizeMax', size)
  counters.max('transactionSizeLeast', -size)
}
