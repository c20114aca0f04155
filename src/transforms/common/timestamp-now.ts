import { configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'

const config = configDef({})

/** Makes the time of processing the record's timestamp (`com.github.jcustenborder…transform.common.TimestampNow`). */
export class TimestampNow {
  config(): ConfigDef {
    return config
  }

  configure(_props: ConnectorConfig): void {
    return undefined
  }

  apply(record: ConnectRecord): ConnectRecord {
    return record.newRecord({ timestamp: Date.now() })
  }
}
