import { DataError } from '../../errors/connect-error.ts'
import { normalizeInt64 } from '../../util/int64.ts'
import type { Int64 } from '../../util/int64.ts'
import { Decimal, isDecimal } from '../decimal.ts'
import { schemaText } from '../interned-schema.ts'
import { javaClassName, schemalessType } from '../java-class.ts'
import { doubleText } from '../java-number-text.ts'
import { javaToString } from '../java-to-string.ts'
import { dateName, decimalName, timeName, timestampName } from '../logical-names.ts'
import type { Schema, SchemaType } from '../schema.ts'
import { isStruct } from '../struct.ts'
import { ConnectDate, ConnectTime, ConnectTimestamp, dayMs, instantMs } from '../temporal.ts'
import type { Instant } from '../temporal.ts'
import { isTypedNumber } from '../typed-number.ts'
import { convertToString } from './convert-to-string.ts'
import { parseDecimal } from './parse-number.ts'

const widths: Partial<Record<SchemaType, number>> = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 }

/**
 * `value` as one of `schema` (`Values.convertTo`): what was asked for, so it narrows as a cast does in Java. `fromSchema`, where
 * known, tells what a Date means. A DataError where there is no way. A string is read as a number alone; what else it
 * may hold, the caller has parsed.
 */
export function convertValue(schema: Schema, fromSchema: Schema | null, value: unknown): unknown {
  if (value === null || value === undefined) {
    if (schema.optional) return null
    throw new DataError('Unable to convert a null value to a schema that requires a value')
  }
  if (schema.name === decimalName) return toDecimal(schema, fromSchema, value)
  if (schema.name === dateName) return toDate(schema, fromSchema, value)
  if (schema.name === timeName) return toTime(schema, fromSchema, value)
  if (schema.name === timestampName) return toTimestamp(schema, fromSchema, value)
  const width = widths[schema.type]
  if (width !== undefined) {
    return normalizeInt64(BigInt.asIntN(width, asLong(value, fromSchema)))
  }
  return convertOther(schema, fromSchema, value)
}

function convertOther(schema: Schema, fromSchema: Schema | null, value: unknown): unknown {
  switch (schema.type) {
    case 'FLOAT32':
      return Math.fround(asDouble(value, fromSchema))
    case 'FLOAT64':
      return asDouble(value, fromSchema)
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : asLong(value, fromSchema) !== 0n
    case 'STRING':
      return convertToString(fromSchema, value)
    case 'BYTES':
      if (value instanceof Uint8Array) return value
      break
    case 'ARRAY':
      if (Array.isArray(value)) return value
      break
    case 'MAP':
      if (value instanceof Map) return value
      if (schemalessType(value) === 'MAP') return new Map(Object.entries(value as object))
      break
    case 'STRUCT':
      if (isStruct(value)) return value
      break
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
  }
  throw unconvertible(value, fromSchema, schemaText(schema))
}

function toDecimal(schema: Schema, fromSchema: Schema | null, value: unknown): Decimal {
  if (isDecimal(value)) return value
  if (value instanceof Uint8Array) return Decimal.toLogical(schema, value)
  const exact = typeof value === 'string' ? parseDecimal(value) : null
  if (exact !== null) return exact
  const double = doubleOf(value)
  if (double === null) throw unconvertible(value, fromSchema, schemaText(schema))
  // Java goes by way of a double, whatever kind of number it was; the scale is not the schema's.
  return Decimal.parse(doubleText(double))
}

function toDate(schema: Schema, fromSchema: Schema | null, value: unknown): Instant {
  if (isInstant(value, fromSchema)) {
    if (fromSchema === null || fromSchema.name === dateName) return value
    if (fromSchema.name === timestampName) {
      const days = BigInt(instantMs(value)) / BigInt(dayMs)
      return ConnectDate.toLogical(schema, Number(BigInt.asIntN(32, days)))
    }
  }
  return ConnectDate.toLogical(schema, Number(BigInt.asIntN(32, asLong(value, fromSchema))))
}

