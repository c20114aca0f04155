import type { Schema } from './schema.ts'

/**
 * How values of our classes are known: by a `Symbol.for` brand, so that a value made by another copy of
 * the classes (a plugin that bundles its own) counts as one of ours.
 */
export const structBrand = Symbol.for('sluice.Struct')
export const decimalBrand = Symbol.for('sluice.Decimal')
export const typedNumberBrand = Symbol.for('sluice.TypedNumber')

/** What every copy of Struct has. `values` stand in the order of the schema's fields, null where unset. */
export interface StructLike {
  readonly schema: Schema
  readonly values: readonly unknown[]
}

export function hasStructBrand(value: unknown): value is StructLike {
  return typeof value === 'object' && value !== null && structBrand in value
}

/** What every copy of Decimal has; `toString` prints as Java's BigDecimal does. */
export interface DecimalLike {
  readonly unscaled: bigint
  readonly scale: number
  toString(): string
}

export function hasDecimalBrand(value: unknown): value is DecimalLike {
  return typeof value === 'object' && value !== null && decimalBrand in value
}
