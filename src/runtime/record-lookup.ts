import type { TopicPartition } from '../api/topic-partition.ts'
import { AssignedConsumer } from '../kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../kafka/consumer/consumer-options.ts'
import { KafkaClient } from '../kafka/net/client.ts'
import { clientOptions } from '../kafka/net/client-options.ts'
import type { ClientConfig, FetchedRecords } from '../kafka/types.ts'
import type { MemoryShare } from '../util/memory-budget.ts'
import { RetriableError } from '../errors/connect-error.ts'
import { timeLimit } from '../util/abort.ts'
import { rawRecordOf } from './raw-record.ts'
import type { RawRecord } from './raw-record.ts'

/** Records are looked for one by one, so little is fetched ahead. */
const fetchBytes = String(1024 * 1024)
/** A record that lies further ahead is looked for where it is. */
const aheadRecords = 1000

/** Finds single records in Kafka. */
export interface RecordLookup {
  /** Null where no record has this offset any more. Rejects with a retriable error where the brokers do not say. */
  find(partition: TopicPartition, offset: number, signal: AbortSignal): Promise<RawRecord | null>
  close(): Promise<void>
}

/**
 * Reads a record again that was given to a task, so that nothing is kept of those that do not fail. Records asked for in the
 * order of their offsets are read on from one to the next.
 */
export class KafkaRecordLookup implements RecordLookup {
  readonly #client: KafkaClient
  readonly #consumer: AssignedConsumer
  readonly #memory: MemoryShare
  readonly #limitMs: number
  #turn: Promise<unknown> = Promise.resolve()
  #at: TopicPartition | null = null
  #slice: FetchedRecords | null = null
  /** Of the next record that was not looked at. */
  #next = 0

  /**
   * `config` is that of the task's consumer, whose isolation holds here too. `memory` is closed with the lookup. One look takes
   * no longer than `limitMs`.
   */
  constructor(config: ClientConfig, memory: MemoryShare, limitMs = 60_000) {
    this.#limitMs = limitMs
    this.#client = new KafkaClient(clientOptions(config))
    const options = consumerOptions({
      ...config,
      'fetch.max.bytes': fetchBytes,
      'max.partition.fetch.bytes': fetchBytes,
      // Where a record was deleted, the first one after it says so.
      'auto.offset.reset': 'earliest',
    })
    this.#consumer = new AssignedConsumer(this.#client, options, memory)
    this.#memory = memory
  }

  /** One after the other, in the order of the calls. */
  find(partition: TopicPartition, offset: number, signal: AbortSignal): Promise<RawRecord | null> {
    const found = this.#turn.then(() => this.#find(partition, offset, signal))
    this.#turn = found.catch(() => undefined)
    return found
  }

  async close(): Promise<void> {
    await this.#consumer.close()
    await this.#client.close()
    this.#memory.close()
  }

  async #find(
    { topic, partition }: TopicPartition,
    offset: number,
    signal: AbortSignal,
  ): Promise<RawRecord | null> {
    using limit = timeLimit(this.#limitMs, signal, () => this.#overdue(topic, partition, offset))
    if (!this.#isAhead(topic, partition, offset)) {
      await this.#client.metadata.refresh([topic], limit.signal)
      this.#at = { topic, partition }
      this.#consumer.assign([this.#at])
      this.#consumer.seek(this.#at, offset)
      this.#slice = null
      this.#next = offset
    }
    for (;;) {
      const cursor = this.#slice?.cursor
      while (cursor?.next()) {
        // The log ends before it now, and is read from its beginning: nothing comes of waiting.
        if (cursor.offset < this.#next) return this.#gone()
        this.#next = cursor.offset + 1
        if (cursor.offset === offset) return rawRecordOf(topic, partition, cursor)
        // What comes after it has been looked at, and cannot be looked at again.
        if (cursor.offset > offset) return this.#gone()
      }
      if (this.#slice !== null && this.#slice.nextOffset > offset) return this.#gone()
      ;[this.#slice = null] = await this.#consumer.poll(this.#limitMs, limit.signal)
      limit.signal.throwIfAborted()
    }
  }

  #isAhead(topic: string, partition: number, offset: number): boolean {
    const at = this.#at
    const ahead = offset - this.#next
    return at?.topic === topic && at.partition === partition && ahead >= 0 && ahead < aheadRecords
  }

  #overdue(topic: string, partition: number, offset: number): Error {
    return new RetriableError(
      `The brokers have not given offset ${offset} of ${topic}-${partition} within ${this.#limitMs} ms.`,
    )
  }

  #gone(): null {
    this.#at = null
    return null
  }
}
