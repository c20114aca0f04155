import { DataError, configDef, javaToString, schemalessType } from '../../api/index.ts'
import type {
  ConfigDef,
  ConnectRecord,
  ConnectorConfig,
  Schema,
  SchemaType,
} from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'
import { requireStruct } from '../support/requirements.ts'
import { isSchemalessMap, memberOf } from '../support/schemaless-map.ts'
import type { Side } from '../support/side.ts'

const config = configDef({
  'field.name': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'The field that names the topic. Where it is null or empty, the whole key or value does, which must be a primitive.',
  },
  'skip.missing.or.null': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Whether a record passes as it is where there is no name: no such field, or null.',
  },
})

const purpose = 'topic extraction'
const types: readonly (SchemaType | null)[] = [
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FLOAT32',
  'FLOAT64',
  'BOOLEAN',
  'STRING',
]
const typeNames = `[${types.join(', ')}]`
const classNames = `[${['Byte', 'Short', 'Integer', 'Long', 'Double', 'Float', 'Boolean', 'String']
  .map((name) => `class java.lang.${name}`)
  .join(', ')}]`

/** Names the topic after the key or value, or after a field of it (`io.aiven.kafka.connect.transforms.ExtractTopic`). */
export class ExtractTopic {
  readonly #side: Side
  #field = ''
  #skips = false

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#field = parsed['field.name'] ?? ''
    this.#skips = parsed['skip.missing.or.null']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const schema = this.#side.schemaOf(record)
    const value = this.#side.valueOf(record)
    const topic =
      schema === null ? this.#schemaless(record, value) : this.#ofSchema(record, schema, value)
    return topic === null ? record : record.newRecord({ topic })
  }

  /** Null where there is no name. */
  #schemaless(record: ConnectRecord, value: unknown): string | null {
    const { half } = this.#side
    const name = this.#field
    if (name === '') return this.#plain(record, value, `type in ${half}`, half)
    if (value === null) throw this.#error("can't be null if field name is specified", record)
    if (!isSchemalessMap(value)) {
      throw this.#error('type must be Map if field name is specified', record)
    }
    return this.#plain(
      record,
      memberOf(value, name),
      `${name} type in ${half}`,
      `${name} in ${half}`,
    )
  }

  #plain(record: ConnectRecord, value: unknown, type: string, what: string): string | null {
    if (value === null || value === undefined) return this.#nothing(what, record)
    const isPrimitive = types.includes(schemalessType(value))
    const text = isPrimitive ? javaToString(value) : ''
    if (isPrimitive && isBlank(text)) return this.#nothing(what, record)
    if (isPrimitive) return text
    throw new DataError(`${type} must be ${classNames}: ${recordText(record)}`)
  }

  #ofSchema(record: ConnectRecord, schema: Schema, value: unknown): string | null {
    const { half } = this.#side
    const name = this.#field
    if (name === '') {
      if (!types.includes(schema.type)) {
        const expected = `schema type must be ${typeNames} if field name is not specified`
        throw this.#error(expected, record)
      }
      return this.#text(record, schema, value, half)
    }
    if (schema.type !== 'STRUCT') {
      throw this.#error('schema type must be STRUCT if field name is specified', record)
    }
    if (value === null) throw this.#error("can't be null if field name is specified", record)
    const struct = requireStruct(value, purpose, schema)
    const field = schema.field(name)
    if (field === undefined) {
      if (this.#skips) return null
      throw new DataError(`${name} in ${half} schema can't be missing: ${recordText(record)}`)
    }
    if (!types.includes(field.schema.type)) {
      throw new DataError(
        `${name} schema type in ${half} must be ${typeNames}: ${recordText(record)}`,
      )
    }
    const member = struct.values[field.index] ?? field.schema.defaultValue
    return this.#text(record, field.schema, member, `${name} in ${half}`)
  }

  #text(record: ConnectRecord, schema: Schema, value: unknown, what: string): string | null {
    const text = value === null ? '' : javaToString(value, schema)
    return text === '' ? this.#nothing(what, record) : text
  }

  #nothing(what: string, record: ConnectRecord): null {
    if (this.#skips) return null
    throw new DataError(`${what} can't be null or empty: ${recordText(record)}`)
  }

  #error(what: string, record: ConnectRecord): DataError {
    return new DataError(`${this.#side.half} ${what}: ${recordText(record)}`)
  }
}

/** Java's `String.isBlank`, to which four control characters are space, and no-break spaces are none. */
function isBlank(text: string): boolean {
  return /^[\s\p{Cc}]*$/u.test(text) && Array.from(text).every(isJavaSpace)
}

function isJavaSpace(char: string): boolean {
  const code = char.charCodeAt(0)
  if (code >= 0x1c && code <= 0x1f) return true
  return /\s/.test(char) && !['\xa0', '\u2007', '\u202f', '\ufeff'].includes(char)
}
