import { DataError, asError, isConnectError } from '../../api/index.ts'
import type { Schema, SchemaAndValue } from '../../api/index.ts'
import { JsonCursor } from '../json/json-cursor.ts'
import { SerializationError } from '../serialization-error.ts'
import { incompatibilities } from './compatibility.ts'
import { compileReader } from './decoder.ts'
import { compileWriter } from './encoder.ts'
import { schemaText } from './from-connect-schema.ts'
import { indented } from './indent.ts'
import { JsonSchema } from './json-schema.ts'
import type { NamedSchema } from './json-schema.ts'
import { jsonSchemaDataOptions } from './json-schema-data-config.ts'
import type { JsonSchemaDataOptions } from './json-schema-data-config.ts'
import { ToConnectSchema } from './to-connect-schema.ts'
import { compileValidator } from './validator.ts'

/** Values up to this many bytes are written into a buffer that is kept. */
const scratchBytes = 64 * 1024
const noBytes = Buffer.alloc(0)

export interface JsonSchemaEncoder {
  /** The bytes of a value behind `prefix`, the caller's to keep. */
  encode(value: unknown, prefix?: Buffer): Buffer
}

export interface JsonSchemaDecoder {
  readonly schema: Schema
  /** The value of the document that begins at `start`. A DataError for any bytes that are none. */
  decode(bytes: Buffer, start?: number): SchemaAndValue
}

/**
 * The mapping between Connect's schemas and values and JSON Schema, as Confluent's converter has it
 * (`io.confluent.connect.json.JsonSchemaData`). Everything is compiled once for a schema. One instance serves one thread.
 */
export class JsonSchemaData {
  readonly #options: JsonSchemaDataOptions
  readonly #cursor = new JsonCursor()
  #scratch: Buffer | null = null

  /** Throws a ConfigError. */
  constructor(config: Readonly<Record<string, string>> = {}) {
    this.#options = jsonSchemaDataOptions(config)
  }

  /** The JSON Schema of a Connect schema. A DataError where there is none, as for schemaless data. */
  fromConnectSchema(schema: Schema | null): JsonSchema {
    if (schema === null) {
      throw new DataError(
        'Schemaless data has no JSON Schema. Use a source that has schemas, or org.apache.kafka.connect.json.JsonConverter with schemas.enable=false.',
      )
    }
    return this.parse(schemaText(schema, this.#options), [])
  }

  parse(text: string, references: readonly NamedSchema[]): JsonSchema {
    return new JsonSchema(text, references, this.#options.ignoreModernDialects)
  }

  /** The Connect schema of a JSON Schema. `version` counts where the schema itself has none. */
  toConnectSchema(json: JsonSchema, version: number | null = null): Schema {
    try {
      return new ToConnectSchema(this.#options).map(json.root, version)
    } catch (cause) {
      throw asDataError(cause, 'The JSON Schema cannot be read')
    }
  }

  /** Whether null is written as something. */
  writesNull({ defaultValue, optional }: Schema): boolean {
    return optional || (defaultValue !== null && !this.#options.ignoreDefaultForNullables)
  }

  /** What keeps readers with the schema `reader` from reading data of `writer`. */
  incompatibilities(reader: JsonSchema, writer: JsonSchema): readonly string[] {
    try {
      return incompatibilities(reader.root, writer.root)
    } catch (cause) {
      throw asDataError(cause, 'The JSON Schemas cannot be compared')
    }
  }

  /** Compiles how values of `schema` are written, and held against `target` where values are to match their schema. */
  encoder(schema: Schema, target: JsonSchema): JsonSchemaEncoder {
    const writer = compileWriter(schema, this.#options)
    const { indent, validate } = this.#options
    const check = validate ? compileValidator(target) : null
    return {
      encode: (value, prefix = noBytes) => {
        const compact = this.#write(writer, value, prefix)
        check?.(compact.subarray(prefix.length))
        return indent ? Buffer.concat([prefix, indented(compact.subarray(prefix.length))]) : compact
      },
    }
  }

  #write(writer: ReturnType<typeof compileWriter>, value: unknown, prefix: Buffer): Buffer {
    try {
      const max = prefix.length + writer.maxBytes(value)
      const target = max > scratchBytes ? Buffer.allocUnsafeSlow(max) : this.#scratchBuffer()
      target.set(prefix)
      return Buffer.from(target.subarray(0, writer.write(target, prefix.length, value)))
    } catch (cause) {
      throw asDataError(cause, 'The value cannot be written')
    }
  }

  /** Compiles how data of a JSON Schema is read. */
  decoder(json: JsonSchema, version: number | null = null): JsonSchemaDecoder {
    const schema = this.toConnectSchema(json, version)
    const reader = compileReader(schema, this.#options)
    const check = this.#options.validate ? compileValidator(json) : null
    const cursor = this.#cursor
    return {
      schema,
      decode(bytes, start = 0) {
        try {
          cursor.open(bytes, start, bytes.length)
          const first = cursor.peek()
          const value = reader.read(cursor)
          cursor.requireBreak(first)
          check?.(bytes.subarray(start, cursor.at))
          return { schema, value }
        } catch (cause) {
          throw asDataError(cause, 'The JSON document cannot be read')
        }
      },
    }
  }

  #scratchBuffer(): Buffer {
    return (this.#scratch ??= Buffer.allocUnsafeSlow(scratchBytes))
  }
}

/** What is nested too deep for the stack is an error of the data, as all else here. */
function asDataError(cause: unknown, what: string): Error {
  if (isConnectError(cause)) {
    // The reader of JSON says what is wrong with the text in the cause; the topic is told by the converter.
    const { cause: inner } = cause
    if (!(inner instanceof SerializationError)) return cause
    return new DataError(`${what}: ${inner.message}`, { cause })
  }
  return new DataError(`${what}: ${asError(cause).message}`, { cause })
}
