import type { SourceOffset, SourcePartition } from '../data/records.ts'
import { TopicLog } from '../kafka/consumer/topic-log.ts'
import { clientOptions } from '../kafka/net/client-options.ts'
import { loadCompression } from '../kafka/producer/compression-config.ts'
import { KafkaClient } from '../kafka/net/client.ts'
import type { ClientConfig } from '../kafka/types.ts'
import { checkInternalTopic, createInternalTopic } from './internal-topic.ts'
import type { OffsetBackingStore, StoredOffset } from './offset-backing-store.ts'
import type { OffsetIndex } from './offset-index.ts'
import { OffsetLog } from './offset-log.ts'
import type { InternalTopic, TopicAdmin } from './topic-admin.ts'
import { TopicWriter } from './topic-writer.ts'

export interface KafkaOffsetStoreOptions {
  readonly topic: InternalTopic
  /** How to reach the brokers, under Kafka's keys; of producer and consumer alike. */
  readonly clientConfig: ClientConfig
  readonly admin: TopicAdmin
}

/** What ended the log is nothing that a moment helps against. */
const REOPEN_BACKOFF = { firstMs: 500, maxMs: 10_000 }

const purpose = { configKey: 'offset.storage.topic', purpose: 'source connector offsets' } as const

/** What has been opened. */
interface Open {
  readonly client: KafkaClient
  readonly log: OffsetLog
  readonly writer: TopicWriter
}

/**
 * Offsets in a compacted topic (`offset.storage.topic`), key and value as the Java worker writes them, in the partition that
 * it would choose. What is read is what the topic says: a write is known once it has come back.
 */
export class KafkaOffsetStore implements OffsetBackingStore {
  readonly #options: KafkaOffsetStoreOptions
  #open: Open | null = null

  constructor(options: KafkaOffsetStoreOptions) {
    this.#options = options
  }

  /** Creates the topic where it is missing. Rejects with a ConfigError where it is not compacted. */
  async start(signal: AbortSignal): Promise<void> {
    const { topic, clientConfig, admin } = this.#options
    const created = await createInternalTopic(admin, topic, purpose, signal)
    await loadCompression(clientConfig)
    const client = new KafkaClient(clientOptions(clientConfig))
    const open = (index: OffsetIndex): TopicLog => openLog(client, topic.name, clientConfig, index)
    const log = new OffsetLog({ topic: topic.name, open, backoff: REOPEN_BACKOFF })
    this.#open = { client, log, writer: new TopicWriter(topic.name, clientConfig) }
    const checked = created ? null : checkInternalTopic(admin, topic, purpose, signal)
    await Promise.all([checked, log.start(signal)])
  }

  async get(
    connector: string,
    partitions: readonly (SourcePartition | null)[],
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]> {
    const index = await this.#opened().log.readToEnd(signal)
    return partitions.map((partition) => index.get(connector, partition))
  }

  async set(
    connector: string,
    offsets: readonly StoredOffset[],
    signal: AbortSignal,
  ): Promise<void> {
    const { log, writer } = this.#opened()
    await writer.write(log.index.encode(connector, offsets), signal)
  }

  async entries(connector: string, signal: AbortSignal): Promise<readonly StoredOffset[]> {
    const index = await this.#opened().log.readToEnd(signal)
    return index.entries(connector)
  }

  problem(): string | null {
    return this.#open?.log.problem() ?? null
  }

  async stop(signal: AbortSignal): Promise<void> {
    const open = this.#open
    this.#open = null
    if (open === null) return
    try {
      await open.writer.close(signal)
    } finally {
      await open.log.stop()
      await open.client.close()
    }
  }

  #opened(): Open {
    if (this.#open === null) throw new Error('The offset store was not started.')
    return this.#open
  }
}

function openLog(
  client: KafkaClient,
  topic: string,
  config: ClientConfig,
  index: OffsetIndex,
): TopicLog {
  return new TopicLog({
    client,
    topic,
    config,
    onRecord: ({ key, value }) => {
      if (key === null) return
      index.load({ key: Buffer.from(key), value: value && Buffer.from(value) })
    },
  })
}
