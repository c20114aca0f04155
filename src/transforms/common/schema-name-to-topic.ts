import { DataError, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'
import type { Side } from '../support/side.ts'

const config = configDef({})

/** Names the topic after the schema (`com.github.jcustenborder…transform.common.SchemaNameToTopic`). */
export class SchemaNameToTopic {
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
    const topic = this.#side.schemaOf(record)?.name ?? null
    if (topic !== null) return record.newRecord({ topic })
    throw new DataError(
      `The schema of the ${this.#side.half} has no name, after which the topic is to be named (${recordText(record)}).`,
    )
  }
}
