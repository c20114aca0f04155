import { hasDecimalBrand, hasStructBrand } from './brands.ts'
import { isTypedNumber, isPlainInt64 } from './typed-number.ts'
import type { Schema, SchemaType } from './schema.ts'

const int64Max = 2n ** 63n - 1n
const int64Min = -(2n ** 63n)

const javaClasses: Record<SchemaType, string> = {
  INT8: 'java.lang.Byte',
  INT16: 'java.lang.Short',
  INT32: 'java.lang.Integer',
  INT64: 'java.lang.Long',
  FLOAT32: 'java.lang.Float',
  FLOAT64: 'java.lang.Double',
  BOOLEAN: 'java.lang.Boolean',
  STRING: 'java.lang.String',
  BYTES: '[B',
  ARRAY: 'java.util.ArrayList',
  MAP: 'java.util.HashMap',
  STRUCT: 'org.apache.kafka.connect.data.Struct',
}

export function isInt64(value: bigint): boolean {
  return value >= int64Min && value <= int64Max
}

/** Whether `value` is a plain object, which stands for a map with string keys where there is no schema. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** The Connect type that a value has without a schema (`ConnectSchema.schemaType`); null where it has none. */
export function schemalessType(value: unknown): SchemaType | null {
  if (typeof value === 'string') return 'STRING'
  if (typeof value === 'number') return isPlainInt64(value) ? 'INT64' : 'FLOAT64'
  if (typeof value === 'boolean') return 'BOOLEAN'
  if (typeof value === 'bigint') return isInt64(value) ? 'INT64' : null
  return typeof value === 'object' && value !== null ? objectType(value) : null
}

function objectType(value: object): SchemaType | null {
  if (value instanceof Uint8Array) return 'BYTES'
  if (Array.isArray(value)) return 'ARRAY'
  if (value instanceof Map) return 'MAP'
  if (hasStructBrand(value)) return 'STRUCT'
  if (isTypedNumber(value)) return value.type
  return isPlainObject(value) && !(value instanceof Date) ? 'MAP' : null
}

/**
 * How Java's messages name the class of such a value, e.g. `java.lang.Long` or `[B`; the name of the
 * constructor for what Java has no counterpart of. `schema` is the value's, where it has one.
 */
export function javaClassName(value: unknown, schema: Schema | null = null): string {
  // Of a plain number the schema knows the width.
  if (typeof value === 'number' && schema !== null) return javaClasses[schema.type]
  if (typeof value === 'bigint' && !isInt64(value)) return 'java.math.BigInteger'
  if (value instanceof Date) return 'java.util.Date'
  if (hasDecimalBrand(value)) return 'java.math.BigDecimal'
  const type = schemalessType(value)
  return type === null ? constructorName(value) : javaClasses[type]
}

function constructorName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value
  return value.constructor.name
}
