import { ConfigError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import type { InternalTopic, TopicAdmin } from './topic-admin.ts'

const log = createLogger('org.apache.kafka.connect.util.TopicAdmin')

/** What an internal topic is for, in the words of Java's messages. */
export interface TopicPurpose {
  /** The key that names the topic: `offset.storage.topic`. */
  readonly configKey: string
  /** `source connector offsets` */
  readonly purpose: string
}

/** Creates the topic; false where it is there already, and is then to be checked. */
export async function createInternalTopic(
  admin: TopicAdmin,
  topic: InternalTopic,
  { purpose }: TopicPurpose,
  signal: AbortSignal,
): Promise<boolean> {
  const created = await admin.createTopic(topic, signal)
  if (created) log.info(`Created topic ${topic.name} for ${purpose}`)
  return created
}

/** Checks that a topic that was there already is compacted: any other loses state in time. */
export async function checkInternalTopic(
  admin: TopicAdmin,
  topic: InternalTopic,
  { configKey, purpose }: TopicPurpose,
  signal: AbortSignal,
): Promise<void> {
  const policy = await admin.topicConfig(topic.name, 'cleanup.policy', signal)
  if (policy === null) {
    log.info(
      `Unable to check that topic ${topic.name} for ${purpose} has cleanup.policy=compact: its settings cannot be read.`,
    )
    return
  }
  if (policy === 'compact') return
  throw new ConfigError(
    `Topic '${topic.name}' supplied via the '${configKey}' property is required to have 'cleanup.policy=compact' ` +
      `to guarantee consistency and durability of ${purpose}, but found the topic currently has 'cleanup.policy=${policy}'. ` +
      `Continuing would likely result in eventually losing ${purpose} and problems restarting this Connect cluster in the future. ` +
      `Change the '${configKey}' property in the Connect worker configurations to use a topic with 'cleanup.policy=compact'.`,
  )
}
