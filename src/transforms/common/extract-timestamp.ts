import {
  DataError,
  UnsupportedOperationError,
  configDef,
  isStruct,
  javaClassName,
  schemaText,
  schemalessType,
} from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema, Struct } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { recordTimestamp } from '../support/record-timestamp.ts'
import { isSchemalessMap, memberOf } from '../support/schemaless-map.ts'

const config = configDef({
  'field.name': {
    type: 'string',
    importance: 'high',
    doc: "The field that holds the record's timestamp: an INT64 of milliseconds or a Timestamp.",
  },
})

/** Where a schema has the timestamp, and what stands for null. */
interface Source {
  readonly index: number
  readonly fallback: unknown
}

/**
 * Takes the record's timestamp from a field of the value (`com.github.jcustenborder…transform.common.ExtractTimestamp`).
 * `$Key` too reads the value, as in Java.
 */
export class ExtractTimestamp {
  #field = ''
  readonly #sources = new PerSchema<Source>((schema) => this.#source(schema))

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#field = config.parse(props)['field.name']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const timestamp = recordTimestamp(this.#find(record.value ?? null), 1, this.#field)
    return record.newRecord({ timestamp })
  }

  #find(value: unknown): unknown {
    if (isStruct(value)) return this.#ofStruct(value)
    if (!isSchemalessMap(value)) {
      const found = value === null ? 'null' : javaClassName(value)
      throw new UnsupportedOperationError(
        `Cannot take a timestamp from ${found}: expected a struct or a map.`,
      )
    }
    const found = memberOf(value, this.#field)
    if (found instanceof Date || schemalessType(found) === 'INT64') return found
    if (found === null) throw this.#null()
    throw new DataError(`Cannot convert ${javaClassName(found)} to timestamp.`)
  }

  #ofStruct(struct: Struct): unknown {
    const { index, fallback } = this.#sources.of(struct.schema)
    const found = struct.values[index] ?? fallback
    if (found === null) throw this.#null()
    return found
  }

  #source(schema: Schema): Source {
    const field = schema.field(this.#field)
    if (field === undefined) throw new DataError(`Schema does not have field '${this.#field}'`)
    if (field.schema.type !== 'INT64') {
      throw new DataError(`Schema '${schemaText(field.schema)}' is not supported.`)
    }
    return { index: field.index, fallback: field.schema.defaultValue ?? null }
  }

  #null(): DataError {
    return new DataError(`Field '${this.#field}' cannot be null.`)
  }
}
