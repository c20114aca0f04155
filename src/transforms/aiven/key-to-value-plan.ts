import { DataError, Struct, isStruct, validateValue } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { copyBasics } from '../support/schemas.ts'
import { fieldsOf, sameField } from '../support/struct-rewrite.ts'

/** Stands for the key as a whole, in the place of a field of it. */
export const wholeKey = '*'

/** A field of the key, or the whole of it, and what it is called in the value. */
export interface KeyField {
  readonly key: string
  readonly name: string
}

/** Where a field of the result comes from; the whole key where there is no index. */
interface Source {
  readonly name: string
  readonly schema: Schema
  readonly isOfKey: boolean
  readonly index: number | null
  /** What stands for null. */
  readonly fallback: unknown
}

/** What becomes of values of one schema with keys of another: compiled once. */
export class KeyToValuePlan {
  readonly schema: Schema
  readonly #sources: readonly Source[]

  /** Throws a DataError where the key lacks a field. */
  constructor(fields: readonly KeyField[], keySchema: Schema, valueSchema: Schema) {
    const sources = new Map<string, Source>()
    for (const field of fieldsOf(valueSchema)) {
      sources.set(field.name, { ...sameField(field, true), isOfKey: false })
    }
    for (const field of fields) sources.set(field.name, sourceOf(field, keySchema))
    const builder = copyBasics(valueSchema)
    if (valueSchema.optional) builder.optional()
    for (const { name, schema } of sources.values()) builder.field(name, schema)
    this.schema = builder.build()
    this.#sources = [...sources.values()]
  }

  apply(value: Struct, key: unknown): Struct {
    const sources = this.#sources
    const ofKey = isStruct(key) ? key.values : []
    const made = new Array<unknown>(sources.length)
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]
      if (source === undefined) break
      const { index, isOfKey, schema, name } = source
      const found = index === null ? key : (isOfKey ? ofKey : value.values)[index]
      const member = found ?? source.fallback
      if (member === null && !schema.optional) validateValue(schema, null, name)
      made[i] = member
    }
    return new Struct(this.schema, made)
  }
}

function sourceOf({ key, name }: KeyField, keySchema: Schema): Source {
  if (key === wholeKey) {
    return { name, schema: keySchema, isOfKey: true, index: null, fallback: null }
  }
  const field = keySchema.field(key)
  if (field === undefined) throw new DataError(`Key field '${key}' not found in key schema`)
  return { ...sameField(field, true), name, isOfKey: true }
}
