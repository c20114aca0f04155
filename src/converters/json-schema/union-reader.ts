import { DataError, Struct } from '../../api/index.ts'
import type { Field, Schema } from '../../api/index.ts'
import type { JsonCursor, JsonKind, JsonReader } from '../json/json-cursor.ts'
import type { JsonDecoder } from '../json/json-decoder.ts'
import type { SkipIndex } from './skip-index.ts'

/**
 * Reads a value of one of several schemas as a struct of which one field is set: the first whose simple type fits, in their order;
 * else, for an object, the struct of which it has most members by their names, those within counted too.
 */
export function unionReader(
  schema: Schema,
  decoderOf: (schema: Schema) => JsonDecoder,
  skips: SkipIndex,
): JsonReader {
  const fields = schema.fields ?? []
  const decoders = fields.map((field) => decoderOf(field.schema))
  return (cursor) => {
    const field = pickField(cursor, fields, skips)
    const decoder = field === null ? undefined : decoders[field.index]
    if (field === null || decoder === undefined) {
      throw new DataError('Did not find matching oneof field for data')
    }
    const values = new Array<unknown>(fields.length).fill(null)
    values[field.index] = decoder.read(cursor)
    return new Struct(schema, values)
  }
}

/** The cursor stays before the value. */
function pickField(cursor: JsonCursor, fields: readonly Field[], skips: SkipIndex): Field | null {
  const kind = cursor.kind()
  const isIntegral = kind === 'NUMBER' && isInteger(cursor)
  let best: Field | null = null
  let most = 0
  for (const field of fields) {
    if (takes(field.schema, kind, isIntegral)) return field
    if (kind !== 'OBJECT' || field.schema.type !== 'STRUCT') continue
    const matching = lookAhead(cursor, field.schema, skips)
    if (matching > most) {
      most = matching
      best = field
    }
  }
  if (best !== null || kind !== 'STRING') return best
  // In JSON bytes are text: they come last, where no other member is.
  return fields.find(({ schema }) => schema.type === 'BYTES') ?? null
}

function takes({ type }: Schema, kind: JsonKind, isIntegral: boolean): boolean {
  switch (type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
      return isIntegral
    case 'FLOAT32':
    case 'FLOAT64':
      return kind === 'NUMBER'
    case 'BOOLEAN':
      return kind === 'BOOLEAN'
    case 'STRING':
      return kind === 'STRING'
    case 'BYTES':
      return kind === 'NUMBER' && !isIntegral
    case 'ARRAY':
      return kind === 'ARRAY'
    case 'MAP':
      return kind === 'OBJECT' || kind === 'ARRAY'
    case 'STRUCT':
      return false
  }
}

function isInteger(cursor: JsonCursor): boolean {
  const start = cursor.at
  cursor.readNumber()
  cursor.at = start
  return cursor.isInteger
}

/** How many members the object that comes next shares with the struct. The cursor stays before it. */
function lookAhead(cursor: JsonCursor, schema: Schema, skips: SkipIndex): number {
  const start = cursor.at
  const count = countMembers(cursor, schema, skips)
  cursor.at = start
  return count
}

/** Passes an object; returns how many of its members the struct has fields for, and those within structs within. */
function countMembers(cursor: JsonCursor, schema: Schema, skips: SkipIndex): number {
  // A name that comes twice counts once, as what it is the last time.
  const found = new Map<number, number>()
  cursor.enter()
  for (let begun = false; cursor.nextMember(!begun); begun = true) {
    const field = schema.field(cursor.readName())
    const isStruct = field?.schema.type === 'STRUCT' && cursor.kind() === 'OBJECT'
    let within = 0
    if (isStruct) within = countMembers(cursor, field.schema, skips)
    else skips.skip(cursor)
    if (field !== undefined) found.set(field.index, 1 + within)
  }
  let sum = 0
  for (const count of found.values()) sum += count
  return sum
}
