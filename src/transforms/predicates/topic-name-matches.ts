import { JavaPattern, allOf, configDef, nonEmptyString, validRegex } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { PerTopic } from '../support/per-topic.ts'

const config = configDef({
  pattern: {
    type: 'string',
    validator: allOf(nonEmptyString, validRegex),
    importance: 'medium',
    doc: "A Java regular expression for matching against the name of a record's topic.",
  },
})

/** Holds for a record whose whole topic matches (`org.apache.kafka.connect.transforms.predicates.TopicNameMatches`). */
export class TopicNameMatches {
  #topics = new PerTopic(() => false)

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const pattern = new JavaPattern(config.parse(props).pattern)
    this.#topics = new PerTopic((topic) => pattern.matches(topic))
  }

  test(record: ConnectRecord): boolean {
    return this.#topics.of(record.topic)
  }
}
