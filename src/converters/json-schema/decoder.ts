import { DataError, Struct } from '../../api/index.ts'
import type { Schema, SchemaType } from '../../api/index.ts'
import type { JsonCursor, JsonReader } from '../json/json-cursor.ts'
import { arrayReader, refuseKind, stringMapReader, structReader } from '../json/json-decoder.ts'
import type { JsonDecoder } from '../json/json-decoder.ts'
import { logicalReader } from '../json/read-logical.ts'
import { misfit, scalarReader } from '../json/read-scalar.ts'
import { extrasOf, isObjectMap, isUnion, isVariant, symbolsOf } from './connect-schemas.ts'
import type { Extras } from './connect-schemas.ts'
import { extrasField, keyField, valueField } from './connect-names.ts'
import type { JsonSchemaDataOptions } from './json-schema-data-config.ts'
import { SkipIndex } from './skip-index.ts'
import { unionReader } from './union-reader.ts'
import { VariantWriter } from './variant-writer.ts'

/** Compiles how values of `schema` are read. A value that does not fit is a DataError (invariant 6). */
export function compileReader(
  schema: Schema,
  options: JsonSchemaDataOptions,
): Pick<JsonDecoder, 'read'> {
  const compiler = new ReaderCompiler(options)
  const decoder = compiler.decoderOf(schema)
  const { skips } = compiler
  return {
    read(cursor) {
      skips.reset()
      return decoder.read(cursor)
    },
  }
}

/** A value that may be null, or a member that may be missing: then it is the default, or null. */
class NullableDecoder implements JsonDecoder {
  readonly scalar: SchemaType | null
  readonly keepsNull: boolean
  readonly #schema: Schema
  /** Set once all within is compiled, which may be the schema itself. */
  #read: JsonReader = () => null

  constructor(schema: Schema) {
    this.#schema = schema
    const isLeaf = schema.type !== 'STRUCT' && schema.valueSchema === null
    const isPlain = isLeaf && logicalReader(schema) === null && symbolsOf(schema) === null
    this.scalar = isPlain ? schema.type : null
    this.keepsNull = schema.optional && schema.defaultValue === null
  }

  compile(reader: JsonReader): void {
    this.#read = reader
  }

  read(cursor: JsonCursor): unknown {
    const first = cursor.peek()
    if (first !== 0x6e) return this.#read(cursor, first)
    cursor.readLiteral()
    const { defaultValue, optional, type } = this.#schema
    if (defaultValue !== null || optional) return defaultValue
    throw new DataError(`Invalid null value for required ${type} field`)
  }

  /** As in Java, a member may be missing that the Connect schema requires: JSON Schema says apart from it what is required. */
  absent(): unknown {
    return this.#schema.defaultValue
  }
}

class ReaderCompiler {
  /** Of all unions within, so that they look ahead at a byte once. */
  readonly skips = new SkipIndex()
  readonly #options: JsonSchemaDataOptions
  readonly #known = new Map<Schema, NullableDecoder>()
  readonly #variants = new VariantWriter()

  constructor(options: JsonSchemaDataOptions) {
    this.#options = options
  }

  readonly decoderOf = (schema: Schema): JsonDecoder => {
    let decoder = this.#known.get(schema)
    if (decoder === undefined) {
      decoder = new NullableDecoder(schema)
      this.#known.set(schema, decoder)
      decoder.compile(this.#readerOf(schema))
    }
    return decoder
  }

  #readerOf(schema: Schema): JsonReader {
    const logical = logicalReader(schema)
    if (logical !== null) return logical
    if (schema.type === 'STRUCT') return this.#structReader(schema)
    const { keySchema, valueSchema } = schema
    if (valueSchema === null) return leafReader(schema)
    const element = this.decoderOf(valueSchema)
    if (keySchema === null) return arrayReader(element)
    if (isObjectMap(schema)) return stringMapReader(element)
    return entriesReader(this.decoderOf(keySchema), element)
  }

