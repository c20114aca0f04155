import { configDef, validRegex } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../api/index.ts'
import { TopicRename } from './support/topic-rename.ts'

const config = configDef({
  regex: {
    type: 'string',
    validator: validRegex,
    importance: 'high',
    doc: 'Regular expression to use for matching.',
  },
  replacement: { type: 'string', importance: 'high', doc: 'Replacement string.' },
})

/** Renames the topic where a pattern matches all of it (`org.apache.kafka.connect.transforms.RegexRouter`). */
export class RegexRouter {
  #rename = new TopicRename('', '')

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const { regex, replacement } = config.parse(props)
    this.#rename = new TopicRename(regex, replacement)
  }

  apply(record: ConnectRecord): ConnectRecord {
    const topic = this.#rename.renamed(record.topic)
    return topic === null ? record : record.newRecord({ topic })
  }
}
