import { ConfigError } from '../errors/connect-error.ts'
import { invalidValue } from './parse-type.ts'
import type { ConnectorConfig, Validator } from './types.ts'
import { isBlank, validator } from './validators.ts'

/** What the keys of the worker's own topics have in common. */

const defaultOfBroker = "or -1 to use the broker's default"

export const partitionCount: Validator = minusOneOrPositive(
  `Number of partitions must be positive, ${defaultOfBroker}`,
)

export const replicationFactor: Validator = minusOneOrPositive(
  `Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, ${defaultOfBroker}`,
)

/** The name of a topic; `missing` is Java's sentence for a blank one. */
export function topicName(missing: string): Validator {
  return validator('non-blank topic', (_name, value) => {
    if (typeof value === 'string' && isBlank(value)) throw new ConfigError(missing)
  })
}

/** Beginnings of the keys of an internal topic. */
export type TopicPrefix = 'offset.storage.' | 'config.storage.' | 'status.storage.'

/** What follows it in the worker's own keys; anything else is a setting of the topic. */
const ownSuffixes = ['topic', 'partitions', 'replication.factor', 'file.filename']

/** Settings of a topic that is created: `offset.storage.<key>` beyond the keys of the worker itself; always compacted. */
export function internalTopicConfigs(
  originals: ConnectorConfig,
  prefix: TopicPrefix,
): ConnectorConfig {
  const own = Object.entries(originals)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const)
    .filter(([key]) => !ownSuffixes.includes(key))
  return { ...Object.fromEntries(own), 'cleanup.policy': 'compact' }
}

/** Java's sentence where the file wants an internal topic otherwise than compacted. */
export function warningsOfTopic(
  originals: ConnectorConfig,
  prefix: TopicPrefix,
): readonly string[] {
  const policy = originals[`${prefix}cleanup.policy`]
  if (policy === undefined) return []
  return [`Ignoring '${prefix}cleanup.policy=${policy}' setting, since compaction is always used`]
}

function minusOneOrPositive(text: string): Validator {
  return validator('[-1, 1,...]', (name, value) => {
    if (typeof value !== 'number' || value < -1 || value === 0) {
      throw invalidValue(name, value, text)
    }
  })
}
