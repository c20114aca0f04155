import type { OffsetValue } from '../data/records.ts'
import { TypedNumber } from '../data/typed-number.ts'
import type { NumberType } from '../data/typed-number.ts'

type Fields = Readonly<Record<string, OffsetValue>>

const numberTypes: Record<NumberType, true> = {
  INT8: true,
  INT16: true,
  INT32: true,
  INT64: true,
  FLOAT32: true,
  FLOAT64: true,
}

/** A partition or offset that crossed between threads, where a typed number loses its class: gives it back. */
export function withTypedNumbers<T extends Fields | null>(fields: T): T {
  if (fields === null) return fields
  const cloned = Object.entries<unknown>(fields).filter((entry): entry is [string, TypedNumber] =>
    isCloned(entry[1]),
  )
  if (cloned.length === 0) return fields
  const revived = cloned.map(([name, { type, value }]) => [name, new TypedNumber(type, value)])
  return { ...fields, ...(Object.fromEntries(revived) as Fields) }
}

function isCloned(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  const { type, value: number } = value as { readonly type?: unknown; readonly value?: unknown }
  return typeof type === 'string' && Object.hasOwn(numberTypes, type) && typeof number === 'number'
}
