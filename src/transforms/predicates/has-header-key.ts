import { configDef, nonEmptyString } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'

const config = configDef({
  name: {
    type: 'string',
    validator: nonEmptyString,
    importance: 'medium',
    doc: 'The header name.',
  },
})

/** Holds for a record with a header of a name (`org.apache.kafka.connect.transforms.predicates.HasHeaderKey`). */
export class HasHeaderKey {
  #name = ''

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#name = config.parse(props).name
  }

  test(record: ConnectRecord): boolean {
    if (record.headers === null) return false
    for (const { key } of record.headers) if (key === this.#name) return true
    return false
  }
}
