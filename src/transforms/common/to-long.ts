import {
  DataError,
  INT64_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  configDef,
  isDecimal,
  javaClassName,
} from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Field, Struct } from '../../api/index.ts'
import { castValue } from '../support/cast-value.ts'
import { PerSchema } from '../support/per-schema.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import type { FieldSource } from '../support/struct-rewrite.ts'
import { ByType } from './by-type.ts'
import { namedStruct } from './struct-schema.ts'

const config = configDef({
  fields: { type: 'list', default: '', importance: 'high', doc: 'The fields to make an INT64 of.' },
})

/** Makes INT64s of the numbers in fields, as a cast does (`com.github.jcustenborder…transform.common.ToLong`). */
export class ToLong extends ByType {
  #fields: readonly string[] = []
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
    this.#fields = config.parse(props).fields
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const rewrite = this.#rewrites.of(struct.schema)
    return this.side.replace(record, rewrite.schema, rewrite.apply(struct))
  }

  #source(field: Field): FieldSource {
    const same = sameField(field, true)
    if (!this.#fields.includes(field.name)) return same
    const schema = field.schema.optional ? OPTIONAL_INT64_SCHEMA : INT64_SCHEMA
    return { ...same, schema, change: { apply: (value) => toLong(field, value) } }
  }
}

function toLong({ name, schema }: Field, value: unknown): unknown {
  if (value === null) return null
  if (typeof value === 'number' || typeof value === 'bigint' || isDecimal(value)) {
    return castValue('INT64', schema, value)
  }
  const className = javaClassName(value, schema)
  const simple = className === '[B' ? 'byte[]' : className.slice(className.lastIndexOf('.') + 1)
  throw new DataError(`Field '${name}' is not a number. ${simple}`)
}
