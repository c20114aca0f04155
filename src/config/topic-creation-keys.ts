import { parseType } from './parse-type.ts'
import type { ConnectorConfig } from './types.ts'

/** Begins the keys by which a source connector says how its topics are created (KIP-158). */
export const topicCreationPrefix = 'topic.creation.'

/** Whether a source connector has rules for the topics it writes to. */
export function hasTopicCreationKeys(connectorConfig: ConnectorConfig): boolean {
  return Object.keys(connectorConfig).some((key) => key.startsWith(topicCreationPrefix))
}

/**
 * Whether a source connector's topics are created by its own rules: it has some, and the worker allows them. Throws a
 * ConfigError where the worker's key is no boolean.
 */
export function createsTopics(
  workerConfig: ConnectorConfig,
  connectorConfig: ConnectorConfig,
): boolean {
  const key = `${topicCreationPrefix}enable`
  const enabled = parseType(key, workerConfig[key] ?? 'true', 'BOOLEAN') === true
  return enabled && hasTopicCreationKeys(connectorConfig)
}
