import { readClientConfig } from '../../config/client-values.ts'
import type * as Kafkajs from 'kafkajs'
import { codeOf, ErrorCode } from '../protocol/errors.ts'
import type { ClientConfig } from '../types.ts'
import { clientOptions } from '../net/client-options.ts'
import type { ClientOptions } from '../net/client-options.ts'
import { adminErrors } from './admin-errors.ts'
import { withKafkajs } from './kafkajs.ts'
import type { KafkajsConstants } from './kafkajs.ts'

/** A topic to be created; -1 leaves a number to the brokers. */
export interface NewTopic {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly configs: Readonly<Record<string, string>>
}

/**
 * Administration of a cluster. Connects for each call and closes the connection after it; a call ends, and its
 * connection with it, when its signal aborts.
 */
export interface KafkaAdmin {
  /**
   * False where the topic is there already. Rejects with the broker's error where it may not be created. It may take a
   * moment until every broker knows the topic: `ClusterMetadata.ensureTopic` waits for that.
   */
  createTopic(topic: NewTopic, signal: AbortSignal): Promise<boolean>
  /** Rejects where a topic is not there. */
  deleteTopics(names: readonly string[], signal: AbortSignal): Promise<void>
  /** The topic's configuration, defaults included. A sensitive value is null. */
  topicConfig(name: string, signal: AbortSignal): Promise<ReadonlyMap<string, string | null>>
}

/** An administrative client under Kafka's configuration keys. Throws a ConfigError that names the key. */
export function createAdmin(config: ClientConfig): KafkaAdmin {
  readClientConfig('admin', config)
  return new KafkajsAdmin(clientOptions(config))
}

class KafkajsAdmin implements KafkaAdmin {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  async createTopic(topic: NewTopic, signal: AbortSignal): Promise<boolean> {
    const { name, partitions, replicationFactor, configs } = topic
    const configEntries = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
    const asked = { topic: name, numPartitions: partitions, replicationFactor, configEntries }
    try {
      return await this.#call(`Cannot create topic ${name}`, signal, (admin) =>
        admin.createTopics({ topics: [asked], waitForLeaders: false }),
      )
    } catch (error) {
      if (codeOf(error) === ErrorCode.TOPIC_ALREADY_EXISTS) return false
      throw error
    }
  }

  async deleteTopics(names: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#call(`Cannot delete topics ${names.join(', ')}`, signal, (admin) =>
      admin.deleteTopics({ topics: [...names] }),
    )
  }

  async topicConfig(
    name: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string | null>> {
    const { resources } = await this.#call(
      `Cannot describe topic ${name}`,
      signal,
      (admin, { ConfigResourceTypes }) =>
        admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: ConfigResourceTypes.TOPIC, name }],
        }),
    )
    const entries = resources.flatMap(({ configEntries }) => configEntries)
    return new Map(
      entries.map((entry): [string, string | null] => [entry.configName, entry.configValue]),
    )
  }

  async #call<T>(
    doing: string,
    signal: AbortSignal,
    use: (admin: Kafkajs.Admin, constants: KafkajsConstants) => Promise<T>,
  ): Promise<T> {
    try {
      return await withKafkajs(this.#options, signal, use)
    } catch (error) {
      signal.throwIfAborted()
      throw adminErrors(error, doing, this.#options.bootstrapServers)
    }
  }
}
