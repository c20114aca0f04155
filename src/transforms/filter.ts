import { configDef } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../api/index.ts'

const config = configDef({})

/** Drops every record; meant to stand under a predicate (`org.apache.kafka.connect.transforms.Filter`). */
export class Filter {
  config(): ConfigDef {
    return config
  }

  configure(_props: ConnectorConfig): void {
    return undefined
  }

  apply(_record: ConnectRecord): null {
    return null
  }
}
