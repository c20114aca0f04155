import { DataError, javaClassName } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'
import { requireMap, requireStruct } from '../support/requirements.ts'
import type { Side } from '../support/side.ts'
import { extractTopicConfig } from './extract-topic-config.ts'
import { JsonPath, missing } from './json-path/json-path.ts'
import { definitePath } from './json-path/path-parser.ts'

const purpose = 'topic extraction'

/** Names the topic after the key or value, or after a field of it (`io.confluent.connect.transforms.ExtractTopic`). */
export class ExtractTopic {
  readonly #side: Side
  #field = ''
  /** Null where the whole value names the topic. */
  #path: JsonPath | null = null
  #skips = false

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return extractTopicConfig
  }

  configure(props: ConnectorConfig): void {
    const parsed = extractTopicConfig.parse(props)
    this.#field = parsed.field
    this.#skips = parsed['skip.missing.or.null']
    if (parsed.field === '') this.#path = null
    else if (parsed['field.format'] === 'PLAIN') this.#path = JsonPath.ofField(parsed.field)
    else this.#path = definitePath('field', parsed.field)
  }

  apply(record: ConnectRecord): ConnectRecord {
    const found = this.#find(record)
    if (typeof found === 'string') return record.newRecord({ topic: found })
    if (found !== missing && found !== null) {
      throw new DataError(
        `${this.#what()} names no topic: expected a string, found ${javaClassName(found)} (${recordText(record)}).`,
      )
    }
    if (this.#skips) return record
    throw new DataError(
      `${this.#what()} is missing or null (${recordText(record)}). Set skip.missing.or.null to let such records pass.`,
    )
  }

  #find(record: ConnectRecord): unknown {
    const schema = this.#side.schemaOf(record)
    const value = this.#side.valueOf(record)
    if (this.#path === null || value === null) return value
    if (schema === null) return this.#path.read(null, requireMap(value, purpose))
    if (schema.type === 'MAP') return this.#path.read(schema, requireMap(value, purpose))
    return this.#path.read(schema, requireStruct(value, purpose, schema))
  }

  #what(): string {
    const { half } = this.#side
    return this.#field === '' ? `The ${half}` : `The field "${this.#field}" of the ${half}`
  }
}
