import { Headers, configDef, distinctValues } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../api/index.ts'

const config = configDef({
  headers: {
    type: 'list',
    validator: distinctValues({ empty: false, null: false }),
    importance: 'high',
    doc: 'The name of the headers to be removed.',
  },
})

/** Removes every header of some names (`org.apache.kafka.connect.transforms.DropHeaders`). */
export class DropHeaders {
  #names: ReadonlySet<string> = new Set()

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#names = new Set(config.parse(props).headers)
  }

  apply(record: ConnectRecord): ConnectRecord {
    if (record.headers === null) return record
    const kept = new Headers()
    for (const header of record.headers) {
      if (!this.#names.has(header.key)) kept.add(header.key, header.value, header.schema)
    }
    return kept.size === record.headers.size ? record : record.newRecord({ headers: kept })
  }
}
