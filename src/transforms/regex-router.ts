import { configDef, javaPattern, javaWholePattern, validRegex } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../api/index.ts'
import { JavaReplacement } from './support/java-replacement.ts'

const config = configDef({
  regex: {
    type: 'string',
    validator: validRegex,
    importance: 'high',
    doc: 'Regular expression to use for matching.',
  },
  replacement: { type: 'string', importance: 'high', doc: 'Replacement string.' },
})

/**
 * Renames the topic where a pattern matches all of it (`org.apache.kafka.connect.transforms.RegexRouter`). What is replaced is
 * the first place where the pattern is found, which may be less than all: `a|ab` finds the `a` of `ab`.
 */
export class RegexRouter {
  #whole = /^$/
  #find = /^$/
  #replacement = new JavaReplacement('', this.#find)
  /** The topic of the record before, and what became of it: topics repeat. */
  #lastTopic: string | null = null
  #lastRenamed: string | null = null

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const { regex, replacement } = config.parse(props)
    this.#whole = javaWholePattern(regex)
    this.#find = javaPattern(regex)
    this.#replacement = new JavaReplacement(replacement, this.#find)
  }

  apply(record: ConnectRecord): ConnectRecord {
    if (record.topic !== this.#lastTopic) {
      this.#lastRenamed = this.#rename(record.topic)
      this.#lastTopic = record.topic
    }
    return this.#lastRenamed === null ? record : record.newRecord({ topic: this.#lastRenamed })
  }

  /** The new name, or null where the pattern does not match. */
  #rename(topic: string): string | null {
    if (!this.#whole.test(topic)) return null
    const match = this.#find.exec(topic)
    if (match === null) return topic
    const { index, 0: found } = match
    return (
      topic.slice(0, index) + this.#replacement.expand(match) + topic.slice(index + found.length)
    )
  }
}
