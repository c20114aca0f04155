import { ConnectDate, ConnectTime, ConnectTimestamp, DataError, Decimal } from '../../api/index.ts'
import type { Int64, Schema } from '../../api/index.ts'
import type { JsonCursor, JsonReader } from './json-cursor.ts'
import { fromBase64, misfit } from './read-scalar.ts'
import { passedInteger } from './read-schemaless.ts'

/** How values of a logical schema are read; null where the schema's name is none of theirs. */
export function logicalReader(schema: Schema): JsonReader | null {
  if (schema.name === Decimal.LOGICAL_NAME) return (cursor) => readDecimal(cursor, schema)
  if (schema.name === ConnectDate.LOGICAL_NAME) {
    return (cursor) => ConnectDate.toLogical(schema, readInt32(cursor, 'Date'))
  }
  if (schema.name === ConnectTime.LOGICAL_NAME) {
    return (cursor) => ConnectTime.toLogical(schema, readInt32(cursor, 'Time'))
  }
  if (schema.name === ConnectTimestamp.LOGICAL_NAME) {
    return (cursor) => ConnectTimestamp.toLogical(schema, readTimestamp(cursor))
  }
  return null
}

/** Either form is read whatever `decimal.format` says; a number keeps the scale of its text. */
function readDecimal(cursor: JsonCursor, schema: Schema): Decimal {
  const kind = cursor.kind()
  if (kind === 'NUMBER') {
    cursor.readNumber()
    return Decimal.parse(cursor.numberText())
  }
  if (kind !== 'STRING') {
    throw new DataError(
      `Invalid type for Decimal, underlying representation should be numeric or bytes but was ${kind}`,
    )
  }
  const bytes = fromBase64(cursor.readString())
  if (bytes === undefined || bytes.length === 0) {
    throw new DataError('Invalid bytes for Decimal field')
  }
  return Decimal.toLogical(schema, bytes)
}

function readInt32(cursor: JsonCursor, what: 'Date' | 'Time'): number {
  const value = readInteger(cursor)
  if (typeof value !== 'number' || (value | 0) !== value) {
    throw new DataError(
      `Invalid type for ${what}, underlying representation should be integer but was ${kindOf(value)}`,
    )
  }
  return value
}

function readTimestamp(cursor: JsonCursor): Int64 {
  cursor.peek()
  const start = cursor.at
  const value = readInteger(cursor)
  if (typeof value === 'string') {
    throw new DataError(
      `Invalid type for Timestamp, underlying representation should be integral but was ${value}`,
    )
  }
  if (value < -(2n ** 63n) || value >= 2n ** 63n) {
    return misfit(cursor, start, 'INT64', 'an integer of 64 bits')
  }
  return value
}

/** The integer that comes next, or the kind of what is none. */
function readInteger(cursor: JsonCursor): Int64 | string {
  const kind = cursor.kind()
  if (kind !== 'NUMBER') return kind
  cursor.readNumber()
  return cursor.isInteger ? passedInteger(cursor) : kind
}

function kindOf(value: Int64 | string): string {
  return typeof value === 'string' ? value : 'NUMBER'
}
