import { SchemaBuilderError, Struct, validateValue } from '../../../api/index.ts'
import type { Field, Schema, SchemaBuilder } from '../../../api/index.ts'
import { requireStruct } from '../../support/requirements.ts'
import { copyBasics } from '../../support/schemas.ts'
import { fieldsOf } from '../../support/struct-rewrite.ts'
import { DebeziumError } from './errors.ts'

/** A header that becomes a field: its place among those of the record, where it goes, and its schema. */
export interface HeaderField {
  readonly at: number
  readonly path: readonly string[]
  readonly schema: Schema | null
}

/** How the values of headers come into structs of one schema, and into structs within them. */
export class HeaderPlan {
  readonly schema: Schema
  readonly #fields: readonly Field[]
  /** By the place of the field. */
  readonly #nested: ReadonlyMap<number, HeaderPlan>
  readonly #added: readonly HeaderField[]

  constructor(schema: Schema, headers: readonly HeaderField[], depth = 0) {
    // As in Java, whether a struct is optional is lost on the way, also of those within.
    const builder = copyBasics(schema)
    const nested = new Map<number, HeaderPlan>()
    this.#fields = fieldsOf(schema)
    for (const field of this.#fields) {
      const within = headers.filter(
        ({ path }) => path.length > depth + 1 && path[depth] === field.name,
      )
      if (within.length === 0) {
        builder.field(field.name, field.schema)
      } else {
        const plan = new HeaderPlan(field.schema, within, depth + 1)
        nested.set(field.index, plan)
        builder.field(field.name, plan.schema)
      }
    }
    this.#added = headers.filter(({ path }) => path.length === depth + 1)
    for (const header of this.#added) addField(builder, header, depth)
    this.#nested = nested
    this.schema = builder.build()
  }

  /** `values` are those of the record's headers. A null struct stays null, whatever its schema says. */
  apply(struct: Struct, values: readonly unknown[]): Struct {
    const fields = this.#fields
    const made = new Array<unknown>(fields.length + this.#added.length)
    for (let i = 0; i < fields.length; i++) {
      const value = struct.values[i] ?? fields[i]?.schema.defaultValue ?? null
      const plan = this.#nested.size === 0 ? undefined : this.#nested.get(i)
      made[i] =
        plan === undefined || value === null
          ? value
          : plan.apply(requireStruct(value, 'Nested field'), values)
    }
    for (let i = 0; i < this.#added.length; i++) {
      const header = this.#added[i]
      if (header?.schema == null) break
      const value = values[header.at] ?? null
      validateValue(header.schema, value, header.path.at(-1))
      made[fields.length + i] = value
    }
    return new Struct(this.schema, made)
  }
}

/** Throws a DebeziumError where a path goes through what is not there, or has no fields. */
export function requireParents(schema: Schema, { path }: HeaderField): void {
  const text = path.join('.')
  let current = schema
  for (const step of path.slice(0, -1)) {
    const field = current.field(step)
    if (field === undefined) {
      throw new DebeziumError(
        `Field '${step}' does not exist in the schema. Cannot add nested field '${text}'.`,
      )
    }
    if (!['ARRAY', 'MAP', 'STRUCT'].includes(field.schema.type)) {
      throw new DebeziumError(
        `Field '${step}' is a primitive type, not a struct. Cannot add nested field '${text}'.`,
      )
    }
    current = field.schema
  }
}

function addField(builder: SchemaBuilder, { path, schema }: HeaderField, depth: number): void {
  const name = path[depth] ?? ''
  if (schema === null) {
    throw new SchemaBuilderError(`fieldSchema for field ${name} cannot be null.`)
  }
  builder.field(name, schema)
}
