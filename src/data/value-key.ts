import { hasDecimalBrand, hasStructBrand } from './brands.ts'
import type { Schema } from './schema.ts'
import { isTypedNumber } from './typed-number.ts'

/**
 * A text that is equal for equal Connect values and for no others. The entries of a map count in any
 * order. `idOf` tells schemas apart, for structs.
 */
export function valueKey(value: unknown, idOf: (schema: Schema) => number): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `i${value}`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'boolean') return String(value)
  return objectKey(value, idOf)
}

function objectKey(value: unknown, idOf: (schema: Schema) => number): string {
  const key = (inner: unknown): string => valueKey(inner, idOf)
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return `[${value.map(key).join()}]`
  if (value instanceof Date) return `d${value.getTime()}`
  if (hasDecimalBrand(value)) return `D${value.toString()}`
  if (isTypedNumber(value)) return `${value.type}:${key(value.value)}`
  if (hasStructBrand(value)) return `S${idOf(value.schema)}(${value.values.map(key).join()})`
  const entries = value instanceof Map ? [...value] : Object.entries(value as object)
  return `{${entries
    .map(([k, v]) => `${key(k)}=${key(v)}`)
    .sort()
    .join()}}`
}
