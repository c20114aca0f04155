import type { DeadLetterSettings } from '../config/error-keys.ts'
import type { TopicPartition } from '../api/topic-partition.ts'
import { asError, ConnectError } from '../errors/connect-error.ts'
import { ProducerClosedError } from '../kafka/producer/errors.ts'
import type { ProducerListener, RecordHeader, RecordProducer } from '../kafka/types.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { TaskCounters } from '../messages/counters.ts'
import { abortable } from '../util/abort.ts'
import { createLogger } from '../util/logger.ts'
import type { Logger } from '../util/logger.ts'
import { contextHeaders } from './dead-letter-headers.ts'
import type { Origin } from './dead-letter-headers.ts'
import type { FailedRecord } from './record-errors.ts'
import { partitionCountOf } from './topic-lookup.ts'

/** A record as it is to lie in the queue. */
export interface DeadLetter {
  readonly origin: Origin
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** The record's own headers. */
  readonly headers: readonly RecordHeader[]
  /** Beside those of Java, why it is here; left out where context headers are. */
  readonly context?: readonly RecordHeader[]
  /** In ms since the epoch; -1 for now. */
  readonly timestamp: number
}

/** A letter that was handed to the producer. */
export interface SentLetter {
  /** Resolves once the letter is durable; rejects where the queue did not take it. May be ignored. */
  readonly durable: Promise<void>
}

export interface DeadLetterQueueParts {
  readonly task: ConnectorTaskId
  readonly settings: DeadLetterSettings
  readonly counters: TaskCounters
  /** Aborts when the task is cancelled: nothing waits then. */
  readonly signal: AbortSignal
  /** The letter was not taken: the task must not go on as if it had been. */
  readonly onFailure: (error: Error) => void
  /** With the letters' own listener. */
  openProducer(listener: ProducerListener): Promise<RecordProducer>
}

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * The topic that keeps what could not be processed. Invariant 1: what a letter stands for counts as delivered once the letter
 * is durable; a letter that the queue does not take fails the task, where Java logs it and goes on without the record.
 */
export class DeadLetterQueue implements ProducerListener {
  readonly #parts: DeadLetterQueueParts
  readonly #log: Logger
  readonly #waiting = new Map<number, Waiting>()
  readonly #open = new Set<Promise<void>>()
  #producer: RecordProducer | null = null
  #next = 0
  #failure: Error | null = null

  private constructor(parts: DeadLetterQueueParts) {
    const { connector, task } = parts.task
    this.#parts = parts
    this.#log = createLogger(
      'org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter',
      `[${connector}|task-${task}] `,
    )
  }

  static async open(parts: DeadLetterQueueParts): Promise<DeadLetterQueue> {
    const queue = new DeadLetterQueue(parts)
    queue.#producer = await parts.openProducer(queue)
    return queue
  }

  get topic(): string {
    return this.#parts.settings.topic
  }

  /** Appends a letter once there is room for it. Rejects where it cannot be sent at all: then the task fails. */
  async send(letter: DeadLetter, failed: FailedRecord): Promise<SentLetter> {
    const { task, settings, counters, signal } = this.#parts
    if (this.#failure !== null) throw this.#failure
    counters.add('deadLetterRequests', 1)
    const headers = settings.contextHeaders
      ? [
          ...letter.headers,
          ...contextHeaders(task, letter.origin, failed),
          ...(letter.context ?? []),
        ]
      : letter.headers
    try {
      return await this.#append(letter, headers, signal)
    } catch (cause) {
      signal.throwIfAborted()
      throw this.#refused(cause)
    }
  }

  /** Resolves once every letter sent so far is durable; rejects where one was not taken. */
  async settled(signal: AbortSignal): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    if (this.#open.size > 0) await abortable(Promise.all(this.#open), signal)
  }

  /** Sends what is left for as long as `signal` allows, and closes the producer. */
  async close(signal: AbortSignal): Promise<void> {
    await this.#producer?.close(signal)
  }

  acknowledged(from: number, to: number): void {
    for (let number = from; number < to; number++) {
      this.#waiting.get(number)?.resolve()
      this.#waiting.delete(number)
    }
  }

  failed(from: number, to: number, _partition: TopicPartition, error: Error): void {
    for (let number = from; number < to; number++) {
      this.#waiting.get(number)?.reject(this.#refused(error))
      this.#waiting.delete(number)
    }
  }

  async #append(
    { key, value, timestamp }: DeadLetter,
    headers: readonly RecordHeader[],
    signal: AbortSignal,
  ): Promise<SentLetter> {
    const producer = this.#producer
    if (producer === null) throw new ConnectError('The dead letter queue is not open.')
    if (!producer.hasRoom) await producer.room(signal)
    await partitionCountOf(this.topic, producer, this.#log, signal)
    // Invariant 4.
    signal.throwIfAborted()
    const appender = producer.appender(this.topic, producer.choosePartition(this.topic, key))
    const number = this.#next++
    const durable = new Promise<void>((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject })
    })
    try {
      appender.append(number, timestamp < 0 ? Date.now() : timestamp, key, value, headers)
    } catch (error) {
      this.#waiting.delete(number)
      throw error
    }
    this.#open.add(durable)
    const forget = (): void => void this.#open.delete(durable)
    durable.then(forget, forget)
    return { durable }
  }

  #refused(cause: unknown): Error {
    // What a closing producer gives up was neither refused nor delivered: its records are read again.
    if (cause instanceof ProducerClosedError) return cause
    this.#log.error(`Could not produce message to dead letter queue. topic=${this.topic}`, cause)
    this.#parts.counters.add('deadLetterFailures', 1)
    const failure = new ConnectError(
      `Could not produce message to dead letter queue. topic=${this.topic}: ${asError(cause).message} ` +
        'The record is not skipped: it is read again once the task is restarted. See to the topic, or take ' +
        'errors.deadletterqueue.topic.name out of the configuration to have such records skipped.',
      { cause },
    )
    if (this.#failure === null) this.#parts.onFailure(failure)
    this.#failure ??= failure
    return this.#failure
  }
}
