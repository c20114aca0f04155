import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import type { KafkaClient as OtherClient } from '../kafka-client.ts'

/** A record as text. */
export interface WatchedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** In ms since the epoch, by the clock of who wrote it. */
  readonly timestamp: number
  readonly key: string
  readonly value: string | null
}

interface End {
  readonly topic: string
  readonly partition: number
  readonly end: number
}

export interface WatchOptions {
  readonly bootstrapServers: string
  readonly topics: readonly string[]
  /** Leaves out what was aborted, and what is not committed yet. */
  readonly isolation?: 'read_committed'
}

const limitMs = 60_000

/** Follows topics from their beginning, so that what compaction takes away is still known. */
export class TopicWatch implements AsyncDisposable {
  readonly #client: KafkaClient
  readonly #consumer: AssignedConsumer
  readonly #kafka: OtherClient
  readonly #topics: readonly string[]
  readonly #assigned = new Set<string>()
  readonly #records: WatchedRecord[] = []
  #changedAt = Date.now()

  /** `kafka` stays its owner's. */
  constructor(options: WatchOptions, kafka: OtherClient) {
    const config = {
      'bootstrap.servers': options.bootstrapServers,
      'auto.offset.reset': 'earliest',
      ...(options.isolation && { 'isolation.level': options.isolation }),
    }
    this.#client = new KafkaClient(clientOptions(config))
    this.#consumer = new AssignedConsumer(this.#client, consumerOptions(config))
    this.#kafka = kafka
    this.#topics = options.topics
  }

  /** All that has been read, partition by partition in the order of offsets. */
  records(topic: string): readonly WatchedRecord[] {
    return this.#records.filter((record) => record.topic === topic)
  }

  /** The last record of each key. */
  latest(topic: string): Map<string, WatchedRecord> {
    return new Map(this.records(topic).map((record) => [record.key, record]))
  }

  /** For how long nothing has come. */
  get quietMs(): number {
    return Date.now() - this.#changedAt
  }

  /** Reads all that has been written by now. */
  async toEnd(): Promise<void> {
    const signal = AbortSignal.timeout(limitMs)
    const ends = await this.#ends()
    await this.#assign(ends, signal)
    const isBehind = (each: End): boolean =>
      each.end > 0 && (this.#consumer.knownPosition(each) ?? -1) < each.end
    while (ends.some(isBehind)) {
      for (const { topic, partition, cursor } of await this.#consumer.poll(200, signal)) {
        while (cursor.next()) {
          const text = (start: number, end: number): string | null =>
            start < 0 ? null : cursor.buffer.toString('utf8', start, end)
          const key = text(cursor.keyStart, cursor.keyEnd) ?? ''
          const value = text(cursor.valueStart, cursor.valueEnd)
          const { offset, timestamp } = cursor
          this.#records.push({ topic, partition, offset, timestamp, key, value })
          this.#changedAt = Date.now()
        }
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.close()
    await this.#client.close()
  }

  async #ends(): Promise<End[]> {
    const ends = await Promise.all(
      this.#topics.map(async (topic) => {
        const offsets = await this.#kafka.admin.fetchTopicOffsets(topic)
        return offsets.map(({ partition, high }) => ({ topic, partition, end: Number(high) }))
      }),
    )
    return ends.flat()
  }

  async #assign(ends: readonly End[], signal: AbortSignal): Promise<void> {
    const added = ends.filter(
      ({ topic, partition }) => !this.#assigned.has(`${topic}/${partition}`),
    )
    if (added.length === 0) return
    const wait = { timeoutMs: limitMs, allowAutoTopicCreation: false }
    for (const topic of new Set(added.map((each) => each.topic)))
      await this.#client.metadata.ensureTopic(topic, wait, signal)
    this.#consumer.assign(ends)
    for (const each of added) {
      this.#assigned.add(`${each.topic}/${each.partition}`)
      this.#consumer.reset(each)
    }
  }
}
