import { DataError, isStruct, javaClassName } from '../../api/index.ts'
import type { Schema, Struct } from '../../api/index.ts'
import { isSchemalessMap } from './schemaless-map.ts'
import type { SchemalessMap } from './schemaless-map.ts'

/** What a transformation needs of a value, with Java's texts (`Requirements`); `purpose` says what for. */

export function requireMap(value: unknown, purpose: string): SchemalessMap {
  if (isSchemalessMap(value)) return value
  throw new DataError(
    `Only Map objects supported in absence of schema for [${purpose}], found: ${classOf(value, null)}`,
  )
}

export function requireStruct(
  value: unknown,
  purpose: string,
  schema: Schema | null = null,
): Struct {
  if (isStruct(value)) return value
  throw new DataError(
    `Only Struct objects supported for [${purpose}], found: ${classOf(value, schema)}`,
  )
}

function classOf(value: unknown, schema: Schema | null): string {
  return value === null || value === undefined ? 'null' : javaClassName(value, schema)
}
