import { Decimal, SchemaBuilder, between, configDef, isDecimal } from '../../api/index.ts'
import type {
  ConfigDef,
  ConfigOf,
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
import { decimalParameter, roundedDecimal } from './round-decimal.ts'

const config = configDef({
  'precision.value': {
    type: 'int',
    default: 38,
    validator: between(1, 127),
    importance: 'high',
    doc: 'The precision to set.',
  },
  'precision.mode': {
    type: 'string',
    default: 'none',
    oneOf: ['none', 'undefined', 'max'],
    importance: 'high',
    doc: 'Where to set it: nowhere, where the precision is undefined, or also where it is greater.',
  },
  'precision.undefined.value': {
    type: 'int',
    default: 0,
    importance: 'low',
    doc: 'The precision that means that there is none; 0 in the schemas of the JDBC source.',
  },
  'scale.value': {
    type: 'int',
    default: 127,
    validator: between(0, 127),
    importance: 'high',
    doc: 'The scale to set.',
  },
  'scale.mode': {
    type: 'string',
    default: 'none',
    oneOf: ['none', 'undefined', 'max'],
    importance: 'high',
    doc: 'Where to set it: nowhere, where scale or precision are undefined, or also where it is greater.',
  },
  'scale.zero.mode': {
    type: 'string',
    default: 'none',
    oneOf: ['none', 'value'],
    importance: 'high',
    doc: 'What becomes of a scale of 0: nothing, or scale.value.',
  },
  'scale.negative.mode': {
    type: 'string',
    default: 'none',
    oneOf: ['none', 'zero', 'value'],
    importance: 'high',
    doc: 'What becomes of a scale below 0: nothing, 0, or scale.value.',
  },
  'scale.undefined.value': {
    type: 'int',
    default: 127,
    importance: 'low',
    doc: 'The scale that means that there is none; 127 in the schemas of the JDBC source.',
  },
})

const precisionKey = 'connect.decimal.precision'

/** Brings decimals, and their schemas, to a precision and a scale (`com.github.jcustenborder…transform.common.AdjustPrecisionAndScale`). */
export class AdjustPrecisionAndScale extends KeyValueByType {
  #config: ConfigOf<typeof config> = config.parse({})
  readonly #rewrites = new PerSchema<StructRewrite>((schema) => {
    const sources = fieldsOf(schema).map((field) => this.#source(field))
    const builder = SchemaBuilder.struct()
    if (schema.name !== null) builder.name(schema.name)
    if (schema.doc !== null) builder.doc(schema.doc)
    if (schema.version !== null) builder.version(schema.version)
    if (schema.parameters !== null) builder.parameters(schema.parameters)
    for (const source of sources) builder.field(source.name, source.schema)
    return new StructRewrite(builder.build(), sources)
  })

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#config = config.parse(props)
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const rewrite = this.#rewrites.of(struct.schema)
    return this.side.replace(record, rewrite.schema, rewrite.apply(struct))
  }

  /** Every decimal gets a schema that says its precision; its value changes where precision or scale does. */
  #source(field: Field): FieldSource {
    const same = sameField(field, true)
    if (field.schema.name !== Decimal.LOGICAL_NAME) return same
    const precision = decimalParameter(field, precisionKey)
    const scale = decimalParameter(field, Decimal.SCALE_FIELD)
    const newPrecision = this.#precisionFor(precision)
    const newScale = this.#scaleFor(precision, scale)
    const schema = decimalSchema(field.schema, newPrecision ?? precision, newScale ?? scale)
    if (newPrecision === null && newScale === null) return { ...same, schema }
    const target = { precision: newPrecision ?? precision, scale: newScale ?? scale }
    const change = {
      apply: (value: unknown) => (isDecimal(value) ? roundedDecimal(value, target) : value),
    }
    return { ...same, schema, change }
  }

  /** Null where it stays. */
  #precisionFor(precision: number): number | null {
    const { 'precision.mode': mode, 'precision.value': value } = this.#config
    const isUndefined = precision === this.#config['precision.undefined.value']
    const isSet = mode !== 'none' && (isUndefined || (mode === 'max' && precision > value))
    return isSet ? value : null
  }

  /** Null where it stays. */
  #scaleFor(precision: number, scale: number): number | null {
    const { 'scale.mode': mode, 'scale.value': value } = this.#config
    const isUndefined =
      precision === this.#config['precision.undefined.value'] ||
      scale === this.#config['scale.undefined.value']
    const negative = this.#config['scale.negative.mode']
    if (
      (mode !== 'none' && (isUndefined || (mode === 'max' && scale > value))) ||
      (this.#config['scale.zero.mode'] === 'value' && scale === 0) ||
      (negative === 'value' && scale < 0)
    ) {
      return value
    }
    return negative === 'zero' && scale < 0 ? 0 : null
  }
}

/** The schema of a decimal with its precision said; its default is lost, as in Java. */
function decimalSchema(schema: Schema, precision: number, scale: number): Schema {
  const builder = Decimal.builder(scale)
  if (schema.parameters !== null) builder.parameters(schema.parameters)
  builder.parameter(precisionKey, String(precision)).parameter(Decimal.SCALE_FIELD, String(scale))
  if (schema.doc !== null) builder.doc(schema.doc)
  if (schema.optional) builder.optional()
  return builder.build()
}
