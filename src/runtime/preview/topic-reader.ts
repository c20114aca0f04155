import type { TopicPartition } from '../../api/topic-partition.ts'
import { consumerConfigFor } from '../../config/client-config.ts'
import { isRetriable } from '../../errors/connect-error.ts'
import { AssignedConsumer } from '../../kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../kafka/consumer/consumer-options.ts'
import { listOffsets } from '../../kafka/consumer/list-offsets.ts'
import { KafkaClient } from '../../kafka/net/client.ts'
import { clientOptions } from '../../kafka/net/client-options.ts'
import { LATEST_TIMESTAMP } from '../../kafka/protocol/list-offsets.ts'
import { comparePartitions, partitionText } from '../../kafka/topic-partitions.ts'
import type { CommittedPosition } from '../../messages/preview.ts'
import type { TaskStart } from '../../messages/protocol.ts'
import { delay } from '../../util/abort.ts'
import type { MemoryShare } from '../../util/memory-budget.ts'
import { rawRecordOf } from '../raw-record.ts'
import type { RawRecord } from '../raw-record.ts'
import { ownerOf, subscriptionOf } from '../task-parts.ts'

/** Few records are wanted, so little is fetched ahead. */
const fetchBytes = String(1024 * 1024)
const pollMs = 200
/** Pause after a poll that failed and may be tried again. */
const retryMs = 100

/**
 * Reads the topics of a sink as its consumer would, beside its group: it joins none, commits nothing, and no broker learns more
 * of it than that somebody reads.
 */
export class TopicReader {
  readonly #start: TaskStart
  readonly #client: KafkaClient
  readonly #consumer: AssignedConsumer
  readonly #memory: MemoryShare
  readonly #isolationLevel: 0 | 1
  #partitions: readonly TopicPartition[] = []
  /** Where the partitions ended when reading began. */
  #ends: ReadonlyMap<string, number> = new Map()

  /** `memory` is closed with the reader. */
  constructor(start: TaskStart, limit: number, memory: MemoryShare) {
    const { workerConfig, connectorConfig } = start
    const config = consumerConfigFor(workerConfig, connectorConfig, ownerOf(start))
    const options = consumerOptions({
      ...config,
      'fetch.max.bytes': fetchBytes,
      'max.partition.fetch.bytes': fetchBytes,
      'max.poll.records': String(limit),
      'auto.offset.reset': 'earliest',
    })
    const clientId = `${config['client.id'] ?? 'connector-consumer'}-preview`
    this.#start = start
    this.#client = new KafkaClient(clientOptions({ ...config, 'client.id': clientId }))
    this.#consumer = new AssignedConsumer(this.#client, options, memory)
    this.#memory = memory
    this.#isolationLevel = options.isolationLevel
  }

  /** Finds the partitions and where to begin in each: at its position, else at the beginning. */
  async open(positions: readonly CommittedPosition[], signal: AbortSignal): Promise<void> {
    const topics = await this.#topics(signal)
    this.#partitions = topics
      .flatMap((topic) => {
        const partitions = this.#client.metadata.topic(topic)?.partitions ?? []
        return partitions.map(({ partition }) => ({ topic, partition }))
      })
      .sort(comparePartitions)
    this.#consumer.assign(this.#partitions)
    const known = new Map(positions.map((each) => [partitionText(each), each.offset]))
    for (const partition of this.#partitions) {
      const offset = known.get(partitionText(partition))
      if (offset === undefined) this.#consumer.reset(partition)
      else this.#consumer.seek(partition, offset)
    }
    const query = { partitions: this.#partitions, timestamp: LATEST_TIMESTAMP, purpose: 'meta' }
    const isolationLevel = this.#isolationLevel
    this.#ends = await listOffsets(this.#client, { ...query, isolationLevel }, signal)
  }

  /** The topics that are there. */
  get topics(): readonly string[] {
    return [...new Set(this.#partitions.map(({ topic }) => topic))]
  }

  /** Whether everything was read that was there when reading began. */
  get atEnd(): boolean {
    return this.#partitions.every((each) => {
      const position = this.#consumer.knownPosition(each)
      return position !== null && position >= (this.#ends.get(partitionText(each)) ?? 0)
    })
  }

  /** The next records, their bytes copied; none where there were none for a while. */
  async next(signal: AbortSignal): Promise<readonly RawRecord[]> {
    try {
      const fetched = await this.#consumer.poll(pollMs, signal)
      return fetched.flatMap(({ topic, partition, cursor }) => {
        const records: RawRecord[] = []
        while (cursor.next()) records.push(rawRecordOf(topic, partition, cursor))
        return records
      })
    } catch (error) {
      if (!isRetriable(error)) throw error
      await delay(retryMs, signal)
      return []
    }
  }

  async close(): Promise<void> {
    await this.#consumer.close()
    await this.#client.close()
    this.#memory.close()
  }

  async #topics(signal: AbortSignal): Promise<readonly string[]> {
    const subscription = subscriptionOf(this.#start)
    const { metadata } = this.#client
    const topics =
      'topics' in subscription
        ? subscription.topics
        : (await metadata.allTopics(signal))
            .filter(({ name, internal }) => !internal && subscription.pattern.matches(name))
            .map(({ name }) => name)
    if (topics.length > 0) await metadata.refresh(topics, signal)
    return topics
  }
}
