import { DataError, SchemaBuilder, STRING_SCHEMA } from '../../../api/index.ts'
import type { Field, Schema } from '../../../api/index.ts'
import { StructRewrite, fieldsOf, sameField } from '../../support/struct-rewrite.ts'
import type { FieldSource, ValueChange } from '../../support/struct-rewrite.ts'
import { requireStruct } from '../../support/requirements.ts'
import { envelopeSuffix, member } from './envelope.ts'
import type { NameAdjuster } from './name-adjuster.ts'

/** The topic that several tables share, and what their schemas are called after it. */
export interface LogicalTable {
  readonly topic: string
  readonly adjust: NameAdjuster
  /** The field of the key that says which of the tables it is of; null where the key has none. */
  readonly keyField: string | null
}

/** Keys of `schema` as those of the logical table. The field that tells the tables apart comes last and is left to the caller. */
export function keyOfTable(schema: Schema, table: LogicalTable): StructRewrite {
  const builder = copyWithoutName(schema).name(table.adjust(`${table.topic}.Key`))
  const sources = fieldsOf(schema).map((field) => sameField(field, true))
  for (const source of sources) builder.field(source.name, source.schema)
  if (table.keyField !== null) builder.field(table.keyField, STRING_SCHEMA)
  return new StructRewrite(builder.build(), sources)
}

/** Change events of `schema` as those of the logical table; the rows before and after get one schema, that of the row before. */
export function envelopeOfTable(schema: Schema, table: LogicalTable): StructRewrite {
  const before = schema.field(member.before)
  if (before === undefined) {
    throw new DataError(
      `The change event has no field "${member.before}", which names the columns.`,
    )
  }
  const row = rowOfTable(before.schema, table)
  const sources = fieldsOf(schema).map((field): FieldSource => {
    const same = sameField(field, true)
    if (field.name !== member.before && field.name !== member.after) return same
    return { ...same, schema: row, change: new RowRewrite(field, row) }
  })
  const builder = copyWithoutName(schema)
  for (const source of sources) builder.field(source.name, source.schema)
  builder.name(table.adjust(`${table.topic}${envelopeSuffix}`))
  return new StructRewrite(builder.build(), sources)
}

function rowOfTable(schema: Schema, table: LogicalTable): Schema {
  const builder = copyWithoutName(schema).name(table.adjust(`${table.topic}.Value`))
  for (const field of fieldsOf(schema)) builder.field(field.name, field.schema)
  return builder.build()
}

/** Rows of one of the two members; compiled when the first of them is not null. */
class RowRewrite implements ValueChange {
  readonly #field: Field
  readonly #row: Schema
  #rewrite: StructRewrite | null = null

  constructor(field: Field, row: Schema) {
    this.#field = field
    this.#row = row
  }

  apply(value: unknown): unknown {
    if (value === null) return null
    this.#rewrite ??= this.#compiled()
    return this.#rewrite.apply(requireStruct(value, 'Updating schema'))
  }

  #compiled(): StructRewrite {
    const given = fieldsOf(this.#field.schema)
    const foreign = given.find(({ name }) => this.#row.field(name) === undefined)
    if (foreign !== undefined) throw new DataError(`${foreign.name} is not a valid field name`)
    const sources = fieldsOf(this.#row).map((target): FieldSource => {
      const source = this.#field.schema.field(target.name)
      if (source === undefined) {
        throw new DataError(
          `The row "${this.#field.name}" has no column "${target.name}", which the row "${member.before}" has.`,
        )
      }
      return { ...sameField(source, true), schema: target.schema }
    })
    return new StructRewrite(this.#row, sources)
  }
}

/** All but name, fields and default. */
function copyWithoutName(schema: Schema): SchemaBuilder {
  const builder = SchemaBuilder.struct()
  if (schema.version !== null) builder.version(schema.version)
  if (schema.doc !== null) builder.doc(schema.doc)
  if (schema.parameters !== null) builder.parameters(schema.parameters)
  if (schema.optional) builder.optional()
  return builder
}
