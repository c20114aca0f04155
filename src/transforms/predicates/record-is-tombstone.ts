import { configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'

const config = configDef({})

/** Holds for a record whose value is null, whatever its schema (`org.apache.kafka.connect.transforms.predicates.RecordIsTombstone`). */
export class RecordIsTombstone {
  config(): ConfigDef {
    return config
  }

  configure(_props: ConnectorConfig): void {
    return undefined
  }

  test(record: ConnectRecord): boolean {
    return record.value === null || record.value === undefined
  }
}
