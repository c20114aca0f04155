import {
  ConfigError,
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  SchemaBuilder,
  Values,
  isDecimal,
  isTypedNumber,
  javaClassName,
  javaToString,
  normalizeInt64,
  schemalessNumber,
  schemalessType,
} from '../../api/index.ts'
import type { Instant, Int64, Schema, SchemaType } from '../../api/index.ts'
import {
  decimalToFloat,
  int64ToFloat,
  javaTrimmed,
  parseJavaDouble,
  parseJavaFloat,
  parseJavaInteger,
} from './java-number.ts'
import { copyBasics } from './schemas.ts'

/** One value from one primitive type to another, as Java's Cast does it: numbers narrow as Java's casts do. */

const castTypes = [
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FLOAT32',
  'FLOAT64',
  'BOOLEAN',
  'STRING',
] as const
export type CastType = (typeof castTypes)[number]

const allTypes: readonly string[] = [...castTypes, 'BYTES', 'ARRAY', 'MAP', 'STRUCT']
const sourceTypes: readonly SchemaType[] = [...castTypes, 'BYTES']

/** The type that a spec names, in any case. */
export function castTypeNamed(text: string): CastType {
  const name = javaTrimmed(text).toUpperCase()
  const type = castTypes.find((known) => known === name)
  if (type !== undefined) return type
  if (allTypes.includes(name)) {
    throw new ConfigError(
      `Cast transformation does not support casting to ${name}; supported types are [${castTypes.join(', ')}]`,
    )
  }
  throw new ConfigError(
    `Invalid value java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type.${name} ` +
      `for configuration Invalid type found in casting spec: ${text}`,
  )
}

/** The schema of what is cast: of a field only whether it is optional and its default stay, of a whole value all. */
export function castSchema(schema: Schema, type: CastType, keepsBasics: boolean): Schema {
  const builder = keepsBasics ? copyBasics(schema, type) : new SchemaBuilder(type)
  if (schema.optional) builder.optional()
  const { defaultValue } = schema
  if (defaultValue !== null) builder.defaultValue(castValue(type, schema, defaultValue))
  return builder.build()
}

/** `value`, which is not null, as `type`. A DataError in Java's words where that cannot be. */
export function castValue(type: CastType, schema: Schema | null, value: unknown): unknown {
  const from = schema === null ? schemalessType(value) : schema.type
  if (from === null) {
    throw new DataError(
      `Cast transformation was passed a value of type class ${javaClassName(value)} which is not supported by Connect's data API`,
    )
  }
  if (!sourceTypes.includes(from)) {
    throw new DataError(
      `Cast transformation does not support casting from ${from}; supported types are [${sourceTypes.join(', ')}]`,
    )
  }
  if (type === 'STRING') return castToString(value, schema)
  const encoded = schema?.name == null ? value : encodeLogical(schema, value)
  const plain = isTypedNumber(encoded) ? encoded.value : encoded
  if (type === 'BOOLEAN') return castToBoolean(plain)
  const number = castToNumber(type, plain, from === 'FLOAT32' || from === 'FLOAT64')
  return schema === null ? schemalessNumber(type, number) : number
}

function encodeLogical(schema: Schema, value: unknown): unknown {
  switch (schema.name) {
    case ConnectDate.LOGICAL_NAME:
      return ConnectDate.fromLogical(schema, value as Instant)
    case ConnectTime.LOGICAL_NAME:
      return ConnectTime.fromLogical(schema, value as Date)
    case ConnectTimestamp.LOGICAL_NAME:
      return ConnectTimestamp.fromLogical(schema, value as Instant)
    case null:
    default:
      return value
  }
}

