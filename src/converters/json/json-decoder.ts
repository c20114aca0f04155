import { DataError, Struct } from '../../api/index.ts'
import type { Field, Schema, SchemaType } from '../../api/index.ts'
import type { JsonCursor, JsonReader } from './json-cursor.ts'
import { MISS } from './predict/reader-code.ts'
import { StructPrediction } from './predict/struct-prediction.ts'
import { logicalReader } from './read-logical.ts'
import { scalarReader } from './read-scalar.ts'

/** Reads the values of one schema, compiled once for it. */
export interface JsonDecoder {
  /** The next value, which may be `null`. */
  read(cursor: JsonCursor): unknown
  /** What stands for a null, or for a member that is not there: the default, null, or a DataError. */
  absent(): unknown
  /** Its type, where a value of it looks just as every value of the type does. */
  readonly scalar?: SchemaType | null
  /** Whether a null is read as null. */
  readonly keepsNull?: boolean
}

export function jsonDecoder(schema: Schema, replaceNullWithDefault: boolean): JsonDecoder {
  const readPresent = readerOf(schema, replaceNullWithDefault)
  const { optional, type } = schema
  const substitute = replaceNullWithDefault ? (schema.defaultValue ?? null) : null
  const absent = (): unknown => {
    if (substitute !== null || optional) return substitute
    throw new DataError(`Invalid null value for required ${type} field`)
  }
  const isScalar = schema.fields === null && schema.valueSchema === null
  return {
    absent,
    scalar: isScalar && logicalReader(schema) === null ? type : null,
    keepsNull: optional && substitute === null,
    read(cursor) {
      const first = cursor.peek()
      if (first !== 0x6e) return readPresent(cursor, first)
      cursor.readLiteral()
      return absent()
    },
  }
}

function readerOf(schema: Schema, replaceNullWithDefault: boolean): JsonReader {
  const logical = logicalReader(schema)
  if (logical !== null) return logical
  if (schema.type === 'STRUCT') {
    return structReader(schema, (field) => jsonDecoder(field, replaceNullWithDefault))
  }
  const { keySchema, valueSchema } = schema
  if (valueSchema === null) return scalarReader(schema.type)
  const element = jsonDecoder(valueSchema, replaceNullWithDefault)
  if (keySchema === null) return arrayReader(element)
  if (keySchema.type === 'STRING') return stringMapReader(element)
  return pairMapReader(jsonDecoder(keySchema, replaceNullWithDefault), element)
}

export function arrayReader(element: JsonDecoder): JsonReader {
  return (cursor, first) => {
    if (first !== 0x5b) refuseKind(cursor, 'Arrays should be encoded as JSON arrays')
    const elements: unknown[] = []
    cursor.enter()
    for (let begun = false; cursor.nextElement(!begun); begun = true) {
      elements.push(element.read(cursor))
    }
    return elements
  }
}

export function stringMapReader(element: JsonDecoder): JsonReader {
  return (cursor, first) => {
    if (first !== 0x7b) {
      refuseKind(cursor, 'Maps with string fields should be encoded as JSON objects')
    }
    const map = new Map<unknown, unknown>()
    cursor.enter()
    for (let begun = false; cursor.nextMember(!begun); begun = true) {
      map.set(cursor.readName(), element.read(cursor))
    }
    return map
  }
}

function pairMapReader(key: JsonDecoder, element: JsonDecoder): JsonReader {
  return (cursor, first) => {
    if (first !== 0x5b) {
      refuseKind(cursor, 'Maps with non-string fields should be encoded as JSON array of tuples')
    }
    const map = new Map<unknown, unknown>()
    cursor.enter()
    for (let begun = false; cursor.nextElement(!begun); begun = true) {
      const length = pairLength(cursor)
      if (length !== 2) {
        throw new DataError(`Found invalid map entry, expected length 2 but found :${length}`)
      }
      cursor.enter()
      cursor.nextElement(true)
      const entryKey = key.read(cursor)
      cursor.nextElement(false)
      map.set(entryKey, element.read(cursor))
      cursor.nextElement(false)
    }
    return map
  }
}

/** How many elements the array has that comes next; the cursor stays before it. */
function pairLength(cursor: JsonCursor): number {
  const kind = cursor.kind()
  if (kind !== 'ARRAY') {
    throw new DataError(`Found invalid map entry instead of array tuple: ${kind}`)
  }
  const start = cursor.at
  let length = 0
  cursor.enter()
  for (; cursor.nextElement(length === 0); length++) cursor.skipValue()
  cursor.at = start
  return length
}

/** A field, and its name as it stands in compact JSON: `"name":`. */
interface FieldDecoder {
  readonly field: Field
  readonly prefix: Buffer
  readonly decoder: JsonDecoder
}

/** A member that is not there is what its decoder says of one; one that is no field is passed over. */
export function structReader(
  schema: Schema,
  decoderOf: (schema: Schema) => JsonDecoder,
): JsonReader {
  const fields: FieldDecoder[] = (schema.fields ?? []).map((field) => ({
    field,
    prefix: Buffer.from(`${JSON.stringify(field.name)}:`),
    decoder: decoderOf(field.schema),
  }))
  const prediction = new StructPrediction(schema, fields)
  return (cursor, first) => {
    if (first !== 0x7b) refuseKind(cursor, 'Structs should be encoded as JSON objects')
    const predicted = prediction.read(cursor)
    if (predicted !== MISS) return predicted
    const values = new Array<unknown>(fields.length).fill(undefined)
    cursor.enter()
    let expected = 0
    for (let begun = false; cursor.nextMember(!begun); begun = true) {
      // Members mostly come in the order of the fields, and compact.
      let found = fields[expected]
      if (found === undefined || !cursor.passBytes(found.prefix)) {
        found = fields[schema.field(cursor.readName())?.index ?? -1]
      }
      if (found === undefined) cursor.skipValue()
      else {
        expected = found.field.index + 1
        values[found.field.index] = found.decoder.read(cursor)
      }
    }
    for (const { field, decoder } of fields) {
      if (values[field.index] === undefined) values[field.index] = decoder.absent()
    }
    return new Struct(schema, values)
  }
}

export function refuseKind(cursor: JsonCursor, rule: string): never {
  throw new DataError(`${rule}, but found ${cursor.kind()}`)
}
