import { DataError, Struct, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Field, Schema } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { requireStruct } from '../support/requirements.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import { ByType } from './by-type.ts'
import { namedStruct } from './struct-schema.ts'

const config = configDef({
  'input.outer.field.name': {
    type: 'string',
    importance: 'high',
    doc: 'The struct that holds the field: of address.state it is address.',
  },
  'input.inner.field.name': {
    type: 'string',
    importance: 'high',
    doc: 'The field within it: of address.state it is state.',
  },
  'output.field.name': {
    type: 'string',
    importance: 'high',
    doc: 'The field to put its value into.',
  },
})

const purpose = 'extracting a nested field'

/** What becomes of structs of one schema. */
interface Plan {
  readonly rewrite: StructRewrite
  readonly outer: Field
  readonly inner: Field
}

/** Copies a field of a struct beside that struct (`com.github.jcustenborder…transform.common.ExtractNestedField`). */
export class ExtractNestedField extends ByType {
  #outer = ''
  #inner = ''
  #output = ''
  readonly #plans = new PerSchema<Plan>((schema) => this.#plan(schema))

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#outer = parsed['input.outer.field.name']
    this.#inner = parsed['input.inner.field.name']
    this.#output = parsed['output.field.name']
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const { rewrite, outer, inner } = this.#plans.of(struct.schema)
    const { values } = requireStruct(struct.values[outer.index] ?? null, purpose)
    const made = rewrite.valuesOf(struct, 1)
    made[made.length - 1] = values[inner.index] ?? inner.schema.defaultValue ?? null
    return this.side.replace(record, rewrite.schema, new Struct(rewrite.schema, made))
  }

  #plan(schema: Schema): Plan {
    const outer = schema.field(this.#outer)
    if (outer === undefined) throw new DataError(`${this.#outer} is not a valid field name`)
    if (outer.schema.type !== 'STRUCT') {
      throw new DataError(`Field '${this.#outer}' is not of type STRUCT`)
    }
    const inner = outer.schema.field(this.#inner)
    if (inner === undefined) throw new DataError(`${this.#inner} is not a valid field name`)
    const builder = namedStruct(schema)
    const sources = fieldsOf(schema).map((field) => sameField(field, true))
    for (const source of sources) builder.field(source.name, source.schema)
    const made = builder.field(this.#output, inner.schema).build()
    return { rewrite: new StructRewrite(made, sources), outer, inner }
  }
}
