/** An internal topic as it is to be created. -1 means: as the broker has it. */
export interface InternalTopic {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  /** Topic-level settings, `cleanup.policy` among them. */
  readonly configs: Readonly<Record<string, string>>
}

/** What a store asks of an administrative client. */
export interface TopicAdmin {
  /**
   * False where the topic is there already, or where one may only assume so (creating is not allowed). Waits for
   * enough brokers, as long as `default.api.timeout.ms` allows.
   */
  createTopic(topic: InternalTopic, signal: AbortSignal): Promise<boolean>
  /** A topic-level setting; null where it cannot be read. */
  topicConfig(topic: string, key: string, signal: AbortSignal): Promise<string | null>
}
