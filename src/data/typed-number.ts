import { typedNumberBrand } from './brands.ts'
import { doubleText, floatText } from './java-number-text.ts'
import type { Int64 } from '../util/int64.ts'

export type NumberType = 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FLOAT32' | 'FLOAT64'

/**
 * A number without a schema whose type a plain one would not tell: among schemaless values an integral
 * `number` means INT64 and any other FLOAT64. `100.0` (a FLOAT64), an INT8 or a FLOAT32 are kept as this.
 * Frozen; counts as its number in arithmetic and prints as Java prints it.
 */
export class TypedNumber {
  declare readonly [typedNumberBrand]: true
  readonly type: NumberType
  readonly value: number

  constructor(type: NumberType, value: number) {
    this.type = type
    this.value = type === 'FLOAT32' ? Math.fround(value) : value
    Object.freeze(this)
  }

  valueOf(): number {
    return this.value
  }

  toJSON(): number {
    return this.value
  }

  toString(): string {
    if (this.type === 'FLOAT64') return doubleText(this.value)
    return this.type === 'FLOAT32' ? floatText(this.value) : String(this.value)
  }
}
Object.defineProperty(TypedNumber.prototype, typedNumberBrand, { value: true })

export function isTypedNumber(value: unknown): value is TypedNumber {
  return typeof value === 'object' && value !== null && typedNumberBrand in value
}

/** `value` as a schemaless value of `type`: plain where a plain number says the same, else typed. */
export function schemalessNumber(type: NumberType, value: Int64): Int64 | TypedNumber {
  if (type === 'INT64' || typeof value === 'bigint') return value
  if (type === 'FLOAT64' && !isPlainInt64(value)) return value
  return new TypedNumber(type, value)
}

/** Whether a schemaless number is an INT64; any other number is a FLOAT64, so `-0` and `1e300` are. */
export function isPlainInt64(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0)
}
