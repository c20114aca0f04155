import type { RecordMetadata, SourceTask } from '../api/source-task.ts'
import type { TopicPartition } from '../api/topic-partition.ts'
import type { SourceRecord } from '../data/records.ts'
import { ConnectError } from '../errors/connect-error.ts'
import type { ProducerListener } from '../kafka/types.ts'
import { DeliveryClock } from './delivery-clock.ts'
import type { RecordErrors } from './record-errors.ts'
import type { SubmittedRecords } from './submitted-records.ts'
import type { TaskServices } from './task.ts'

/** Java name of what is at work once a record has left the converters. */
export const producerClassName = 'org.apache.kafka.clients.producer.KafkaProducer'

/** Hears what became of the records sent: moves the watermark, tells the task, remembers what failed. */
export class SourceAcknowledgements implements ProducerListener {
  readonly #task: SourceTask
  readonly #submitted: SubmittedRecords
  readonly #errors: RecordErrors
  readonly #services: TaskServices
  readonly #clock: DeliveryClock
  #failure: Error | null = null
  #closed = false

  constructor(
    task: SourceTask,
    submitted: SubmittedRecords,
    errors: RecordErrors,
    services: TaskServices,
  ) {
    this.#task = task
    this.#submitted = submitted
    this.#errors = errors
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
    const where = `${to - from} records sent to topic '${topic}', partition ${partition}`
    try {
      const className = producerClassName
      this.#errors.failed({ stage: 'KAFKA_PRODUCE', className, error, where }, to - from)
    } catch (cause) {
      // Not tolerated: the records stay above the watermark, so that nothing behind them is committed (invariant 1).
      const message = `Unrecoverable exception from producer send callback: ${where}: ${error.message}`
      this.#failure ??= new ConnectError(message, { cause })
      return
    }
    void this.#services.call('commitRecord', () => {
      for (let number = from; number < to; number++) {
        this.commitRecord(this.#submitted.recordOf(number), null)
      }
    })
    this.#acknowledge(from, to)
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
