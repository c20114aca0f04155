import { DataError, isStruct, schemaEquals } from '../../api/index.ts'
import type { Schema, Struct } from '../../api/index.ts'
import { invalidType } from '../json/json-encoder.ts'

/** A DataError for anything but a struct of `schema`. */
export function requireStruct(value: unknown, schema: Schema): asserts value is Struct {
  if (!isStruct(value)) throw invalidType('STRUCT', value)
  if (!schemaEquals(value.schema, schema)) throw new DataError('Mismatching schema.')
}