function castToNumber(
  type: Exclude<CastType, 'STRING' | 'BOOLEAN'>,
  value: unknown,
  isFloat: boolean,
): Int64 {
  if (typeof value === 'boolean') return value ? 1 : 0
  switch (type) {
    case 'INT8':
      return narrowed(value, isFloat, -0x80, 0x7f, 24)
    case 'INT16':
      return narrowed(value, isFloat, -0x8000, 0x7fff, 16)
    case 'INT32':
      return narrowed(value, isFloat, -0x80000000, 0x7fffffff, 0)
    case 'INT64':
      return castToInt64(value, isFloat)
    case 'FLOAT32':
      return castToFloat32(value)
    case 'FLOAT64':
      return castToFloat64(value)
  }
}

/** An integer of up to 32 bits: its lowest bits, of a float after it was cut to an int32. `shift` is 32 less its width. */
function narrowed(
  value: unknown,
  isFloat: boolean,
  min: number,
  max: number,
  shift: number,
): number {
  if (typeof value === 'string') {
    return Number(parsed(value, parseJavaInteger(value, min, max)))
  }
  let bits: number
  if (typeof value === 'number') bits = isFloat ? saturatedInt32(value) : value
  else bits = Number(BigInt.asIntN(32, int64Bits(value)))
  return (bits << shift) >> shift
}

const minInt64 = -(2n ** 63n)
const maxInt64 = 2n ** 63n - 1n

function castToInt64(value: unknown, isFloat: boolean): Int64 {
  if (typeof value === 'number') return isFloat ? saturatedInt64(value) : value
  if (typeof value === 'string') {
    const integer = parsed(value, parseJavaInteger(value, minInt64, maxInt64))
    return typeof integer === 'number' ? integer : normalizeInt64(integer)
  }
  return normalizeInt64(BigInt.asIntN(64, int64Bits(value)))
}

function castToFloat32(value: unknown): number {
  if (typeof value === 'number') return Math.fround(value)
  if (typeof value === 'string') return parsed(value, parseJavaFloat(value))
  if (typeof value === 'bigint') return int64ToFloat(value)
  if (isDecimal(value)) return decimalToFloat(value)
  throw unexpected(value)
}

function castToFloat64(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return parsed(value, parseJavaDouble(value))
  if (typeof value === 'bigint') return Number(value)
  if (isDecimal(value)) return value.toNumber()
  throw unexpected(value)
}

function castToBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  // Java asks whether the number is 0 as a long: a fraction below 1 is.
  if (typeof value === 'number') return Math.trunc(value) !== 0 && !Number.isNaN(value)
  if (typeof value === 'string') return value.toLowerCase() === 'true'
  return BigInt.asIntN(64, int64Bits(value)) !== 0n
}

function castToString(value: unknown, schema: Schema | null): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')
  }
  return value instanceof Date ? Values.temporalText(value) : javaToString(value, schema)
}

/** A bigint, or the integral part of a decimal; its lowest bits are what counts. */
function int64Bits(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (!isDecimal(value)) throw unexpected(value)
  const { unscaled, scale } = value
  if (scale === 0) return unscaled
  // A multiple of 10^64 is one of 2^64; and a scale beyond all digits leaves nothing.
  if (scale < 0) return scale <= -64 ? 0n : unscaled * 10n ** BigInt(-scale)
  return scale > String(unscaled).length ? 0n : unscaled / 10n ** BigInt(scale)
}

function saturatedInt32(value: number): number {
  if (value >= 0x7fffffff) return 0x7fffffff
  return value <= -0x80000000 ? -0x80000000 : value | 0
}

function saturatedInt64(value: number): Int64 {
  if (Number.isNaN(value)) return 0
  if (value >= 2 ** 63) return 2n ** 63n - 1n
  if (value <= -(2 ** 63)) return -(2n ** 63n)
  const whole = Math.trunc(value) + 0
  return Number.isSafeInteger(whole) ? whole : BigInt(whole)
}

function parsed<T>(text: string, value: T | null): T {
  if (value !== null) return value
  throw new DataError(`Value (${text}) was out of range for requested data type`)
}

function unexpected(value: unknown): DataError {
  return new DataError(`Unexpected type in Cast transformation: class ${javaClassName(value)}`)
}
