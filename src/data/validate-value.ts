import { DataError } from '../errors/connect-error.ts'
import { normalizeInt64 } from '../util/int64.ts'
import { hasDecimalBrand, hasStructBrand } from './brands.ts'
import { schemaEquals } from './interned-schema.ts'
import { isInt64, javaClassName } from './java-class.ts'
import { dateName, decimalName, timeName, timestampName } from './logical-names.ts'
import type { Schema, SchemaType } from './schema.ts'

/**
 * Throws a DataError unless `value` may stand under `schema` (`ConnectSchema.validateValue`, invariant 6).
 * `fieldName` says in the message which field it is of.
 */
export function validateValue(schema: Schema, value: unknown, fieldName?: string): void {
  if (!fits(schema, value)) {
    explain(schema, value, fieldName === undefined ? 'value' : `field: "${fieldName}"`)
  }
}

/** Whether a value is of the type of `schema`, or of the class that its name asks for; what it holds is not looked at. */
export function isOfSchema(schema: Schema, value: unknown): boolean {
  const { type, name } = schema
  return isOfType(type, value) || (name !== null && isOfLogicalClass(name, value) === true)
}

/** `value` as it is kept under `schema`: undefined is null, and a bigint that is an int64 a number where that is exact. */
export function normalizeValue(schema: Schema, value: unknown): unknown {
  // Of a Timestamp, a bigint is the milliseconds of an instant that no Date can hold.
  const isInteger = schema.type === 'INT64' && schema.name !== timestampName
  if (typeof value === 'bigint' && isInteger) return normalizeInt64(value)
  return value ?? null
}

/** Whether `value` may stand under `schema`. Hot: builds no message. */
export function fits(schema: Schema | null, value: unknown): boolean {
  if (schema === null) return false
  if (value === null || value === undefined) return schema.optional
  if (!isOfClass(schema, value)) return false
  if (schema.type === 'STRUCT') {
    return hasStructBrand(value) && schemaEquals(value.schema, schema)
  }
  if (schema.type === 'ARRAY') return allFit(schema.valueSchema, value as unknown[])
  if (schema.type !== 'MAP') return true
  const map = value as Map<unknown, unknown>
  return allFit(schema.keySchema, map.keys()) && allFit(schema.valueSchema, map.values())
}

function allFit(schema: Schema | null, values: Iterable<unknown>): boolean {
  for (const value of values) if (!fits(schema, value)) return false
  return true
}

/** Whether `value` is of the class that the schema's name or type asks for, and in its range. */
function isOfClass(schema: Schema, value: unknown): boolean {
  if (schema.name !== null) {
    const logical = isOfLogicalClass(schema.name, value)
    if (logical !== undefined) return logical
  }
  return isOfType(schema.type, value)
}

function isOfLogicalClass(name: string, value: unknown): boolean | undefined {
  switch (name) {
    case decimalName:
      return hasDecimalBrand(value)
    case timeName:
      return isValidDate(value)
    case dateName:
    case timestampName:
      return isValidDate(value) || (typeof value === 'bigint' && isInt64(value))
    default:
      return undefined
  }
}

function isValidDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime())
}

function isOfType(type: SchemaType, value: unknown): boolean {
  switch (type) {
    case 'INT8':
      return typeof value === 'number' && (value << 24) >> 24 === value
    case 'INT16':
      return typeof value === 'number' && (value << 16) >> 16 === value
    case 'INT32':
      return typeof value === 'number' && (value | 0) === value
    case 'INT64':
      return typeof value === 'bigint' ? isInt64(value) : Number.isSafeInteger(value)
    case 'FLOAT32':
      return typeof value === 'number' && isFloat(value)
    case 'FLOAT64':
      return typeof value === 'number'
    case 'BOOLEAN':
      return typeof value === 'boolean'
    case 'STRING':
      return typeof value === 'string'
    case 'BYTES':
      return value instanceof Uint8Array
    case 'ARRAY':
      return Array.isArray(value)
    case 'MAP':
      return value instanceof Map
    case 'STRUCT':
      return hasStructBrand(value)
  }
}

/** A float is rounded to the nearest FLOAT32, but may not overflow to infinity. */
function isFloat(value: number): boolean {
  return Number.isFinite(Math.fround(value)) || !Number.isFinite(value)
}

/** Throws what keeps `value` from fitting; `location` is where it is, in Java's words. */
function explain(schema: Schema | null, value: unknown, location: string): void {
  if (schema === null) throw new DataError(`No schema defined for ${location}`)
  if (value === null || value === undefined) {
    if (schema.optional) return
    throw new DataError(
      `Invalid value: null used for required ${location}, schema type: ${schema.type}`,
    )
  }
  if (!isOfClass(schema, value)) throw classError(schema, value, location)
  if (schema.type === 'STRUCT') {
    if (!fits(schema, value)) throw new DataError('Struct schemas do not match.')
  } else if (schema.type === 'ARRAY') {
    for (const element of value as unknown[]) {
      explain(schema.valueSchema, element, `element of array ${location}`)
    }
  } else if (schema.type === 'MAP') {
    for (const [key, element] of value as Map<unknown, unknown>) {
      explain(schema.keySchema, key, `key of map ${location}`)
      explain(schema.valueSchema, element, `value of map ${location}`)
    }
  }
}

const ranges: Partial<Record<SchemaType, string>> = {
  INT8: 'an integer from -128 to 127',
  INT16: 'an integer from -32768 to 32767',
  INT32: 'an integer from -2147483648 to 2147483647',
  INT64: 'an integer of 64 bits, a bigint where it is not a safe number',
  FLOAT32: 'a number no greater than a FLOAT32 holds',
}

function classError(schema: Schema, value: unknown, location: string): DataError {
  const range = ranges[schema.type]
  const named = schema.name === null ? '' : ` "${schema.name}"`
  if (range !== undefined && typeof value === 'number' && !isLogicalName(schema.name)) {
    // Java cannot meet this: its classes have the range. JavaScript's number has not.
    return new DataError(
      `Invalid value ${value} for schema${named} with type ${schema.type} for ${location}: expected ${range}.`,
    )
  }
  return new DataError(
    `Invalid Java object for schema${named} with type ${schema.type}: ` +
      `class ${javaClassName(value)} for ${location}`,
  )
}

function isLogicalName(name: string | null): boolean {
  return name !== null && isOfLogicalClass(name, null) !== undefined
}
