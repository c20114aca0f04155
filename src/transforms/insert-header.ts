import { Headers, Values, configDef, nonNull } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, SchemaAndValue } from '../api/index.ts'

const config = configDef({
  header: {
    type: 'string',
    validator: nonNull,
    importance: 'high',
    doc: 'The name of the header.',
  },
  'value.literal': {
    type: 'string',
    validator: nonNull,
    importance: 'high',
    doc: 'The literal value that is to be set as the header value on all records.',
  },
})

/**
 * Adds a header behind those there are (`org.apache.kafka.connect.transforms.InsertHeader`). Its value is what the literal reads as:
 * `1` an INT8, `[1,2]` an array.
 */
export class InsertHeader {
  #name = ''
  #literal: SchemaAndValue = { schema: null, value: null }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const { header, 'value.literal': literal } = config.parse(props)
    this.#name = header
    this.#literal = Values.parseString(literal)
  }

  apply(record: ConnectRecord): ConnectRecord {
    const headers = record.headers?.duplicate() ?? new Headers()
    headers.add(this.#name, this.#literal.value, this.#literal.schema)
    return record.newRecord({ headers })
  }
}