  #structReader(schema: Schema): JsonReader {
    if (isVariant(schema)) return (cursor) => this.#variant(cursor, schema)
    if (isUnion(schema)) return unionReader(schema, this.decoderOf, this.skips)
    const extras = this.#options.preserveAdditionalProperties ? extrasOf(schema) : null
    if (extras === null) return structReader(schema, this.decoderOf)
    return this.#readerWithExtras(schema, extras)
  }

  #variant(cursor: JsonCursor, schema: Schema): Struct {
    const { metadata, value } = this.#variants.write(cursor)
    return new Struct(schema, [metadata, value])
  }

  /** Members that are no fields are kept in a map. */
  #readerWithExtras(schema: Schema, { field, valueSchema }: Extras): JsonReader {
    const decoders = (schema.fields ?? []).map((one) => this.decoderOf(one.schema))
    return (cursor, first) => {
      if (first !== 0x7b) refuseKind(cursor, 'Structs should be encoded as JSON objects')
      const values: unknown[] = decoders.map((decoder) => decoder.absent())
      const extras = new Map<string, Struct>()
      cursor.enter()
      for (let begun = false; cursor.nextMember(!begun); begun = true) {
        const name = cursor.readName()
        if (name === extrasField) throw extrasCollision()
        const index = schema.field(name)?.index ?? -1
        if (index < 0) extras.set(name, this.#variant(cursor, valueSchema))
        else values[index] = decoders[index]?.read(cursor)
      }
      if (extras.size > 0) values[field.index] = extras
      return new Struct(schema, values)
    }
  }
}

/** Values of a primitive type; a symbol of an enum may be no text in JSON. */
function leafReader(schema: Schema): JsonReader {
  const read = scalarReader(schema.type)
  const symbols = schema.type === 'STRING' ? symbolsOf(schema) : null
  if (symbols === null) return read
  return (cursor, first) => {
    if (first === 0x22) return read(cursor, first)
    const start = cursor.at
    cursor.skipValue()
    const text = cursor.source.utf8Slice(start, cursor.at)
    return symbols.has(text) ? text : misfit(cursor, start, 'STRING', 'a symbol of the enum')
  }
}

/** A map whose keys are no required strings: an array of objects with a key and a value. */
function entriesReader(key: JsonDecoder, element: JsonDecoder): JsonReader {
  return (cursor, first) => {
    if (first !== 0x5b) {
      refuseKind(cursor, 'Maps with non-string fields should be encoded as JSON array of objects')
    }
    const map = new Map<unknown, unknown>()
    cursor.enter()
    for (let begun = false; cursor.nextElement(!begun); begun = true) {
      const kind = cursor.kind()
      if (kind !== 'OBJECT') {
        throw new DataError(`Found invalid map entry instead of object: ${kind}`)
      }
      readEntry(cursor, map, key, element)
    }
    return map
  }
}

function readEntry(
  cursor: JsonCursor,
  map: Map<unknown, unknown>,
  key: JsonDecoder,
  element: JsonDecoder,
): void {
  let entryKey: unknown = undefined
  let value: unknown = undefined
  let length = 0
  cursor.enter()
  for (; cursor.nextMember(length === 0); length++) {
    const name = cursor.readName()
    if (name === keyField) entryKey = key.read(cursor)
    else if (name === valueField) value = element.read(cursor)
    else cursor.skipValue()
  }
  if (length !== 2) {
    throw new DataError(`Found invalid map entry, expected length 2 but found :${length}`)
  }
  if (entryKey === undefined) entryKey = key.absent()
  map.set(entryKey, value === undefined ? element.absent() : value)
}

function extrasCollision(): DataError {
  return new DataError(
    `JSON payload contains a property named '${extrasField}' which collides with the reserved field name for preserve.additional.properties=true. Rename the property in the source data or disable the config.`,
  )
}
