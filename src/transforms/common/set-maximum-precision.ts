import { Decimal, SchemaBuilder, between, configDef } from '../../api/index.ts'
import type {
  ConfigDef,
  ConnectRecord,
  ConnectorConfig,
  Field,
  Schema,
  Struct,
} from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import type { FieldSource } from '../support/struct-rewrite.ts'
import { KeyValueByType } from './by-type.ts'
import { decimalParameter } from './round-decimal.ts'

const config = configDef({
  'precision.max': {
    type: 'int',
    validator: between(1, 64),
    importance: 'high',
    doc: 'The greatest precision that the schema of a decimal may say.',
  },
})

const precisionKey = 'connect.decimal.precision'
/** That of the AvroConverter where the schema says none. */
const defaultPrecision = 64

/** Lowers the precision that schemas of decimals say; values stay (`com.github.jcustenborder…transform.common.SetMaximumPrecision`). */
export class SetMaximumPrecision extends KeyValueByType {
  #max = defaultPrecision
  readonly #rewrites = new PerSchema<{ readonly rewrite: StructRewrite | null }>((schema) => {
    const sources = fieldsOf(schema).map((field) => this.#source(field))
    const isSame = sources.every((source, i) => source.schema === schema.fields?.[i]?.schema)
    return { rewrite: isSame ? null : new StructRewrite(structSchema(schema, sources), sources) }
  })

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#max = config.parse(props)['precision.max']
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const { rewrite } = this.#rewrites.of(struct.schema)
    if (rewrite === null) return record
    return this.side.replace(record, rewrite.schema, rewrite.apply(struct))
  }

  #source(field: Field): FieldSource {
    const same = sameField(field, true)
    const { name, parameters, doc, optional } = field.schema
    if (name !== Decimal.LOGICAL_NAME) return same
    const isSaid = parameters?.has(precisionKey) === true
    const precision = isSaid ? decimalParameter(field, precisionKey) : defaultPrecision
    if (precision <= this.#max) return same
    const builder = Decimal.builder(decimalParameter(field, Decimal.SCALE_FIELD))
    if (parameters !== null) builder.parameters(parameters)
    builder.parameter(precisionKey, String(this.#max))
    if (doc !== null) builder.doc(doc)
    if (optional) builder.optional()
    return { ...same, schema: builder.build() }
  }
}

/** Whether the struct is optional is lost, as in Java. */
function structSchema(schema: Schema, sources: readonly FieldSource[]): Schema {
  const builder = SchemaBuilder.struct()
  if (schema.name !== null) builder.name(schema.name)
  if (schema.doc !== null) builder.doc(schema.doc)
  if (schema.version !== null) builder.version(schema.version)
  if (schema.parameters !== null) builder.parameters(schema.parameters)
  for (const source of sources) builder.field(source.name, source.schema)
  return builder.build()
}
