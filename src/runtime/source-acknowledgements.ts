import type { RecordMetadata, SourceTask } from '../api/source-task.ts'
import type { TopicPartition } from '../api/topic-partition.ts'
import type { SourceRecord } from '../data/records.ts'
import { ConnectError } from '../errors/connect-error.ts'
import type { ProducerListener } from '../kafka/types.ts'
import { abortable } from '../util/abort.ts'
import { DeliveryClock } from './delivery-clock.ts'
import type { FailedRecord, RecordErrors } from './record-errors.ts'
import { SourceDeadLetters } from './source-dead-letters.ts'
import { sourceRecordText } from './source-record-text.ts'
import type { SubmittedRecords } from './submitted-records.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'

/** Java's name for what is at work once a record has left the converters. */
export const producerClassName = 'org.apache.kafka.connect.runtime.WorkerSourceTask'

/** Batches refused by Kafka whose letters are still being made: beyond as many nothing more is polled. */
const mostRefused = 4

/** Hears what became of the records sent: moves the watermark, tells the task, remembers what failed. */
export class SourceAcknowledgements implements ProducerListener {
  readonly #task: SourceTask
  readonly #submitted: SubmittedRecords
  readonly #errors: RecordErrors
  readonly #services: TaskServices
  /** Makes dead letters of records. */
  readonly letters: SourceDeadLetters
  readonly #keeping = new Set<Promise<void>>()
  readonly #clock: DeliveryClock
  /** Batches in {@link #keep}. */
  #refused = 0
  #failure: Error | null = null
  #closed = false

  constructor(
    task: SourceTask,
    submitted: SubmittedRecords,
    plugins: TaskPlugins,
    services: TaskServices,
  ) {
    this.#task = task
    this.#submitted = submitted
    this.#errors = plugins.errors
    this.letters = new SourceDeadLetters(plugins)
    this.#services = services
    this.#clock = new DeliveryClock(services.counters)
  }

  /** Records were polled and are about to be sent. */
  polled(): void {
    this.#clock.polled()
  }

  /** All of them were handed to the producer, or dropped. */
  appended(): void {
    this.#clock.appended(this.#submitted.outstanding)
  }

  /** Throws where a record could not be sent and is not tolerated: its place in the order is lost. */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure
  }

  /** The producer is being closed: what it still holds is neither acknowledged nor skipped, and is sent again later. */
  close(): void {
    this.#closed = true
  }

  acknowledged(from: number, to: number, partition: TopicPartition, baseOffset: number): void {
    const { counters } = this.#services
    if (this.#task.commitRecord !== undefined) {
      void this.#services.call('commitRecord', () =>
        this.#tellTask(from, to, partition, baseOffset),
      )
    }
    this.#acknowledge(from, to)
    counters.add('written', to - from)
    counters.setActive(this.#submitted.outstanding)
  }

  failed(from: number, to: number, { topic, partition }: TopicPartition, error: Error): void {
    if (this.#closed) return
    if (this.#errors.keeps) {
      this.#refused++
      const keeping = this.#keep(from, to, { topic, partition }, error)
      const kept = (): void => {
        this.#refused--
      }
      this.#track(keeping.finally(kept))
      return
    }
    const where = `${to - from} records sent to topic '${topic}', partition ${partition}`
    try {
      const className = producerClassName
      void this.#errors.failed({ stage: 'KAFKA_PRODUCE', className, error, where }, to - from)
    } catch (cause) {
      this.#fail(where, error, cause)
      return
    }
    void this.#services.call('commitRecord', () => {
      for (let number = from; number < to; number++) {
        this.commitRecord(this.#submitted.recordOf(number), null)
      }
    })
    this.#acknowledge(from, to)
  }

  /**
   * A record failed before it was sent. Rejects where that fails the task. Where it is kept as a dead letter, its offset
   * counts, and the task hears of it, once the letter is durable (invariant 1).
   */
  async giveUp(record: SourceRecord, failed: FailedRecord): Promise<void> {
    const number = this.#errors.keeps ? this.#submitted.add(record) : null
    const letter = await this.#errors.failed(failed)
    if (number === null) this.commitRecord(record, null)
    else this.#track(this.#acknowledgeOnce(record, number, letter?.durable))
  }

  /** Back-pressure of what Kafka refuses: waits while much of it is still to be kept; rejects where it could not be. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#refused > mostRefused) await abortable(Promise.all(this.#keeping), signal)
  }

  /** Resolves once everything that was given up is durable; rejects where it could not be kept. */
  async settled(signal: AbortSignal): Promise<void> {
    while (this.#keeping.size > 0) await abortable(Promise.all(this.#keeping), signal)
    await this.#errors.settled(signal)
  }

  /** Keeps what Kafka has refused. */
  async #keep(from: number, to: number, sentTo: TopicPartition, error: Error): Promise<void> {
    for (let number = from; number < to; number++) {
      const record = this.#submitted.recordOf(number)
      if (record === undefined) continue
      const where = `a record sent to topic '${sentTo.topic}', partition ${sentTo.partition}`
      const failed: FailedRecord = {
        stage: 'KAFKA_PRODUCE',
        className: producerClassName,
        error,
        where,
        details: () => `, where source record is = ${sourceRecordText(record)}`,
        letter: () => this.letters.letterOf(record, true),
      }
      try {
        const letter = await this.#errors.failed(failed)
        this.#track(this.#acknowledgeOnce(record, number, letter?.durable))
      } catch (cause) {
        this.#fail(where, error, cause)
        return
      }
    }
  }

  async #acknowledgeOnce(
    record: SourceRecord,
    number: number,
    durable: Promise<void> | undefined,
  ): Promise<void> {
    await durable
    // After its last commit the task hears of nothing any more.
    if (this.#closed) return
    void this.#services.call('commitRecord', () => this.commitRecord(record, null))
    this.#acknowledge(number, number + 1)
    this.#services.counters.setActive(this.#submitted.outstanding)
  }

  /** Whoever waits for what is settled hears of a failure, as does the task itself. */
  #track(keeping: Promise<void>): void {
    this.#keeping.add(keeping)
    const forget = (): void => void this.#keeping.delete(keeping)
    keeping.then(forget, forget)
  }

  /** Not tolerated: the records stay above the watermark, so that nothing behind them is committed (invariant 1). */
  #fail(where: string, error: Error, cause: unknown): void {
    const message = `Unrecoverable exception from producer send callback: ${where}: ${error.message}`
    this.#failure ??= new ConnectError(message, { cause })
  }

  #acknowledge(from: number, to: number): void {
    const before = this.#submitted.outstanding
    this.#submitted.acknowledge(from, to)
    const { outstanding } = this.#submitted
    if (outstanding < before) this.#clock.delivered(outstanding)
  }

  /** Tells the task of one record. What it throws is logged only. */
  commitRecord(record: SourceRecord | undefined, metadata: RecordMetadata | null): void {
    if (this.#task.commitRecord === undefined || record === undefined) return
    try {
      this.#task.commitRecord(record, metadata)
    } catch (error) {
      this.#services.logger.error('Exception thrown while calling task.commitRecord()', error)
    }
  }

  #tellTask(from: number, to: number, { topic, partition }: TopicPartition, base: number): void {
    for (let number = from; number < to; number++) {
      const record = this.#submitted.recordOf(number)
      const offset = base < 0 ? -1 : base + number - from
      this.commitRecord(record, { topic, partition, offset, timestamp: record?.timestamp ?? -1 })
    }
  }
}
