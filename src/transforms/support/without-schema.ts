import { isStruct, schemalessNumber } from '../../api/index.ts'
import type { NumberType, Schema } from '../../api/index.ts'

/** A value as it is without its schema: numbers then know their type by themselves. Structs keep their own schema. */
export function withoutSchema(schema: Schema | null, value: unknown): unknown {
  if (schema === null || value === null || isStruct(value) || value instanceof Date) return value
  if (typeof value === 'number') return schemalessNumber(schema.type as NumberType, value)
  if (Array.isArray(value)) {
    const elements: readonly unknown[] = value
    return elements.map((element) => withoutSchema(schema.valueSchema, element))
  }
  if (!(value instanceof Map)) return value
  const made = new Map<unknown, unknown>()
  for (const [key, member] of value) {
    made.set(withoutSchema(schema.keySchema, key), withoutSchema(schema.valueSchema, member))
  }
  return made
}
