import { DataError, configDef, createLogger, invalidValue, validator } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'

const behaviors = ['drop_silent', 'drop_warn', 'fail']

const config = configDef({
  behavior: {
    type: 'string',
    validator: validator(behaviors.join(', '), (name, value) => {
      if (typeof value !== 'string' || value === '') {
        throw invalidValue(name, value, 'String must be non-empty')
      }
      if (!behaviors.includes(value.toLowerCase())) {
        const known = `Supported are: ${behaviors.join()}`
        throw invalidValue(name, value, `Unsupported behavior name: ${value}. ${known}`)
      }
    }),
    importance: 'medium',
    doc: `What becomes of a record whose value is null. Possible values are: [${behaviors.join(', ')}]`,
  },
})

/** Drops records without a value, or fails at them (`io.aiven.kafka.connect.transforms.TombstoneHandler`). */
export class TombstoneHandler {
  readonly #log = createLogger('io.aiven.kafka.connect.transforms.TombstoneHandler')
  #behavior = ''

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#behavior = config.parse(props).behavior.toLowerCase()
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    if (record.value !== null && record.value !== undefined) return record
    if (this.#behavior === 'fail') {
      throw new DataError("Tombstone record encountered, failing due to configured 'fail' behavior")
    }
    const text = `Tombstone record encountered, dropping due to configured '${this.#behavior}' behavior`
    if (this.#behavior === 'drop_warn') this.#log.warn(text)
    else this.#log.debug(text)
    return null
  }
}
