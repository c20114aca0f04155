import { configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'

const config = configDef({})

/** Takes value and value schema away (`io.aiven.kafka.connect.transforms.MakeTombstone`). */
export class MakeTombstone {
  config(): ConfigDef {
    return config
  }

  configure(_props: ConnectorConfig): void {
    return undefined
  }

  apply(record: ConnectRecord): ConnectRecord {
    return record.newRecord({ valueSchema: null, value: null })
  }
}
