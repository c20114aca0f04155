import { TopicLog } from '../kafka/consumer/topic-log.ts'
import type { TopicLogRecord } from '../kafka/consumer/topic-log.ts'
import { clientOptions } from '../kafka/net/client-options.ts'
import { KafkaClient } from '../kafka/net/client.ts'
import { loadCompression } from '../kafka/producer/compression-config.ts'
import type { ClientConfig } from '../kafka/types.ts'
import type { Logger } from '../util/logger.ts'
import { FollowedState } from './followed-state.ts'
import { checkInternalTopic, createInternalTopic } from './internal-topic.ts'
import type { TopicPurpose } from './internal-topic.ts'
import type { RawRecord } from './raw-record.ts'
import type { InternalTopic, TopicAdmin } from './topic-admin.ts'
import { TopicWriter } from './topic-writer.ts'

/** Where a store of the worker keeps what it knows. */
export interface InternalTopicOptions {
  readonly topic: InternalTopic
  /** How to reach the brokers, under Kafka's keys; of producer and consumer alike. */
  readonly clientConfig: ClientConfig
  /** Of the consumer, where that differs. */
  readonly readConfig?: ClientConfig
  readonly admin: TopicAdmin
}

export interface InternalLogParts<S> extends InternalTopicOptions {
  readonly purpose: TopicPurpose
  readonly logger: Logger
  /** A state in which nothing is known. */
  readonly create: () => S
  /** Takes a record. The buffers are views that end with the call: copy what is kept. */
  readonly load: (state: S, record: TopicLogRecord) => void
  /** Called when the topic could not be read for a while, and is again. */
  readonly onReopened?: () => void
}

/** What ended the log is nothing that a moment helps against. */
const REOPEN_BACKOFF = { firstMs: 500, maxMs: 10_000 }

/** What has been opened. */
interface Open<S> {
  readonly client: KafkaClient
  readonly log: FollowedState<S>
  readonly writer: TopicWriter
}

/**
 * A compacted topic that holds state: created where it is missing, read to its end and followed, and written. What is read is what the topic
 * says: a write is known once it has come back.
 */
export class InternalLog<S> {
  readonly #parts: InternalLogParts<S>
  #open: Open<S> | null = null
  #topicLog: TopicLog | null = null

  constructor(parts: InternalLogParts<S>) {
    this.#parts = parts
  }

  /** What is known so far. */
  get state(): S {
    return this.#opened().log.state
  }

  /** Of the topic; 0 before it was read. */
  get partitionCount(): number {
    return this.#topicLog?.partitionCount ?? 0
  }

  /** Creates the topic where it is missing. Rejects with a ConfigError where it is not compacted. */
  async start(signal: AbortSignal): Promise<void> {
    const { topic, clientConfig, admin, purpose, logger, create, onReopened } = this.#parts
    const { readConfig = clientConfig } = this.#parts
    const created = await createInternalTopic(admin, topic, purpose, signal)
    await loadCompression(clientConfig)
    const client = new KafkaClient(clientOptions(readConfig))
    const log = new FollowedState({
      topic: topic.name,
      holds: purpose.purpose,
      logger,
      create,
      open: (state: S) => this.#openLog(client, state),
      backoff: REOPEN_BACKOFF,
      ...(onReopened && { onReopened }),
    })
    this.#open = { client, log, writer: new TopicWriter(topic.name, clientConfig) }
    const checked = created ? null : checkInternalTopic(admin, topic, purpose, signal)
    await Promise.all([checked, log.start(signal)])
  }

  /** The state once all is read that was written before. */
  readToEnd(signal: AbortSignal): Promise<S> {
    return this.#opened().log.readToEnd(signal)
  }

  /** Resolves once every record is durable (invariant 1); rejects where one is not, retriable. */
  write(records: readonly RawRecord[], signal: AbortSignal): Promise<void> {
    return this.#opened().writer.write(records, signal)
  }

  /** Why the topic is not read, null while it is. */
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

  #openLog(client: KafkaClient, state: S): TopicLog {
    const { topic, clientConfig, readConfig = clientConfig, load } = this.#parts
    this.#topicLog = new TopicLog({
      client,
      topic: topic.name,
      config: readConfig,
      onRecord: (record) => load(state, record),
    })
    return this.#topicLog
  }

  #opened(): Open<S> {
    if (this.#open === null) {
      throw new Error(`The store of ${this.#parts.purpose.purpose} was not started.`)
    }
    return this.#open
  }
}
