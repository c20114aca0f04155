import { hasStructBrand } from '../brands.ts'
import { schemalessType } from '../java-class.ts'
import type { Schema, SchemaType } from '../schema.ts'
import { SchemaBuilder } from '../schema-builder.ts'

/**
 * The schema that a value without one implies (`Values.inferSchema`); null where it implies none: an empty list or map, one
 * of several types, a date, a decimal.
 */
export function inferSchema(value: unknown): Schema | null {
  if (hasStructBrand(value)) return value.schema
  const type = schemalessType(value)
  if (type === 'ARRAY') return inferList(value as readonly unknown[])
  if (type === 'MAP') return inferMap(value as object)
  return type === null ? null : new SchemaBuilder(type).build()
}

function inferList(elements: readonly unknown[]): Schema | null {
  const element = commonSchema(elements)
  return element && SchemaBuilder.array(element).build()
}

function inferMap(value: object): Schema | null {
  const entries: readonly (readonly [unknown, unknown])[] =
    value instanceof Map ? [...value] : Object.entries(value)
  const key = commonSchema(entries.map(([name]) => name))
  const item = commonSchema(entries.map(([, element]) => element))
  return key && item && SchemaBuilder.map(key, item).build()
}

/** One schema for all; a null among them makes it optional. */
function commonSchema(values: readonly unknown[]): Schema | null {
  let found: Schema | null = null
  let optional = false
  for (const value of values) {
    if (value === null || value === undefined) {
      optional = true
      continue
    }
    const schema = inferSchema(value)
    if (schema === null || (found !== null && found.type !== schema.type)) return null
    found ??= schema
  }
  return found === null ? null : withOptional(found, optional)
}

function withOptional(schema: Schema, optional: boolean): Schema {
  if (!optional || !isPrimitive(schema.type)) return schema
  return new SchemaBuilder(schema.type).optional().build()
}

function isPrimitive(type: SchemaType): boolean {
  return type !== 'ARRAY' && type !== 'MAP' && type !== 'STRUCT'
}
