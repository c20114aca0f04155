import type { Schema } from './schema.ts'

/** A value of a STRUCT schema; its members lie in an array in the schema's order. */
export interface Struct {
  readonly schema: Schema
}
