import { ConfigError } from '../../api/index.ts'
import { SerializationError } from '../serialization-error.ts'
import { BoundedMap } from './bounded-map.ts'
import type { SchemaRegistry } from './registry-client.ts'
import type { RegistryConfig } from './registry-config.ts'

/** Names the subjects under which a registry keeps schemas (`io.confluent.kafka.serializers.subject.*`). */
export interface SubjectNames {
  /** Whether the name depends on the schema, so that a reader has to have it first. */
  readonly usesSchema: boolean
  /** `recordName` is the full name of a record; null for any other schema. A SerializationError where there is no name. */
  subjectOf(topic: string, recordName: string | null): Promise<string | null>
}

/** Topics whose associations are kept. */
const mostTopics = 1000

/** As `key.subject.name.strategy` or `value.subject.name.strategy` says. Throws a ConfigError for one that is not known. */
export function subjectNames(
  config: RegistryConfig,
  isKey: boolean,
  registry: SchemaRegistry,
): SubjectNames {
  const key = isKey ? 'key.subject.name.strategy' : 'value.subject.name.strategy'
  const className = config[key]
  const side: Side = { key, className, isKey }
  switch (className.slice(className.lastIndexOf('.') + 1)) {
    case 'TopicNameStrategy':
      return byTopic(isKey)
    case 'RecordNameStrategy':
      return byRecord(side, () => '')
    case 'TopicRecordNameStrategy':
      return byRecord(side, (topic) => `${topic}-`)
    case 'AssociatedNameStrategy':
      return byAssociation(config, side, registry)
    default:
      throw new ConfigError(
        `Invalid value ${className} for configuration ${key}: expected TopicNameStrategy, RecordNameStrategy, TopicRecordNameStrategy or AssociatedNameStrategy of io.confluent.kafka.serializers.subject.`,
      )
  }
}

interface Side {
  readonly key: string
  readonly className: string
  readonly isKey: boolean
}

function byTopic(isKey: boolean): SubjectNames {
  const suffix = isKey ? '-key' : '-value'
  return { usesSchema: false, subjectOf: (topic) => Promise.resolve(topic + suffix) }
}

function byRecord(side: Side, prefixOf: (topic: string) => string): SubjectNames {
  return {
    usesSchema: true,
    subjectOf(topic, recordName) {
      if (recordName !== null) return Promise.resolve(prefixOf(topic) + recordName)
      const what = side.isKey ? 'key' : 'value'
      return Promise.reject(
        new SerializationError(
          `In configuration ${side.key} = ${side.className}, the message ${what} must only be a record schema`,
        ),
      )
    },
  }
}

function byAssociation(config: RegistryConfig, side: Side, registry: SchemaRegistry): SubjectNames {
  const namespace = config['subject.name.strategy.kafka.cluster.id']
  const fallback = fallbackOf(config['subject.name.strategy.fallback.type'], side)
  const known = new BoundedMap<string, readonly string[]>(mostTopics)
  return {
    usesSchema: fallback.usesSchema,
    async subjectOf(topic, recordName) {
      let subjects = known.get(topic)
      if (subjects === undefined) {
        subjects = await registry.associations(namespace, topic, side.isKey)
        known.set(topic, subjects)
      }
      if (subjects.length > 1) {
        throw new SerializationError(`Multiple associated subjects found for topic ${topic}`)
      }
      return subjects[0] ?? (await fallback.subjectOf(topic, recordName))
    },
  }
}

function fallbackOf(type: 'TOPIC' | 'RECORD' | 'TOPIC_RECORD' | 'NONE', side: Side): SubjectNames {
  switch (type) {
    case 'TOPIC':
      return byTopic(side.isKey)
    case 'RECORD':
      return byRecord(side, () => '')
    case 'TOPIC_RECORD':
      return byRecord(side, (topic) => `${topic}-`)
    case 'NONE':
      return {
        usesSchema: false,
        subjectOf: (topic) =>
          Promise.reject(new SerializationError(`No associated subject found for topic ${topic}`)),
      }
  }
}
