import { configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'

const config = configDef({})

/** Writes the topic in lower case (`com.github.jcustenborder…transform.common.LowerCaseTopic`). */
export class LowerCaseTopic {
  config(): ConfigDef {
    return config
  }

  configure(_props: ConnectorConfig): void {
    return undefined
  }

  apply(record: ConnectRecord): ConnectRecord {
    return record.newRecord({ topic: record.topic.toLowerCase() })
  }
}
