import { SchemaBuilder, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema, Struct } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import type { Changed, ValueChange } from '../support/struct-rewrite.ts'
import { ByType } from './by-type.ts'
import { caseFormatKey, changeCase } from './case-format.ts'
import { namedStruct } from './struct-schema.ts'

const config = configDef({
  from: caseFormatKey('How the names of fields are written.'),
  to: caseFormatKey('How they are to be written.'),
})

/**
 * Writes the names of fields in another way, within structs and arrays too, but not in maps
 * (`com.github.jcustenborder…transform.common.ChangeCase`).
 */
export class ChangeCase extends ByType {
  #from = ''
  #to = ''
  readonly #rewrites = new PerSchema<StructRewrite>((schema) => this.#rewrite(schema))

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const { from, to } = config.parse(props)
    this.#from = from
    this.#to = to
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const rewrite = this.#rewrites.of(struct.schema)
    return this.side.replace(record, rewrite.schema, rewrite.apply(struct))
  }

  protected override ofNull(record: ConnectRecord, schema: Schema): ConnectRecord {
    return this.side.replace(record, this.#rewrites.of(schema).schema, null)
  }

  #rewrite(schema: Schema): StructRewrite {
    const builder = namedStruct(schema)
    const sources = fieldsOf(schema).map((field) => {
      const name = changeCase(field.name, this.#from, this.#to)
      return { ...sameField(field, true), name, ...this.#changed(field.schema) }
    })
    for (const source of sources) builder.field(source.name, source.schema)
    return new StructRewrite(builder.build(), sources)
  }

  #changed(schema: Schema): Changed {
    if (schema.type === 'STRUCT') {
      const rewrite = this.#rewrite(schema)
      return { schema: rewrite.schema, change: rewrite }
    }
    if (schema.type !== 'ARRAY' || schema.valueSchema === null) return { schema, change: null }
    const element = this.#changed(schema.valueSchema)
    const builder = SchemaBuilder.array(element.schema)
    if (schema.optional) builder.optional()
    return { schema: builder.build(), change: element.change && new ElementChange(element.change) }
  }
}

/** What is done to every element of an array. */
class ElementChange implements ValueChange {
  readonly #change: ValueChange

  constructor(change: ValueChange) {
    this.#change = change
  }

  apply(value: unknown): unknown {
    if (!Array.isArray(value)) return value
    const elements: readonly unknown[] = value
    const changed = new Array<unknown>(elements.length)
    for (let i = 0; i < elements.length; i++) changed[i] = this.#change.apply(elements[i])
    return changed
  }
}
