import { BYTES_SCHEMA, DataError, STRING_SCHEMA } from 'sluice/api'
import type { Schema } from 'sluice/api'
import { JsonConverter } from 'sluice/json'
import type { FileReader } from './file-reader.ts'
import { JsonSplitter } from './json-splitter.ts'
import { BlockSplitter, SeparatorSplitter } from './piece-splitter.ts'
import type { Splitter } from './piece-splitter.ts'
import { SeparatedReader } from './separated-reader.ts'
import type { PieceDecoder } from './separated-reader.ts'

/** Values as bytes, with a separator behind each. `schema` is what they are given. */
export function bytesReader(separator: string, schema: Schema | null = BYTES_SCHEMA): FileReader {
  const bytes = Buffer.from(separator)
  return new SeparatedReader(() => new SeparatorSplitter(bytes), bytesDecoder(schema))
}

/** Any file as records of so many bytes each; the last is what is left. */
export function blocksReader(size: number, schema: Schema | null = BYTES_SCHEMA): FileReader {
  return new SeparatedReader(() => new BlockSplitter(size), bytesDecoder(schema))
}

function bytesDecoder(schema: Schema | null): PieceDecoder {
  return {
    schema,
    isRecord: () => true,
    // A copy: a view would keep a whole chunk in memory for as long as one record lives.
    decode: (bytes, start, end) => Buffer.from(bytes.subarray(start, end)),
  }
}

/** Lines as strings. A line that is not UTF-8 is unreadable. */
export function textReader(): FileReader {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return new SeparatedReader(lines, {
    schema: STRING_SCHEMA,
    isRecord: () => true,
    decode(bytes, start, end) {
      try {
        return decoder.decode(bytes.subarray(start, endOfLine(bytes, start, end)))
      } catch (cause) {
        throw new DataError('The line is not UTF-8.', { cause })
      }
    },
  })
}

/** JSON, a value a line; with `schemas` each in an envelope of its schema and its payload, as JsonConverter writes them. */
export function jsonReader(schemas: boolean): FileReader {
  return new SeparatedReader(lines, new JsonPieces(schemas))
}

/** JSON, a value a line or one behind the other in any layout. */
export function jsonDocumentsReader(schemas: boolean): FileReader {
  return new SeparatedReader(() => new JsonSplitter(), new JsonPieces(schemas))
}

const newline = Buffer.from('\n')
const lines = (): Splitter => new SeparatorSplitter(newline)

const carriageReturn = 0x0d
const space = 0x20

class JsonPieces implements PieceDecoder {
  schema: Schema | null = null
  readonly #converter = new JsonConverter()

  constructor(schemas: boolean) {
    this.#converter.configure({ 'schemas.enable': String(schemas) }, false)
  }

  isRecord(bytes: Buffer, start: number, end: number): boolean {
    for (let at = start; at < end; at++) if ((bytes[at] ?? 0) > space) return true
    return false
  }

  decode(bytes: Buffer, start: number, end: number): unknown {
    const value = this.#converter.decodeAt(bytes, start, end)
    this.schema = this.#converter.decodedSchema
    return value
  }
}

/** Windows ends its lines with two characters. */
function endOfLine(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === carriageReturn ? end - 1 : end
}
