import { configDef } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../api/index.ts'
import { fieldPath } from './support/field-path.ts'
import type { FieldPath } from './support/field-path.ts'
import { IllegalArgumentError } from './support/java-errors.ts'
import { fieldSyntaxVersion, replaceNullWithDefault } from './support/keys.ts'
import { PerSchema } from './support/per-schema.ts'
import { memberAt, pathReader } from './support/read-path.ts'
import type { PathReader } from './support/read-path.ts'
import { requireMap, requireStruct } from './support/requirements.ts'
import type { Side } from './support/side.ts'

const config = configDef({
  field: { type: 'string', importance: 'medium', doc: 'Field name to extract.' },
  ...replaceNullWithDefault,
  ...fieldSyntaxVersion,
})

const purpose = 'field extraction'

/** Puts one field in the place of the whole value (`org.apache.kafka.connect.transforms.ExtractField`). */
export class ExtractField {
  readonly #side: Side
  #field = ''
  #path: FieldPath = []
  #replaceNull = true
  readonly #readers = new PerSchema<PathReader>((schema) => {
    const reader = pathReader(schema, this.#path, this.#replaceNull)
    if (reader === null) throw new IllegalArgumentError(`Unknown field: ${this.#field}`)
    return reader
  })

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#field = parsed.field
    this.#path = fieldPath(parsed.field, parsed['field.syntax.version'])
    this.#replaceNull = parsed['replace.null.with.default']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const side = this.#side
    const schema = side.schemaOf(record)
    const value = side.valueOf(record)
    if (schema === null) {
      const member = value === null ? null : memberAt(requireMap(value, purpose), this.#path)
      return side.replace(record, null, member)
    }
    const struct = value === null ? null : requireStruct(value, purpose, schema)
    const reader = this.#readers.of(schema)
    return side.replace(record, reader.field.schema, reader.read(struct))
  }
}
