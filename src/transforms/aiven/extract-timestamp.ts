import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  configDef,
  invalidValue,
  isStruct,
  nonEmptyString,
  schemalessType,
  validator,
} from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema, Struct } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { recordText } from '../support/record-text.ts'
import { recordTimestamp } from '../support/record-timestamp.ts'
import { isSchemalessMap, memberOf } from '../support/schemaless-map.ts'
import type { Side } from '../support/side.ts'

const resolutions = ['milliseconds', 'seconds']

const config = configDef({
  'field.name': {
    type: 'string',
    validator: nonEmptyString,
    importance: 'high',
    doc: "The field that holds the record's timestamp: an INT64 or an org.apache.kafka.connect.data.Timestamp, and not null.",
  },
  'timestamp.resolution': {
    type: 'string',
    default: 'milliseconds',
    validator: validator(resolutions.join(', '), (name, value) => {
      if (resolutions.includes(value as string)) return
      const known = `Supported are: ${resolutions.join(', ')}`
      throw invalidValue(name, value, `Unsupported resolution type '${String(value)}'. ${known}`)
    }),
    importance: 'low',
    doc: 'What an INT64 counts from the epoch: "milliseconds" or "seconds". Means nothing for a Timestamp.',
  },
})

/** The field of a schema: where it is, and what stands for null. */
interface Source {
  readonly index: number
  readonly fallback: unknown
  /** Whether it counts from the epoch, in the unit configured. */
  readonly isCount: boolean
  readonly isInstant: boolean
}

const instants: readonly (string | null)[] = [
  ConnectDate.LOGICAL_NAME,
  ConnectTime.LOGICAL_NAME,
  ConnectTimestamp.LOGICAL_NAME,
]

/** Takes the record's timestamp from a field (`io.aiven.kafka.connect.transforms.ExtractTimestamp`). */
export class ExtractTimestamp {
  readonly #side: Side
  #field = ''
  #unitMs = 1
  readonly #sources = new PerSchema<Source>((schema) => sourceOf(schema, this.#field))

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#field = parsed['field.name']
    this.#unitMs = parsed['timestamp.resolution'] === 'seconds' ? 1000 : 1
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = this.#side.valueOf(record)
    if (value === null) {
      throw new DataError(`${this.#side.half} can't be null: ${recordText(record)}`)
    }
    if (isStruct(value)) return this.#ofStruct(record, value)
    if (!isSchemalessMap(value)) {
      throw new DataError(`${this.#side.half} type must be STRUCT or MAP: ${recordText(record)}`)
    }
    const member = memberOf(value, this.#field)
    if (member === null) throw this.#missing(record)
    if (member instanceof Date) return this.#stamped(record, member)
    if (schemalessType(member) !== 'INT64') throw this.#unfit(record)
    return this.#stamped(record, member)
  }

  #ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const source = this.#sources.of(struct.schema)
    const member = struct.values[source.index] ?? source.fallback
    if (member === null) throw this.#missing(record)
    if (!source.isInstant && !source.isCount) throw this.#unfit(record)
    return this.#stamped(record, member)
  }

  #stamped(record: ConnectRecord, found: unknown): ConnectRecord {
    return record.newRecord({ timestamp: recordTimestamp(found, this.#unitMs, this.#field) })
  }

  #missing(record: ConnectRecord): DataError {
    return new DataError(
      `${this.#field} field must be present and its value can't be null: ${recordText(record)}`,
    )
  }

  #unfit(record: ConnectRecord): DataError {
    return new DataError(
      `${this.#field} field must be INT64 or org.apache.kafka.connect.data.Timestamp: ${recordText(record)}`,
    )
  }
}

function sourceOf(schema: Schema, name: string): Source {
  const field = schema.field(name)
  // No struct has a value there.
  if (field === undefined) return { index: -1, fallback: null, isCount: false, isInstant: false }
  const { type, name: logical, defaultValue } = field.schema
  const isInstant = instants.includes(logical)
  return {
    index: field.index,
    fallback: defaultValue ?? null,
    isInstant,
    isCount: type === 'INT64',
  }
}
