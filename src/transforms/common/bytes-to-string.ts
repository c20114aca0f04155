import {
  DataError,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  configDef,
  invalidValue,
  javaClassName,
} from '../../api/index.ts'
import type {
  ConfigDef,
  ConnectRecord,
  ConnectorConfig,
  Field,
  Schema,
  Struct,
} from '../../api/index.ts'
import { charsetOf } from '../../converters/charset.ts'
import type { Charset } from '../../converters/charset.ts'
import { PerSchema } from '../support/per-schema.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import type { FieldSource, ValueChange } from '../support/struct-rewrite.ts'
import { ByType } from './by-type.ts'
import { namedStruct } from './struct-schema.ts'

const config = configDef({
  charset: {
    type: 'string',
    default: 'UTF-8',
    importance: 'high',
    doc: 'The character set of the bytes.',
  },
  fields: {
    type: 'list',
    default: '',
    importance: 'high',
    doc: 'The fields to change; means nothing where the whole key or value is bytes.',
  },
})

/** Makes texts of bytes: of the whole key or value, or of fields (`com.github.jcustenborder…transform.common.BytesToString`). */
export class BytesToString extends ByType {
  #charset: Charset = charsetOf('UTF-8')
  #fields: readonly string[] = []
  readonly #decode: ValueChange = { apply: (value) => this.#text(value) }
  readonly #rewrites = new PerSchema<StructRewrite>((schema) => {
    const sources = fieldsOf(schema).map((field) => this.#source(field))
    const builder = namedStruct(schema)
    for (const source of sources) builder.field(source.name, source.schema)
    return new StructRewrite(builder.build(), sources)
  })

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#fields = parsed.fields
    try {
      this.#charset = charsetOf(parsed.charset)
    } catch (error) {
      throw invalidValue('charset', parsed.charset, (error as Error).message)
    }
  }

  protected override ofBytes(record: ConnectRecord, schema: Schema, value: unknown): ConnectRecord {
    return this.side.replace(record, textSchema(schema), this.#text(value ?? schema.defaultValue))
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const rewrite = this.#rewrites.of(struct.schema)
    return this.side.replace(record, rewrite.schema, rewrite.apply(struct))
  }

  #source(field: Field): FieldSource {
    if (!this.#fields.includes(field.name)) return sameField(field, true)
    if (field.schema.type !== 'BYTES') {
      throw new DataError(`Field '${field.name}' is not of type BYTES`)
    }
    return { ...sameField(field, false), schema: textSchema(field.schema), change: this.#decode }
  }

  #text(value: unknown): string | null {
    if (value === null || value === undefined) return null
    if (value instanceof Uint8Array) {
      return this.#charset.decode(Buffer.from(value.buffer, value.byteOffset, value.length))
    }
    throw new DataError(`Cannot make a text of ${javaClassName(value)}: expected bytes.`)
  }
}

function textSchema({ optional }: Schema): Schema {
  return optional ? OPTIONAL_STRING_SCHEMA : STRING_SCHEMA
}
