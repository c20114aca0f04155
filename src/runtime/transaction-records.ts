import type { RecordMetadata, SourceTask } from '../api/source-task.ts'
import type { TopicPartition } from '../api/topic-partition.ts'
import type { SourceRecord } from '../data/records.ts'
import type { ProducerListener } from '../kafka/types.ts'
import { abortable } from '../util/abort.ts'
import { DeliveryClock } from './delivery-clock.ts'
import type { FailedRecord } from './record-errors.ts'
import type { RecordFates } from './record-fates.ts'
import { SourceDeadLetters } from './source-dead-letters.ts'
import type { SubmittedRecords } from './submitted-records.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'

/** Numbers from here on are of offsets, which lie in the same transaction and are no records of the task. */
export const firstOffsetNumber = 2 ** 52

/** A record of the transaction, and what the task is told of it once that is committed. */
interface Told {
  /** Its place among the others. */
  readonly order: number
  readonly record: SourceRecord
  readonly metadata: RecordMetadata | null
}

/**
 * Hears what became of the records of a transaction. The task is told of them once it is committed; nothing of it is tolerated to
 * fail, as Kafka does not commit it then.
 */
export class TransactionRecords implements ProducerListener, RecordFates {
  readonly letters: SourceDeadLetters
  readonly #task: SourceTask
  readonly #submitted: SubmittedRecords
  readonly #plugins: TaskPlugins
  readonly #services: TaskServices
  readonly #clock: DeliveryClock
  readonly #keeping = new Set<Promise<void>>()
  #told: Told[] = []
  #failure: Error | null = null
  #isAborting = false
  /** Numbers, from and up to, of what was lost before somebody noticed. */
  #lost: (readonly [number, number])[] = []

  constructor(
    task: SourceTask,
    submitted: SubmittedRecords,
    plugins: TaskPlugins,
    services: TaskServices,
  ) {
    this.letters = new SourceDeadLetters(plugins)
    this.#task = task
    this.#submitted = submitted
    this.#plugins = plugins
    this.#services = services
    this.#clock = new DeliveryClock(services.counters)
  }

  /** Records that are kept until the task is told of them. */
  get untold(): number {
    return this.#told.length
  }

  polled(): void {
    this.#clock.polled()
  }

  appended(): void {
    this.#clock.appended(this.#submitted.outstanding)
  }

  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure
  }

  acknowledged(from: number, to: number, partition: TopicPartition, baseOffset: number): void {
    if (from >= firstOffsetNumber) return
    const { counters } = this.#services
    if (this.#task.commitRecord !== undefined) this.#note(from, to, partition, baseOffset)
    this.#submitted.acknowledge(from, to)
    this.#clock.delivered(this.#submitted.outstanding)
    counters.add('written', to - from)
    counters.setActive(this.#submitted.outstanding)
  }

  failed(from: number, to: number, _partition: TopicPartition, error: Error): void {
    if (this.#isAborting) {
      this.#drop(from, to)
      return
    }
    this.#failure ??= error
    this.#lost.push([from, to])
  }

  /** To be told with the others; also where an earlier try to send it has failed. */
  commitRecord(record: SourceRecord, metadata: RecordMetadata | null): void {
    if (this.#task.commitRecord === undefined) return
    this.#told.push({ order: this.#submitted.numbered - 0.5, record, metadata })
  }

  /** Where the record is kept as a dead letter, the transaction waits until that is durable. */
  async giveUp(record: SourceRecord, failed: FailedRecord): Promise<void> {
    const { errors } = this.#plugins
    const number = errors.keeps ? this.#submitted.add(record) : null
    const letter = await errors.failed(failed)
    this.commitRecord(record, null)
    if (number === null) return
    const keeping = Promise.resolve(letter?.durable).then(() => {
      this.#submitted.acknowledge(number, number + 1)
    })
    this.#keeping.add(keeping)
    const forget = (): void => void this.#keeping.delete(keeping)
    keeping.then(forget, forget)
  }

  /** Resolves once every record that was given up is durable where it is kept; rejects where one is not. */
  async settled(signal: AbortSignal): Promise<void> {
    while (this.#keeping.size > 0) await abortable(Promise.all(this.#keeping), signal)
    await this.#plugins.errors.settled(signal)
  }

  /** What the producer drops while `abort` runs is not lost. Of what was sent before, the task hears as of the rest of it. */
  async aborting(abort: () => Promise<void>): Promise<void> {
    this.#isAborting = true
    try {
      await abort()
    } finally {
      this.#isAborting = false
    }
    this.#failure = null
    for (const [from, to] of this.#lost.splice(0)) this.#drop(from, to)
    this.#told = this.#told.map(({ order, record }) => ({ order, record, metadata: null }))
  }

  /** Tells the task of every record of the transaction, in order. What it throws is logged only. */
  tellTask(): void {
    const told = this.#told.sort((a, b) => a.order - b.order)
    this.#told = []
    if (told.length === 0) return
    void this.#services.call('commitRecord', () => {
      for (const { record, metadata } of told) this.#tellOne(record, metadata)
    })
  }

  #tellOne(record: SourceRecord, metadata: RecordMetadata | null): void {
    try {
      this.#task.commitRecord?.(record, metadata)
    } catch (error) {
      this.#services.logger.error('Exception thrown while calling task.commitRecord()', error)
    }
  }

  /** At the connector's own wish: it has been dealt with, and so say its offsets. */
  #drop(from: number, to: number): void {
    if (from >= firstOffsetNumber) return
    if (this.#task.commitRecord !== undefined) this.#note(from, to, null, -1)
    this.#submitted.acknowledge(from, to)
  }

  #note(from: number, to: number, place: TopicPartition | null, baseOffset: number): void {
    for (let number = from; number < to; number++) {
      const record = this.#submitted.recordOf(number)
      if (record === undefined) continue
      const offset = baseOffset < 0 ? -1 : baseOffset + number - from
      const metadata = place && {
        topic: place.topic,
        partition: place.partition,
        offset,
        timestamp: record.timestamp ?? -1,
      }
      this.#told.push({ order: number, record, metadata })
    }
  }
}
