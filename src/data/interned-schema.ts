import { DataError } from '../errors/connect-error.ts'
import type { Field, Schema, SchemaType } from './schema.ts'
import { valueKey } from './value-key.ts'

export const schemaBrand = Symbol.for('sluice.Schema')

/** What a schema is made of; its fields get their index from their place. */
export interface SchemaParts {
  readonly type: SchemaType
  readonly optional: boolean
  readonly name: string | null
  readonly version: number | null
  readonly doc: string | null
  readonly parameters: ReadonlyMap<string, string> | null
  readonly defaultValue: unknown
  readonly fields: readonly Omit<Field, 'index'>[] | null
  readonly keySchema: Schema | null
  readonly valueSchema: Schema | null
}

class InternedSchema implements Schema {
  declare readonly [schemaBrand]: true
  readonly type: SchemaType
  readonly optional: boolean
  readonly name: string | null
  readonly version: number | null
  readonly doc: string | null
  readonly parameters: ReadonlyMap<string, string> | null
  readonly defaultValue: unknown
  readonly fields: readonly Field[] | null
  readonly keySchema: Schema | null
  readonly valueSchema: Schema | null
  readonly #byName: ReadonlyMap<string, Field> | null

  constructor(parts: SchemaParts) {
    this.type = parts.type
    this.optional = parts.optional
    this.name = parts.name
    this.version = parts.version
    this.doc = parts.doc
    this.parameters = parts.parameters
    this.defaultValue = parts.defaultValue
    this.fields =
      parts.fields &&
      Object.freeze(parts.fields.map(({ name, schema }, index) => ({ name, index, schema })))
    this.keySchema = parts.keySchema
    this.valueSchema = parts.valueSchema
    this.#byName = this.fields && new Map(this.fields.map((field) => [field.name, field]))
    Object.freeze(this)
  }

  field(name: string): Field | undefined {
    if (this.#byName === null) throw new DataError('Cannot look up fields on non-struct type')
    return this.#byName.get(name)
  }

  toString(): string {
    return schemaText(this)
  }
}
Object.defineProperty(InternedSchema.prototype, schemaBrand, { value: true })

/**
 * The table that makes equal schemas one object. It holds them weakly: an entry goes when nothing else
 * holds its schema, so it is bounded by the schemas in use.
 */
const table = new Map<string, WeakRef<Schema>>()
const ids = new WeakMap<Schema, number>()
const collected = new FinalizationRegistry<string>((key) => {
  // Another schema may have taken the place since.
  if (table.get(key)?.deref() === undefined) table.delete(key)
})
let nextId = 0

/** The one schema of this thread that is made of `parts`. */
export function internSchema(parts: SchemaParts): Schema {
  const known = withKnownChildren(parts)
  const key = keyOf(known)
  const existing = table.get(key)?.deref()
  if (existing !== undefined) return existing
  const schema = new InternedSchema(known)
  ids.set(schema, nextId++)
  table.set(key, new WeakRef(schema))
  collected.register(schema, key)
  return schema
}

/** Makes a schema known that equals no other, so that others may be built of it before it is complete. */
export function adoptSchema(schema: Schema): void {
  ids.set(schema, nextId++)
}

/** Whether two schemas are equal, wherever they come from; of those built in this thread, only the same is. */
export function schemaEquals(a: Schema | null, b: Schema | null): boolean {
  if (a === b) return true
  if (a === null || b === null) return false
  if (ids.has(a) && ids.has(b)) return false
  return interned(a) === interned(b)
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && schemaBrand in value
}

/** `Schema{INT8}`, or with its name `Schema{order:STRUCT}`, as Java prints a schema. */
export function schemaText(schema: Schema): string {
  return schema.name === null ? `Schema{${schema.type}}` : `Schema{${schema.name}:${schema.type}}`
}

/** Our own copy of a schema that another copy of these classes made. */
function interned(schema: Schema): Schema {
  return ids.has(schema) ? schema : internSchema(schema)
}

function withKnownChildren(parts: SchemaParts): SchemaParts {
  return {
    type: parts.type,
    optional: parts.optional,
    name: parts.name,
    version: parts.version,
    doc: parts.doc,
    parameters: parts.parameters,
    defaultValue: parts.defaultValue,
    fields: parts.fields?.map(({ name, schema }) => ({ name, schema: interned(schema) })) ?? null,
    keySchema: parts.keySchema && interned(parts.keySchema),
    valueSchema: parts.valueSchema && interned(parts.valueSchema),
  }
}

/** Equal for equal parts and for no others. Parameters are compared without regard to their order, as in Java. */
function keyOf(parts: SchemaParts): string {
  return JSON.stringify([
    parts.type,
    parts.optional,
    parts.name,
    parts.version,
    parts.doc,
    parts.parameters && [...parts.parameters].sort(([a], [b]) => (a < b ? -1 : 1)),
    valueKey(parts.defaultValue, idOf),
    parts.fields?.flatMap(({ name, schema }) => [name, idOf(schema)]),
    parts.keySchema && idOf(parts.keySchema),
    parts.valueSchema && idOf(parts.valueSchema),
  ])
}

function idOf(schema: Schema): number {
  return ids.get(interned(schema)) ?? -1
}
