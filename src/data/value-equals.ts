import { hasDecimalBrand, hasStructBrand } from './brands.ts'
import { schemaEquals } from './interned-schema.ts'
import { isTypedNumber } from './typed-number.ts'

/** Whether two Connect values are equal, whatever is nested in them. Entries of a map count in any order. */
export function valueEquals(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime()
  if (a instanceof Map) return b instanceof Map && mapEquals(a, b)
  if (Array.isArray(a)) return Array.isArray(b) && listEquals(a, b)
  return brandedEquals(a, b) ?? objectEquals(a, b)
}

function brandedEquals(a: object, b: object): boolean | undefined {
  if (hasStructBrand(a)) {
    return hasStructBrand(b) && schemaEquals(a.schema, b.schema) && listEquals(a.values, b.values)
  }
  if (hasDecimalBrand(a)) {
    return hasDecimalBrand(b) && a.unscaled === b.unscaled && a.scale === b.scale
  }
  if (isTypedNumber(a)) {
    return isTypedNumber(b) && a.type === b.type && Object.is(a.value, b.value)
  }
  return undefined
}

function listEquals(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => valueEquals(value, b[index]))
}

function mapEquals(a: Map<unknown, unknown>, b: Map<unknown, unknown>): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) {
    if (!b.has(key) || !valueEquals(value, b.get(key))) return false
  }
  return true
}

function objectEquals(a: object, b: object): boolean {
  const entries = Object.entries(a)
  if (entries.length !== Object.keys(b).length) return false
  return entries.every(
    ([key, value]) =>
      Object.hasOwn(b, key) && valueEquals(value, (b as Record<string, unknown>)[key]),
  )
}
