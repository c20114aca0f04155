import {
  DataError,
  defineMember,
  isIndexName,
  normalizeInt64,
  schemalessNumber,
} from '../../api/index.ts'
import type { Int64, TypedNumber } from '../../api/index.ts'
import type { JsonCursor } from './json-cursor.ts'

/**
 * A JSON value without a schema: an integral number is an INT64 (beyond 64 bits it stays a bigint, exact), any other a
 * FLOAT64, typed where a plain number would not tell it from an integer. An object is a plain object, in order; a Map
 * where a name looks like an index, since a plain object would move it to the front.
 */
export function readSchemaless(cursor: JsonCursor): unknown {
  const first = cursor.peek()
  if (first === 0x22) return cursor.readString()
  if (first === 0x7b) return readObject(cursor)
  if (first === 0x5b) return readArray(cursor)
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return readSchemalessNumber(cursor)
  if (first === -1) return cursor.fail('a value')
  return cursor.readLiteral()
}

/** An integer of any size; the cursor has just passed it. */
export function passedInteger(cursor: JsonCursor): Int64 {
  const value = cursor.numberValue
  // Adding zero turns -0 into 0. What is longer than 15 digits is read from its text.
  return value === value ? value + 0 : normalizeInt64(BigInt(cursor.numberText()))
}

/** A finite number as a double; the cursor has just passed it. */
export function passedDouble(cursor: JsonCursor): number {
  if (cursor.numberValue === cursor.numberValue) return cursor.numberValue
  const value = Number(cursor.numberText())
  if (!Number.isFinite(value)) {
    throw new DataError(
      `Invalid value ${shorten(cursor.numberText())} for FLOAT64: it is beyond what a double holds.`,
    )
  }
  return value
}

/** Cuts a long text off, for a message. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function readSchemalessNumber(cursor: JsonCursor): Int64 | TypedNumber {
  cursor.readNumber()
  if (cursor.isInteger) return passedInteger(cursor)
  return schemalessNumber('FLOAT64', passedDouble(cursor))
}

function readArray(cursor: JsonCursor): unknown[] {
  const elements: unknown[] = []
  cursor.enter()
  for (let first = true; cursor.nextElement(first); first = false) {
    elements.push(readSchemaless(cursor))
  }
  return elements
}

function readObject(cursor: JsonCursor): Record<string, unknown> | Map<string, unknown> {
  const object: Record<string, unknown> = {}
  cursor.enter()
  for (let first = true; cursor.nextMember(first); first = false) {
    const name = cursor.readName()
    if (isIndexName(name)) return readMap(cursor, new Map(Object.entries(object)), name)
    if (name === '__proto__') defineMember(object, name, readSchemaless(cursor))
    else object[name] = readSchemaless(cursor)
  }
  return object
}

/** The rest of an object, from the value of `name` on. */
function readMap(
  cursor: JsonCursor,
  map: Map<string, unknown>,
  name: string,
): Map<string, unknown> {
  map.set(name, readSchemaless(cursor))
  while (cursor.nextMember(false)) map.set(cursor.readName(), readSchemaless(cursor))
  return map
}
