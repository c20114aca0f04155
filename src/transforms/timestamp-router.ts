import { DataError, configDef } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../api/index.ts'
import { SimpleDateFormat } from './support/date-format/simple-date-format.ts'
import { recordText } from './support/record-text.ts'
import { TopicFormat } from './support/topic-format.ts'

/** The texts are Kafka's own, as `GET /connector-plugins/…/config` shows them. */
const config = configDef({
  'topic.format': {
    type: 'string',
    default: '${topic}-${timestamp}',
    importance: 'high',
    doc:
      'Format string which can contain <code>${topic}</code> and <code>${timestamp}</code> as placeholders for the topic ' +
      'and timestamp, respectively.',
  },
  'timestamp.format': {
    type: 'string',
    default: 'yyyyMMdd',
    importance: 'high',
    doc: 'Format string for the timestamp that is compatible with <code>java.text.SimpleDateFormat</code>.',
  },
})

/** Names the topic after the record's timestamp, in UTC (`org.apache.kafka.connect.transforms.TimestampRouter`). */
export class TimestampRouter {
  #topicFormat = new TopicFormat('')
  #format = new SimpleDateFormat('')

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#topicFormat = new TopicFormat(parsed['topic.format'])
    this.#format = new SimpleDateFormat(parsed['timestamp.format'])
  }

  apply(record: ConnectRecord): ConnectRecord {
    const { topic, timestamp } = record
    if (timestamp === null) {
      throw new DataError(`Timestamp missing on record: ${recordText(record)}`)
    }
    const text = this.#format.format(timestamp)
    return record.newRecord({ topic: this.#topicFormat.fill(topic, text) })
  }
}
