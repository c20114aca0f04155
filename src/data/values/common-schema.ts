import type { Schema, SchemaAndValue, SchemaType } from '../schema.ts'
import { schemaEquals } from '../interned-schema.ts'

/** Numbers from the narrowest to the widest. */
const widening: readonly SchemaType[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']

/** Finds the schema that the elements of an array can share; nulls do not count. */
export class CommonSchema {
  #schema: Schema | null = null
  #isShared = true

  /** Null where there was no element, or where they have nothing in common. */
  get schema(): Schema | null {
    return this.#isShared ? this.#schema : null
  }

  merge(element: SchemaAndValue | null): void {
    const next = element?.schema ?? null
    if (next === null || !this.#isShared) return
    const merged = this.#schema === null ? next : mergeSchemas(this.#schema, next)
    this.#isShared = merged !== null
    this.#schema = merged
  }
}

/** Of two schemas of one type the later counts, of two numbers the wider. */
function mergeSchemas(previous: Schema, next: Schema): Schema | null {
  if (previous.type === next.type) {
    if (previous.optional === next.optional) return previous.optional ? previous : next
    return schemaEquals(previous, next) ? previous : null
  }
  const from = widening.indexOf(previous.type)
  const to = widening.indexOf(next.type)
  if (from < 0 || to < 0) return null
  return to > from ? next : previous
}
