import { AssignedConsumer } from '../../kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../kafka/consumer/consumer-options.ts'
import { listOffsets } from '../../kafka/consumer/list-offsets.ts'
import type { KafkaClient } from '../../kafka/net/client.ts'
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '../../kafka/protocol/list-offsets.ts'
import { partitionText } from '../../kafka/topic-partitions.ts'
import type { ClientConfig } from '../../kafka/types.ts'
import type { TopicPartition } from '../../api/topic-partition.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import { rawRecordOf } from '../../runtime/raw-record.ts'
import type { RawRecord } from '../../runtime/raw-record.ts'
import { hasContext } from './letter.ts'

/** A part of a partition: from the first offset up to but not including the second. */
export interface Range extends TopicPartition {
  readonly from: number
  readonly to: number
}

const waitMs = 1000
const committed = 1

/** The topics of a cluster as records to look through. */
export class LetterTopics {
  readonly #client: KafkaClient
  readonly #config: ClientConfig
  readonly #signal: AbortSignal

  constructor(client: KafkaClient, config: ClientConfig, signal: AbortSignal) {
    this.#client = client
    this.#config = config
    this.#signal = signal
  }

  /** What the partitions of these topics hold now. Rejects where one is not there. */
  async ranges(topics: readonly string[]): Promise<Range[]> {
    await this.#client.metadata.refresh(topics, this.#signal)
    const partitions = topics.flatMap((topic) => {
      const known = this.#client.metadata.topic(topic)?.partitions ?? []
      if (known.length === 0) throw new ConnectError(`There is no topic ${topic}.`)
      return known.map(({ partition }) => ({ topic, partition }))
    })
    const [first, end] = [
      await this.#offsets(partitions, EARLIEST_TIMESTAMP),
      await this.#offsets(partitions, LATEST_TIMESTAMP),
    ]
    return partitions.map((each) => ({
      ...each,
      from: first.get(partitionText(each)) ?? 0,
      to: end.get(partitionText(each)) ?? 0,
    }))
  }

  /** Topics of which a last record says why it failed: their partitions' last records are looked at. */
  async findQueues(): Promise<string[]> {
    const all = await this.#client.metadata.allTopics(this.#signal)
    const names = all.filter(({ internal }) => !internal).map(({ name }) => name)
    const ranges = names.length === 0 ? [] : await this.ranges(names)
    const last = ranges.filter(({ from, to }) => to > from).map((r) => ({ ...r, from: r.to - 1 }))
    const found = new Set<string>()
    await this.read(last, (records) => {
      for (const record of records) if (hasContext(record)) found.add(record.topic)
      return Promise.resolve(true)
    })
    return [...found].sort()
  }

  /**
   * Gives all records of the ranges to `take`, some of one partition at a time, in their order, until it answers false. With
   * them goes what of the partition has been read by then.
   */
  async read(
    ranges: readonly Range[],
    take: (records: readonly RawRecord[], reached: Range) => Promise<boolean>,
  ): Promise<void> {
    const left = new Map(
      ranges.filter(({ from, to }) => to > from).map((r) => [partitionText(r), r]),
    )
    // What retention deletes meanwhile is gone; by the default, latest, the rest of its partition would be left out.
    const own = { 'isolation.level': 'read_committed', 'auto.offset.reset': 'earliest' }
    const config = { ...this.#config, ...own }
    const consumer = new AssignedConsumer(this.#client, consumerOptions(config))
    try {
      consumer.assign([...left.values()])
      for (const range of left.values()) consumer.seek(range, range.from)
      while (left.size > 0) {
        for (const slice of await consumer.poll(waitMs, this.#signal)) {
          const range = left.get(partitionText(slice))
          if (range === undefined) continue
          const records: RawRecord[] = []
          while (slice.cursor.next()) {
            if (slice.cursor.offset >= range.to) break
            records.push(rawRecordOf(slice.topic, slice.partition, slice.cursor))
          }
          const to = Math.min(slice.nextOffset, range.to)
          if (!(await take(records, { ...range, to }))) return
        }
        this.#dropFinished(consumer, left)
      }
    } finally {
      await consumer.close()
    }
  }

  /** Behind the last record there may be marks of transactions, which no poll returns. */
  #dropFinished(consumer: AssignedConsumer, left: Map<string, Range>): void {
    for (const [key, range] of left) {
      if ((consumer.knownPosition(range) ?? 0) < range.to) continue
      left.delete(key)
      consumer.pause([range])
    }
  }

  #offsets(
    partitions: readonly TopicPartition[],
    timestamp: number,
  ): Promise<ReadonlyMap<string, number>> {
    const query = { partitions, timestamp, isolationLevel: committed, purpose: 'meta' } as const
    return listOffsets(this.#client, query, this.#signal)
  }
}
