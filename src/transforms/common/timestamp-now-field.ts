import { ConnectTimestamp, Struct, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { copyMap, putMember } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import { copyBasics } from '../support/schemas.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import type { FieldSource } from '../support/struct-rewrite.ts'
import { KeyValueByType } from './by-type.ts'

const config = configDef({
  fields: {
    type: 'list',
    importance: 'high',
    doc: 'The fields to put the time of processing into. Those that are no Timestamp are made anew.',
  },
})

/** What becomes of structs of one schema. */
interface Plan {
  readonly rewrite: StructRewrite
  /** Where the time goes among the fields that stay. */
  readonly replaced: readonly number[]
  /** How many fields with it come behind them. */
  readonly added: number
}

/** Puts the time of processing into fields (`com.github.jcustenborder…transform.common.TimestampNowField`). */
export class TimestampNowField extends KeyValueByType {
  #fields: readonly string[] = []
  readonly #plans = new PerSchema<Plan>((schema) => this.#plan(schema))

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#fields = [...new Set(config.parse(props).fields)]
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const { rewrite, replaced, added } = this.#plans.of(struct.schema)
    const now = new Date()
    const values = rewrite.valuesOf(struct, added)
    for (const index of replaced) values[index] = now
    values.fill(now, values.length - added)
    return this.side.replace(record, rewrite.schema, new Struct(rewrite.schema, values))
  }

  protected override ofMap(record: ConnectRecord, map: SchemalessMap): ConnectRecord {
    const now = new Date()
    let copy = copyMap(map)
    for (const field of this.#fields) copy = putMember(copy, field, now)
    return this.side.replace(record, null, copy)
  }

  #plan(schema: Schema): Plan {
    const builder = copyBasics(schema)
    if (schema.optional) builder.optional()
    const kept = fieldsOf(schema).filter(({ name, schema: inner }) => {
      return !this.#fields.includes(name) || isTimestamp(inner)
    })
    const sources = kept.map((field): FieldSource => {
      const same = sameField(field, true)
      return this.#fields.includes(field.name) ? { ...same, fallback: new Date(0) } : same
    })
    for (const source of sources) builder.field(source.name, source.schema)
    const names = sources.map(({ name }) => name)
    const added = this.#fields.filter((name) => !names.includes(name))
    for (const name of added) builder.field(name, ConnectTimestamp.SCHEMA)
    return {
      rewrite: new StructRewrite(builder.build(), sources),
      replaced: names.flatMap((name, index) => (this.#fields.includes(name) ? [index] : [])),
      added: added.length,
    }
  }
}

function isTimestamp({ type, name }: Schema): boolean {
  return type === 'INT64' && name === ConnectTimestamp.LOGICAL_NAME
}
