import { DataError, invalidValue, javaClassName } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'
import { extractTopicConfig } from './extract-topic-config.ts'

/** Names the topic after a header, the last of its name (`io.confluent.connect.transforms.ExtractTopic$Header`). */
export class ExtractTopicOfHeader {
  #header = ''
  #skips = false

  config(): ConfigDef {
    return extractTopicConfig
  }

  configure(props: ConnectorConfig): void {
    const parsed = extractTopicConfig.parse(props)
    if (parsed.field === '') {
      throw invalidValue('field', '', 'expected the name of the header that names the topic')
    }
    this.#header = parsed.field
    this.#skips = parsed['skip.missing.or.null']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = record.headers?.lastWithName(this.#header)?.value ?? null
    if (typeof value === 'string') return record.newRecord({ topic: value })
    if (value !== null) {
      throw new DataError(
        `The header "${this.#header}" names no topic: expected a string, found ${javaClassName(value)} (${recordText(record)}).`,
      )
    }
    if (this.#skips) return record
    throw new DataError(
      `The header "${this.#header}" is missing or null (${recordText(record)}). ` +
        'Set skip.missing.or.null to let such records pass.',
    )
  }
}
