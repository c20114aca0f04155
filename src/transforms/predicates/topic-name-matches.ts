import { allOf, configDef, javaWholePattern, nonEmptyString, validRegex } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'

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
  #pattern = /^$/
  /** The topic of the record before, and whether it matched: topics repeat. */
  #lastTopic: string | null = null
  #lastMatched = false

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#pattern = javaWholePattern(config.parse(props).pattern)
  }

  test(record: ConnectRecord): boolean {
    if (record.topic !== this.#lastTopic) {
      this.#lastMatched = this.#pattern.test(record.topic)
      this.#lastTopic = record.topic
    }
    return this.#lastMatched
  }
}
