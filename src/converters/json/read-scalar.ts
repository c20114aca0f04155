import { DataError, Decimal, isInt64, normalizeInt64 } from '../../api/index.ts'
import type { Int64, SchemaType } from '../../api/index.ts'
import type { JsonCursor, JsonReader } from './json-cursor.ts'
import { passedDouble, passedInteger, shorten } from './read-schemaless.ts'

const specialFloats: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Reads values of a primitive type. Invariant 6: what does not fit is a DataError, where Java wraps (`300` as an INT8),
 * cuts (`1.9`), or takes zero or null for what is of another kind.
 */
export function scalarReader(type: SchemaType): JsonReader {
  if (type === 'STRING') return readString
  if (type === 'BOOLEAN') return readBoolean
  if (type === 'BYTES') return readBytes
  if (type === 'FLOAT32') return readFloat32
  if (type === 'FLOAT64') return readFloat64
  if (type === 'INT64') return readInt64
  const limit = type === 'INT8' ? 0x80 : type === 'INT16' ? 0x8000 : 0x80000000
  return (cursor) => readSmallInteger(cursor, type, limit)
}

/** The integer that comes next, whether written `5`, `5.0` or `5e0`; null where it is none. The cursor passes it. */
export function readIntegral(cursor: JsonCursor): Int64 | null {
  if (cursor.kind() !== 'NUMBER') return null
  cursor.readNumber()
  if (cursor.isInteger) return passedInteger(cursor)
  const { unscaled, scale } = Decimal.parse(cursor.numberText())
  if (scale <= 0) return scale < -18 ? null : unscaled * 10n ** BigInt(-scale)
  // A divisor longer than the digits divides nothing but zero.
  if (scale > 1000) return unscaled === 0n ? 0 : null
  const divisor = 10n ** BigInt(scale)
  return unscaled % divisor === 0n ? unscaled / divisor : null
}

/** Refuses the value that begins at `start`. */
export function misfit(cursor: JsonCursor, start: number, type: string, expected: string): never {
  cursor.at = start
  cursor.skipValue()
  const found = shorten(cursor.source.utf8Slice(start, cursor.at))
  throw new DataError(`Invalid value ${found} for ${type}: expected ${expected}.`)
}

/** The bytes of a base64 text (standard alphabet, padded); undefined where it is none. */
export function fromBase64(text: string): Buffer | undefined {
  return base64.test(text) ? Buffer.from(text, 'base64') : undefined
}

function readSmallInteger(cursor: JsonCursor, type: SchemaType, limit: number): number {
  const start = cursor.at
  const value = readIntegral(cursor)
  if (value === null || value < -limit || value >= limit) {
    return misfit(cursor, start, type, `an integer from ${-limit} to ${limit - 1}`)
  }
  return Number(value)
}

function readInt64(cursor: JsonCursor): Int64 {
  const start = cursor.at
  const value = readIntegral(cursor)
  if (typeof value === 'number') return value
  if (value === null || !isInt64(value)) {
    return misfit(cursor, start, 'INT64', 'an integer of 64 bits')
  }
  return normalizeInt64(value)
}

function readFloat64(cursor: JsonCursor, first: number): number {
  const start = cursor.at
  if (first === 0x22) {
    // Java writes these as strings, and cannot read them back.
    return specialFloats.get(cursor.readString()) ?? misfit(cursor, start, 'FLOAT64', 'a number')
  }
  if (cursor.kind() !== 'NUMBER') return misfit(cursor, start, 'FLOAT64', 'a number')
  cursor.readNumber()
  return passedDouble(cursor)
}

function readFloat32(cursor: JsonCursor, first: number): number {
  const start = cursor.at
  const value = readFloat64(cursor, first)
  const float = Math.fround(value)
  if (Number.isFinite(value) && !Number.isFinite(float)) {
    return misfit(cursor, start, 'FLOAT32', 'a number no greater than a FLOAT32 holds')
  }
  return float
}

function readBoolean(cursor: JsonCursor): boolean {
  const start = cursor.at
  if (cursor.kind() !== 'BOOLEAN') return misfit(cursor, start, 'BOOLEAN', 'true or false')
  return cursor.readLiteral() === true
}

function readString(cursor: JsonCursor, first: number): string {
  if (first !== 0x22) return misfit(cursor, cursor.at, 'STRING', 'a JSON string')
  return cursor.readString()
}

function readBytes(cursor: JsonCursor, first: number): Buffer {
  if (first !== 0x22) return misfit(cursor, cursor.at, 'BYTES', 'a base64 string')
  const bytes = fromBase64(cursor.readString())
  if (bytes === undefined) throw new DataError('Invalid bytes field')
  return bytes
}
