import { createHash } from 'node:crypto'
import { DataError, Struct, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'
import { requireStruct } from '../support/requirements.ts'
import type { Side } from '../support/side.ts'

const config = configDef({
  'field.name': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'The field whose value is hashed. Where it is null or empty, the whole key or value is, which must be a string.',
  },
  'skip.missing.or.null': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Whether a record passes as it is where there is nothing to hash: no such field, or null.',
  },
  function: {
    type: 'string',
    oneOf: ['md5', 'sha1', 'sha256'],
    importance: 'high',
    doc: 'The hash function. The supported values are: md5, sha1, sha256.',
  },
})

const purpose = 'hashing a field'

/** Puts the hash of a text, in hexadecimal digits, in its place (`io.aiven.kafka.connect.transforms.Hash`). */
export class Hash {
  readonly #side: Side
  #field = ''
  #skips = false
  #algorithm: 'md5' | 'sha1' | 'sha256' = 'md5'

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
    this.#algorithm = parsed.function
  }

  apply(record: ConnectRecord): ConnectRecord {
    const schema = this.#side.schemaOf(record)
    if (schema === null) throw this.#error("schema can't be null", record)
    const hashed =
      this.#field === '' ? this.#whole(record, schema) : this.#withField(record, schema)
    return hashed === null ? record : this.#side.replace(record, schema, hashed)
  }

  /** Null where there is nothing to hash. */
  #whole(record: ConnectRecord, schema: Schema): string | null {
    if (schema.type !== 'STRING') {
      throw this.#error('schema type must be STRING if field name is not specified', record)
    }
    const text = this.#side.valueOf(record)
    return typeof text === 'string' ? this.#hash(text) : this.#nothing(this.#side.half, record)
  }

  #withField(record: ConnectRecord, schema: Schema): Struct | null {
    const name = this.#field
    const { half } = this.#side
    if (schema.type !== 'STRUCT') {
      throw this.#error('schema type must be STRUCT if field name is specified', record)
    }
    const value = this.#side.valueOf(record)
    if (value === null) throw this.#error("can't be null if field name is specified", record)
    const struct = requireStruct(value, purpose, schema)
    const field = schema.field(name)
    if (field === undefined) {
      if (this.#skips) return null
      throw new DataError(`${name} in ${half} schema can't be missing: ${recordText(record)}`)
    }
    if (field.schema.type !== 'STRING') {
      throw new DataError(`${name} schema type in ${half} must be STRING: ${recordText(record)}`)
    }
    const text = struct.values[field.index]
    if (typeof text !== 'string') return this.#nothing(`${name} in ${half}`, record)
    const values = struct.values.slice()
    values[field.index] = this.#hash(text)
    return new Struct(struct.schema, values)
  }

  #nothing(what: string, record: ConnectRecord): null {
    if (this.#skips) return null
    throw new DataError(`${what} can't be null: ${recordText(record)}`)
  }

  #hash(text: string): string {
    // Java writes half a surrogate pair as a question mark.
    return createHash(this.#algorithm)
      .update(text.replaceAll(/\p{Surrogate}/gu, '?'))
      .digest('hex')
  }

  #error(what: string, record: ConnectRecord): DataError {
    return new DataError(`${this.#side.half} ${what}: ${recordText(record)}`)
  }
}
