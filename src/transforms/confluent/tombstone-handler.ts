import { DataError, configDef, createLogger } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'

const behaviors = ['ignore', 'warn', 'fail'] as const

const config = configDef({
  behavior: {
    type: 'string',
    default: 'warn',
    oneOf: behaviors,
    importance: 'medium',
    doc:
      'What becomes of a record whose value is null: "ignore" drops it with a message at DEBUG, "warn" drops it with a message at ' +
      'WARN, "fail" fails it.',
  },
})

/** Drops records without a value, or fails at them (`io.confluent.connect.transforms.TombstoneHandler`). */
export class TombstoneHandler {
  readonly #log = createLogger('io.confluent.connect.transforms.TombstoneHandler')
  #behavior: (typeof behaviors)[number] = 'warn'

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#behavior = config.parse(props).behavior
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    if (record.value !== null && record.value !== undefined) return record
    const text = `Tombstone record found: ${recordText(record)}`
    if (this.#behavior === 'fail') {
      throw new DataError(`${text}. Set behavior to ignore or warn to drop such records.`)
    }
    if (this.#behavior === 'warn') this.#log.warn(`${text}; it is dropped.`)
    else this.#log.debug(`${text}; it is dropped.`)
    return null
  }
}
