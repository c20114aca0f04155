import { ConfigError, DataError, JavaPattern, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { javaSplit } from '../support/java-split.ts'
import { PerTopic } from '../support/per-topic.ts'
import { recordText } from '../support/record-text.ts'

const mapKey = 'schema.name.topic-map'
const regexKey = 'schema.name.regex'

const config = configDef({
  [mapKey]: {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Topics by the names of schemas: "name1:topic1,name2:topic2".',
  },
  [regexKey]: {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'The regular expression whose one group, where it is found first in the name of a schema, is the topic.',
  },
})

/** Names the topic after the schema of the value (`io.aiven.kafka.connect.transforms.ExtractTopicFromSchemaName$Value`). */
export class ExtractTopicFromSchemaName {
  #topics = new PerTopic<string>((name) => name)

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const pairs = parsed[mapKey]
    const regex = parsed[regexKey]
    if (pairs !== null && regex !== null) {
      throw new ConfigError(`${mapKey} and ${regexKey} should not be defined together.`)
    }
    const named = pairs === null ? new Map<string, string>() : topicsByName(pairs)
    const pattern = regex === null || regex === '' ? null : patternOf(regex)
    this.#topics = new PerTopic((name) => named.get(name) ?? topicWithin(name, pattern))
  }

  apply(record: ConnectRecord): ConnectRecord {
    const name = record.valueSchema?.name ?? null
    if (name !== null) return record.newRecord({ topic: this.#topics.of(name) })
    throw new DataError(` value schema name can't be null: ${recordText(record)}`)
  }
}

/** The name itself where the pattern is not found, or has another number of groups than one. */
function topicWithin(name: string, pattern: JavaPattern | null): string {
  if (pattern?.groupCount !== 1) return name
  return pattern.find(name)?.group(1) ?? name
}

function topicsByName(text: string): Map<string, string> {
  const topics = new Map<string, string>()
  for (const pair of javaSplit(text, ',')) {
    const [name = '', topic] = javaSplit(pair, ':')
    if (topic === undefined || topics.has(name)) {
      throw new ConfigError(
        `${mapKey} is not valid. Format should be: "SchemaValue1:NewValue1,SchemaValue2:NewValue2"`,
      )
    }
    topics.set(name, topic)
  }
  return topics
}

function patternOf(regex: string): JavaPattern {
  try {
    return new JavaPattern(regex)
  } catch (cause) {
    throw new ConfigError(`${regex} set as ${regexKey} is not valid regex.`, { cause })
  }
}
