import { configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { caseFormatKey, changeCase } from './case-format.ts'

const config = configDef({
  from: caseFormatKey('How the topic is written.'),
  to: caseFormatKey('How it is to be written.'),
})

/** Writes the topic in another way, like `TOPIC_NAME` as `topicName` (`com.github.jcustenborder…transform.common.ChangeTopicCase`). */
export class ChangeTopicCase {
  #from = ''
  #to = ''
  /** The topic of the record before, and how it is written: topics repeat. */
  #lastTopic = ''
  #lastWritten = ''

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const { from, to } = config.parse(props)
    this.#from = from
    this.#to = to
  }

  apply(record: ConnectRecord): ConnectRecord {
    if (record.topic !== this.#lastTopic) {
      this.#lastWritten = changeCase(record.topic, this.#from, this.#to)
      this.#lastTopic = record.topic
    }
    return record.newRecord({ topic: this.#lastWritten })
  }
}
