import {
  DataError,
  OPTIONAL_STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  configDef,
  isStruct,
  javaToString,
  nonEmptyString,
} from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Field, Schema } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { recordText } from '../support/record-text.ts'
import { copyMap, isSchemalessMap, memberOf, putMember } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import type { Side } from '../support/side.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'

const config = configDef({
  'field.names': {
    type: 'list',
    importance: 'high',
    doc: 'The fields to join, in this order, separated by commas.',
  },
  'output.field.name': {
    type: 'string',
    validator: nonEmptyString,
    importance: 'high',
    doc: 'The field to put the result into.',
  },
  'field.replace.missing': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'What stands for a field that is not there or null.',
  },
  delimiter: {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'What stands between two of them.',
  },
})

/** What becomes of structs of one schema. */
interface Plan {
  readonly rewrite: StructRewrite
  readonly schema: Schema
  /** The fields to join; null for one that the schema lacks. */
  readonly parts: readonly (Field | null)[]
}

/** Adds a field that holds the texts of others, joined (`io.aiven.kafka.connect.transforms.ConcatFields`). */
export class ConcatFields {
  readonly #side: Side
  #names: readonly string[] = []
  #output = ''
  #delimiter = ''
  #missing = ''
  readonly #plans = new PerSchema<Plan>((schema) => this.#plan(schema))

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#names = parsed['field.names']
    this.#output = parsed['output.field.name']
    this.#delimiter = parsed.delimiter
    this.#missing = parsed['field.replace.missing']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = this.#side.valueOf(record)
    if (value === null) {
      throw new DataError(`${this.#side.half} Value can't be null: ${recordText(record)}`)
    }
    if (isStruct(value)) return this.#ofStruct(record, value)
    if (!isSchemalessMap(value)) {
      throw new DataError(`Value type must be STRUCT or MAP: ${recordText(record)}`)
    }
    const schema = this.#side.schemaOf(record)
    // Java looks for fields in the schema of a map.
    if (schema !== null) fieldsOf(schema)
    return this.#side.replace(record, null, this.#ofMap(value))
  }

  #ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const plan = this.#plans.of(struct.schema)
    let joined = ''
    for (let i = 0; i < plan.parts.length; i++) {
      const field = plan.parts[i] ?? null
      const member = field && (struct.values[field.index] ?? field.schema.defaultValue)
      const text = member === null ? this.#missing : javaToString(member, field?.schema)
      joined = i === 0 ? text : joined + this.#delimiter + text
    }
    const values = plan.rewrite.valuesOf(struct, 1)
    values[values.length - 1] = joined
    return this.#side.replace(record, plan.schema, new Struct(plan.schema, values))
  }

  #ofMap(map: SchemalessMap): SchemalessMap {
    let joined = ''
    for (let i = 0; i < this.#names.length; i++) {
      const member = memberOf(map, this.#names[i] ?? '')
      const text = member === null ? this.#missing : javaToString(member)
      joined = i === 0 ? text : joined + this.#delimiter + text
    }
    return putMember(copyMap(map), this.#output, joined)
  }

  /** Of the struct's schema, fields alone are kept. */
  #plan(schema: Schema): Plan {
    const builder = SchemaBuilder.struct()
    const sources = fieldsOf(schema).map((field) => sameField(field, true))
    for (const { name, schema: fieldSchema } of sources) builder.field(name, fieldSchema)
    const made = builder.field(this.#output, OPTIONAL_STRING_SCHEMA).build()
    return {
      rewrite: new StructRewrite(made, sources),
      schema: made,
      parts: this.#names.map((name) => schema.field(name) ?? null),
    }
  }
}
