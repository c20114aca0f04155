import { asError, isRetriable } from '../../errors/connect-error.ts'
import { createLogger } from '../../util/logger.ts'
import type { KafkaClient } from '../net/client.ts'
import { partitionText } from '../topic-partitions.ts'
import type { Subscription, TopicPattern } from '../types.ts'
import type { GroupOptions } from './group-options.ts'
import type { PartitionRacks } from './partition-racks.ts'

const log = createLogger('org.apache.kafka.clients.consumer.internals.ConsumerCoordinator')

/** How soon a topic that is missing is looked for again. */
const MISSING_TOPIC_MS = 1000

export interface TopicWatchParts {
  readonly client: KafkaClient
  readonly options: GroupOptions
  readonly subscription: Subscription
}

/** Keeps an eye on the topics of a subscription: which a pattern matches, and how many partitions each has. */
export class TopicWatch {
  readonly #parts: TopicWatchParts
  readonly #pattern: TopicPattern | null
  #topics: readonly string[]
  #dueAt = 0
  #looking: Promise<boolean> | null = null

  constructor(parts: TopicWatchParts) {
    const { subscription } = parts
    this.#parts = parts
    this.#pattern = 'pattern' in subscription ? subscription.pattern : null
    this.#topics = 'topics' in subscription ? [...new Set(subscription.topics)].sort() : []
  }

  /** The topics subscribed to, as far as they are known, in order. */
  get topics(): readonly string[] {
    return this.#topics
  }

  /** In how many ms it wants to look again. */
  get dueInMs(): number {
    return this.#looking === null ? Math.max(this.#dueAt - performance.now(), 0) : Infinity
  }

  /** Looks now; false where no broker has answered, and it is to be tried again. One look at a time; whoever comes meanwhile waits for that one. Rejects where it cannot go on. */
  look(signal: AbortSignal): Promise<boolean> {
    this.#looking ??= this.#look(signal).finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  /** Partitions of the topics that exist, by topic; those that were never asked for are asked for now. */
  async partitionCounts(
    topics: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    const { metadata } = this.#parts.client
    const unknown = topics.filter((topic) => metadata.topic(topic) === undefined)
    if (unknown.length > 0) await metadata.refresh(unknown, signal)
    return this.knownCounts(topics)
  }

  /** As {@link partitionCounts}, from what is known. */
  knownCounts(topics: readonly string[]): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const topic of topics) {
      const count = this.#parts.client.metadata.topic(topic)?.partitions.length ?? 0
      if (count > 0) counts.set(topic, count)
    }
    return counts
  }

  /** The racks that have replicas of what is known of these topics. */
  partitionRacks(topics: readonly string[]): PartitionRacks {
    const { metadata } = this.#parts.client
    const racks = new Map<string, ReadonlySet<string>>()
    for (const topic of topics) {
      for (const { partition, replicas } of metadata.topic(topic)?.partitions ?? []) {
        const names = replicas.flatMap((id) => metadata.node(id)?.rack ?? [])
        racks.set(partitionText({ topic, partition }), new Set(names))
      }
    }
    return racks
  }

  async #look(signal: AbortSignal): Promise<boolean> {
    const { options } = this.#parts
    try {
      if (this.#pattern === null) await this.#lookAtTopics(signal)
      else await this.#lookForTopics(this.#pattern, signal)
      const areAllThere = this.knownCounts(this.#topics).size === this.#topics.length
      const wait = areAllThere ? options.metadataMaxAgeMs : MISSING_TOPIC_MS
      this.#dueAt = performance.now() + Math.min(wait, options.metadataMaxAgeMs)
      return true
    } catch (error) {
      this.#dueAt = performance.now() + MISSING_TOPIC_MS
      signal.throwIfAborted()
      if (!isRetriable(error)) throw error
      log.info(`Topics could not be looked at, trying again: ${asError(error).message}`)
      return false
    }
  }

  async #lookAtTopics(signal: AbortSignal): Promise<void> {
    const { client, options } = this.#parts
    await client.metadata.refresh(this.#topics, signal, options.allowAutoTopicCreation)
  }

  async #lookForTopics(pattern: TopicPattern, signal: AbortSignal): Promise<void> {
    const { client, options } = this.#parts
    const all = await client.metadata.allTopics(signal)
    const matching = all.filter(
      ({ name, internal }) => pattern.matches(name) && !(internal && options.excludeInternalTopics),
    )
    this.#topics = matching.map(({ name }) => name).sort()
    if (this.#topics.length > 0) await client.metadata.refresh(this.#topics, signal)
  }
}
