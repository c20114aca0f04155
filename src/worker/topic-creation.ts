import { topicCreationPrefix as prefix } from '../config/topic-creation-keys.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { ConfigError, asError } from '../errors/connect-error.ts'
import { JavaPattern } from '../util/regex/java-pattern.ts'

/** A topic to be created; -1 leaves a number to the broker. */
export interface NewTopic {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly configs: Readonly<Record<string, string>>
}

/** Creates topics, with the client settings of the connector that wants them. */
export interface TopicCreator {
  /** False where the topic is there already. Rejects where it may not be created. */
  create(
    topic: NewTopic,
    connector: { readonly name: string; readonly config: ConnectorConfig },
    signal: AbortSignal,
  ): Promise<boolean>
}

/**
 * The topic `name` as the first group of `topic.creation.groups` that takes it says, else as the group `default`.
 * A group takes a topic that one of its `include` patterns, in Java's syntax, matches as a whole and none of its `exclude`.
 */
export function newTopicOf(config: ConnectorConfig, name: string): NewTopic {
  const groups = listOf(config['topic.creation.groups']).filter((group) => group !== 'default')
  const group = groups.find((candidate) => takes(config, candidate, name)) ?? 'default'
  return {
    name,
    partitions: numberOf(config, group, 'partitions'),
    replicationFactor: numberOf(config, group, 'replication.factor'),
    configs: topicConfigsOf(config, group),
  }
}

function takes(config: ConnectorConfig, group: string, topic: string): boolean {
  const matches = (key: string): boolean =>
    listOf(config[`${prefix}${group}.${key}`]).some((pattern) =>
      patternOf(pattern, `${prefix}${group}.${key}`).matches(topic),
    )
  return matches('include') && !matches('exclude')
}

function patternOf(pattern: string, key: string): JavaPattern {
  try {
    return new JavaPattern(pattern)
  } catch (cause) {
    throw new ConfigError(
      `Invalid value ${pattern} for configuration ${key}: expected a list of regular expressions: ${asError(cause).message}`,
      { cause },
    )
  }
}

/** The group's own number, else that of the group `default`. */
function numberOf(config: ConnectorConfig, group: string, name: string): number {
  const own = `${prefix}${group}.${name}`
  const key = config[own] === undefined ? `${prefix}default.${name}` : own
  const text = config[key]
  if (text === undefined) {
    throw new ConfigError(
      `Missing required configuration "${key}" which has no default value: topics are created by ${prefix}* rules.`,
    )
  }
  const value = Number(text.trim())
  if (!Number.isInteger(value) || (value !== -1 && value < 1)) {
    throw new ConfigError(
      `Invalid value ${text} for configuration ${key}: expected an integer of at least 1, or -1 for the broker's default.`,
    )
  }
  return value
}

const ownKeys = new Set(['include', 'exclude', 'partitions', 'replication.factor'])

/** What the group says beyond its own keys is configuration of the topic. */
function topicConfigsOf(config: ConnectorConfig, group: string): Record<string, string> {
  const start = `${prefix}${group}.`
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(start) && !ownKeys.has(key.slice(start.length)))
      .map(([key, value]) => [key.slice(start.length), value]),
  )
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}
