import { configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import type { Side } from '../support/side.ts'

const config = configDef({})

/** Takes the key or value away, with its schema (`com.github.jcustenborder…transform.common.SetNull`). */
export class SetNull {
  readonly #side: Side

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(_props: ConnectorConfig): void {
    return undefined
  }

  apply(record: ConnectRecord): ConnectRecord {
    return this.#side.replace(record, null, null)
  }
}