function toTime(schema: Schema, fromSchema: Schema | null, value: unknown): Date {
  if (value instanceof Date) {
    if (fromSchema === null || fromSchema.name === timeName) return value
    if (fromSchema.name === timestampName) {
      const ms = value.getTime() % dayMs
      return ConnectTime.toLogical(schema, ms < 0 ? ms + dayMs : ms)
    }
  }
  return ConnectTime.toLogical(schema, Number(BigInt.asIntN(32, asLong(value, fromSchema))))
}

function toTimestamp(schema: Schema, fromSchema: Schema | null, value: unknown): Instant {
  if (isInstant(value, fromSchema)) {
    if (fromSchema === null || isTemporal(fromSchema)) return value
  }
  const ms = BigInt.asIntN(64, asLong(value, fromSchema))
  return ConnectTimestamp.toLogical(schema, normalizeInt64(ms))
}

/** A Date, or the bigint of one that is too far. */
function isInstant(value: unknown, fromSchema: Schema | null): value is Instant {
  return value instanceof Date || (typeof value === 'bigint' && isTemporal(fromSchema))
}

function isTemporal(schema: Schema | null): boolean {
  const name = schema?.name
  return name === dateName || name === timeName || name === timestampName
}

/** A value as Java's `long`, its fraction cut off. */
function asLong(value: unknown, fromSchema: Schema | null): bigint {
  const plain = isTypedNumber(value) ? value.value : value
  if (typeof plain === 'number') return saturated(plain)
  if (typeof plain === 'bigint') return BigInt.asIntN(64, plain)
  if (isDecimal(plain)) return wrapped(plain)
  if (typeof plain === 'string') {
    const decimal = parseDecimal(plain)
    if (decimal !== null) return wrapped(decimal)
  }
  if (fromSchema !== null && plain instanceof Date) {
    const encoded = temporalNumber(fromSchema, plain)
    if (encoded !== null) return BigInt(encoded)
    throw unconvertible(value, fromSchema, schemaText(fromSchema))
  }
  const target = fromSchema === null ? 'a number' : schemaText(fromSchema)
  throw unconvertible(value, fromSchema, target)
}

function asDouble(value: unknown, fromSchema: Schema | null): number {
  return doubleOf(value) ?? Number(asLong(value, fromSchema))
}

/** Null where it is no number, nor the text of one. */
function doubleOf(value: unknown): number | null {
  const plain = isTypedNumber(value) ? value.value : value
  if (typeof plain === 'number') return plain
  if (typeof plain === 'bigint') return Number(plain)
  if (isDecimal(plain)) return plain.toNumber()
  const decimal = typeof plain === 'string' ? parseDecimal(plain) : null
  return decimal?.toNumber() ?? null
}

/** The integer that stands for a Date under its schema. */
function temporalNumber(schema: Schema, value: Date): Int64 | null {
  if (schema.name === dateName) return ConnectDate.fromLogical(schema, value)
  if (schema.name === timeName) return ConnectTime.fromLogical(schema, value)
  return schema.name === timestampName ? ConnectTimestamp.fromLogical(schema, value) : null
}

/** A double as a `long`: beyond its range the nearest, NaN as 0. */
function saturated(value: number): bigint {
  if (Number.isNaN(value)) return 0n
  if (value >= 2 ** 63) return 2n ** 63n - 1n
  if (value <= -(2 ** 63)) return -(2n ** 63n)
  return BigInt(Math.trunc(value))
}

/** A decimal as a `long`: its lowest 64 bits, fraction cut off. */
function wrapped({ unscaled, scale }: Decimal): bigint {
  // 10^64 and above are multiples of 2^64.
  if (scale <= -64) return 0n
  if (scale <= 0) return BigInt.asIntN(64, unscaled * 10n ** BigInt(-scale))
  if (scale > String(unscaled).length) return 0n
  return BigInt.asIntN(64, unscaled / 10n ** BigInt(scale))
}

function unconvertible(value: unknown, fromSchema: Schema | null, target: string): DataError {
  // What has been parsed from a string tells its own type.
  const schema = fromSchema?.type === 'STRING' ? null : fromSchema
  const text = javaToString(value, schema)
  return new DataError(
    `Unable to convert ${text} (class ${javaClassName(value, schema)}) to ${target}`,
  )
}
