import type { SourceRecord } from '../data/records.ts'
import { ConnectError, DataError } from '../errors/connect-error.ts'
import type { RecordAppender, RecordProducer } from '../kafka/types.ts'
import { timeLimit } from '../util/abort.ts'
import type { TaskServices } from './task.ts'
import { ToldTopics } from './told-topics.ts'
import { lookupMs, partitionCountOf } from './topic-lookup.ts'

const ownOffsetsTopic =
  'Source tasks may not produce to their own offsets topics when exactly-once support is enabled'

/** Which topics a source task may write to. */
export interface TopicRules {
  /** Whether the connector says how its topics are created. */
  readonly createsTopics: boolean
  /**
   * Where its offsets are written in the same transactions: a record there would keep the task itself from reading its offsets
   * until the transaction ends.
   */
  readonly offsetsTopic?: string
}

/** Finds the partition of each record, and where to append it. */
export class PartitionRouter {
  readonly #producer: RecordProducer
  readonly #services: TaskServices
  readonly #rules: TopicRules
  /** Partitions of each topic met so far. */
  readonly #topics = new Map<string, number>()
  readonly #told: ToldTopics
  #topic = ''
  #partition = -1
  #appender: RecordAppender | null = null

  constructor(producer: RecordProducer, services: TaskServices, rules: TopicRules) {
    this.#producer = producer
    this.#services = services
    this.#rules = rules
    this.#told = new ToldTopics(services)
  }

  /** To be called once a batch: where the topics in use were reset meanwhile, each is told of again. */
  beginBatch(): void {
    if (this.#told.beginBatch()) this.#topic = ''
  }

  /** Hot: whether records for `topic` can be routed without a look-up. */
  knows(topic: string): boolean {
    return topic === this.#topic || this.#told.has(topic)
  }

  /** Creates `topic` where the connector says how, looks it up, and tells that it is in use. */
  async prepare(topic: string, cancelled: AbortSignal): Promise<void> {
    if (!this.#topics.has(topic)) await this.#lookUp(topic, cancelled)
    this.#told.tell(topic)
  }

  async #lookUp(topic: string, cancelled: AbortSignal): Promise<void> {
    if (topic === this.#rules.offsetsTopic) throw new ConnectError(ownOffsetsTopic)
    if (this.#rules.createsTopics) {
      using limit = timeLimit(lookupMs, cancelled)
      await this.#services.createTopic(topic, limit.signal)
    }
    const { logger } = this.#services
    this.#topics.set(topic, await partitionCountOf(topic, this.#producer, logger, cancelled))
  }

  /** Hot: where to append `record`, whose key has these bytes. */
  appenderFor(record: SourceRecord, key: Uint8Array | null): RecordAppender {
    const { topic } = record
    const partition = record.kafkaPartition ?? this.#producer.choosePartition(topic, key)
    if (this.#appender !== null && topic === this.#topic && partition === this.#partition) {
      return this.#appender
    }
    const count = this.#topics.get(topic) ?? 0
    if (record.kafkaPartition !== null && (partition < 0 || partition >= count)) {
      throw new DataError(
        `Invalid partition given with record: ${partition} is not in the range [0...${count}) of topic '${topic}'.`,
      )
    }
    this.#appender = this.#producer.appender(topic, partition)
    this.#topic = topic
    this.#partition = partition
    return this.#appender
  }
}
