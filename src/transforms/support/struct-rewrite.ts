import { DataError, Struct, isStruct, validateValue } from '../../api/index.ts'
import type { Field, Schema, SchemaBuilder } from '../../api/index.ts'
import type { PathBranch, PathTree } from './path-tree.ts'
import { copyBasics } from './schemas.ts'

/** What is done to the values of one field, compiled for its schema. Null is given too. */
export interface ValueChange {
  apply(value: unknown): unknown
}

/** A field's new schema, and what makes its values; null where they stay. */
export interface Changed {
  readonly schema: Schema
  readonly change: ValueChange | null
}

/** Where a field of the result comes from. */
export interface FieldSource {
  readonly name: string
  /** Of the field in the struct given. */
  readonly index: number
  /** What stands for null before the change: the field's default, or null. */
  readonly fallback: unknown
  readonly schema: Schema
  readonly change: ValueChange | null
}

/** Structs of one schema made into structs of another, field by field: compiled once, applied to every record. */
export class StructRewrite implements ValueChange {
  readonly schema: Schema
  readonly #sources: readonly FieldSource[]
  /** Where all fields keep their places, those that may change and those that must not be null; else null. */
  readonly #inPlace: readonly FieldSource[] | null

  constructor(schema: Schema, sources: readonly FieldSource[]) {
    this.schema = schema
    this.#sources = sources
    const keepsPlaces = sources.every(({ index }, at) => index === at)
    const isLookedAt = (source: FieldSource): boolean =>
      !isCopied(source) || !source.schema.optional
    this.#inPlace = keepsPlaces ? sources.filter(isLookedAt) : null
  }

  /** A null stays one, for a struct within a struct. */
  apply(value: unknown): Struct | null {
    return isStruct(value) ? new Struct(this.schema, this.#applyTo(value)) : null
  }

  #applyTo(struct: Struct): unknown[] {
    const changing = this.#inPlace
    if (changing === null || struct.values.length !== this.#sources.length) {
      return this.valuesOf(struct, 0)
    }
    const made = struct.values.slice()
    for (const source of changing) {
      const { index, change } = source
      let value = made[index] ?? source.fallback
      if (change !== null) value = change.apply(value)
      if (value === null && !source.schema.optional) validateValue(source.schema, null, source.name)
      made[index] = value
    }
    return made
  }

  /** The values of the result, with room for `more` behind them. Throws a DataError where a null stands in a required field. */
  valuesOf({ values }: Struct, more: number): unknown[] {
    const sources = this.#sources
    const made = new Array<unknown>(sources.length + more)
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]
      if (source === undefined) break
      let value = values[source.index] ?? source.fallback
      if (source.change !== null) value = source.change.apply(value)
      if (value === null && !source.schema.optional) validateValue(source.schema, null, source.name)
      made[i] = value
    }
    return made
  }
}

/** Whether the value goes over just as it is. */
function isCopied({ change, fallback }: FieldSource): boolean {
  return change === null && fallback === null
}

/** The field as it is, with its default in the place of null where `replaceNull` says so. */
export function sameField(field: Field, replaceNull: boolean): FieldSource {
  const fallback = replaceNull ? (field.schema.defaultValue ?? null) : null
  return { name: field.name, index: field.index, fallback, schema: field.schema, change: null }
}

export interface ChangeOptions<T> {
  readonly replaceNull: boolean
  /** What becomes of a field that the tree names. */
  changeOf(schema: Schema, target: T): Changed
  /** For the texts of Requirements. */
  readonly purpose: string
}

/** Structs of `schema` with the fields changed that `tree` names; what it names and is not there is left out. */
export function changeFields<T>(
  schema: Schema,
  tree: PathTree<T>,
  options: ChangeOptions<T>,
): StructRewrite {
  const sources = fieldsOf(schema).map((field) => {
    const same = sameField(field, options.replaceNull)
    const branch = tree.branch(field.name)
    return branch === undefined ? same : { ...same, ...changedField(field, branch, options) }
  })
  const isSame = sources.every((source, index) => source.schema === schema.fields?.[index]?.schema)
  return new StructRewrite(isSame ? schema : rebuilt(schema, sources), sources)
}

function changedField<T>(field: Field, branch: PathBranch<T>, options: ChangeOptions<T>): Changed {
  if (branch.target !== undefined) return options.changeOf(field.schema, branch.target)
  if (branch.within === null) return { schema: field.schema, change: null }
  const rewrite = changeFields(requireStructSchema(field, options.purpose), branch.within, options)
  return { schema: rewrite.schema, change: rewrite }
}

/** The schema with other fields; it stays optional where it was. */
function rebuilt(schema: Schema, sources: readonly FieldSource[]): Schema {
  const builder = copyBasics(schema)
  if (schema.optional) builder.optional()
  return withFields(builder, sources)
}

export function withFields(builder: SchemaBuilder, sources: readonly FieldSource[]): Schema {
  for (const { name, schema } of sources) builder.field(name, schema)
  return builder.build()
}

/** The schema of a field that must be a struct for a path to go through it. */
export function requireStructSchema(field: Field, purpose: string): Schema {
  if (field.schema.type === 'STRUCT') return field.schema
  throw new DataError(
    `Only Struct objects supported for [${purpose}], found: ${field.schema.type} in the field "${field.name}", which a path goes through.`,
  )
}

export function fieldsOf(schema: Schema): readonly Field[] {
  if (schema.fields === null) throw new DataError('Cannot list fields on non-struct type')
  return schema.fields
}
