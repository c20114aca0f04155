import { DataError } from '../../api/index.ts'
import type {
  ConfigDef,
  ConnectorConfig,
  Converter,
  HeaderConverter,
  Headers,
  InPlaceConverter,
  Schema,
  SchemaAndValue,
} from '../../api/index.ts'
import { withConverterType } from '../converter-config.ts'
import { asBuffer } from '../bytes.ts'
import { EnvelopeReader } from './envelope-reader.ts'
import { jsonConverterConfig } from './json-converter-config.ts'
import { JsonCursor } from './json-cursor.ts'
import { jsonDecoder } from './json-decoder.ts'
import type { JsonDecoder } from './json-decoder.ts'
import { JsonWriter } from './json-writer.ts'
import { ShapeReader } from './predict/shape-reader.ts'
import { readSchema } from './read-schema.ts'
import { readSchemaless } from './read-schemaless.ts'

/**
 * Connect data as JSON, with the schema beside every value (`schemas.enable`, on by default) or without
 * (`org.apache.kafka.connect.json.JsonConverter`). Nothing is changed on the way: what does not fit its schema is a DataError
 * (invariant 6), also where Java wraps a number or takes null for a string.
 */
export class JsonConverter implements Converter, HeaderConverter, InPlaceConverter {
  decodedSchema: Schema | null = null
  readonly #cursor = new JsonCursor()
  readonly #shapes = new ShapeReader()
  #writer = new JsonWriter({ decimalFormat: 'BASE64', replaceNullWithDefault: true }, true)
  #envelopes: EnvelopeReader | null = new EnvelopeReader(this.#cursor, true, 1000)
  /** The schema of all values, where `schema.content` gives one. */
  #content: { readonly schema: Schema; readonly decoder: JsonDecoder } | null = null

  config(): ConfigDef {
    return jsonConverterConfig
  }

  configure(config: ConnectorConfig, isKey: boolean): void {
    const parsed = jsonConverterConfig.parse(withConverterType(config, isKey))
    const replaceNullWithDefault = parsed['replace.null.with.default']
    const decimalFormat =
      parsed['decimal.format'].toUpperCase() === 'NUMERIC' ? 'NUMERIC' : 'BASE64'
    const withSchemas = parsed['schemas.enable']
    this.#writer = new JsonWriter({ decimalFormat, replaceNullWithDefault }, withSchemas)
    const content = this.#readContent(parsed['schema.content'] ?? '', replaceNullWithDefault)
    this.#content = withSchemas ? content : null
    this.#envelopes = withSchemas
      ? new EnvelopeReader(this.#cursor, replaceNullWithDefault, parsed['schemas.cache.size'])
      : null
  }

  fromConnectData(
    _topic: string,
    _headers: Headers | null,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    return this.#writer.toBytes(schema, value)
  }

  toConnectData(
    _topic: string,
    _headers: Headers | null,
    bytes: Uint8Array | null,
  ): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null }
    const value = this.decodeAt(asBuffer(bytes), 0, bytes.length)
    return { schema: this.decodedSchema, value }
  }

  fromConnectHeader(
    topic: string,
    _key: string,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    return this.fromConnectData(topic, null, schema, value)
  }

  toConnectHeader(topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    return this.toConnectData(topic, null, bytes)
  }

  maxEncodedBytes(schema: Schema | null, value: unknown): number {
    return this.#writer.maxBytes(schema, value)
  }

  encodeAt(target: Buffer, at: number, schema: Schema | null, value: unknown): number {
    return this.#writer.write(target, at, schema, value)
  }

  decodeAt(source: Buffer, start: number, end: number): unknown {
    const cursor = this.#cursor
    cursor.open(source, start, end)
    this.decodedSchema = null
    if (this.#content !== null) {
      this.decodedSchema = this.#content.schema
      return this.#readPlain(this.#content.decoder)
    }
    if (this.#envelopes === null) return this.#readPlain(null)
    const value = this.#envelopes.read()
    this.decodedSchema = this.#envelopes.schema
    return value
  }

  /** A whole document; nothing but space is null where there is no schema. */
  #readPlain(decoder: JsonDecoder | null): unknown {
    const cursor = this.#cursor
    const first = cursor.peek()
    if (decoder === null && first === -1) return null
    if (decoder === null && first === 0x7b) return this.#shapes.read(cursor)
    if (decoder === null && first === 0x22) return cursor.readLastString(0)
    const value = decoder === null ? readSchemaless(cursor) : decoder.read(cursor)
    cursor.requireBreak(first)
    return value
  }

  #readContent(
    text: string,
    replaceNullWithDefault: boolean,
  ): { readonly schema: Schema; readonly decoder: JsonDecoder } | null {
    if (text === '') return null
    const bytes = Buffer.from(text)
    this.#cursor.open(bytes, 0, bytes.length)
    try {
      this.#cursor.skipValue()
    } catch (cause) {
      throw new DataError(
        'Failed to parse schema in converter config due to serialization error: ',
        { cause },
      )
    }
    this.#cursor.open(bytes, 0, bytes.length)
    const schema = readSchema(this.#cursor, replaceNullWithDefault)
    return schema && { schema, decoder: jsonDecoder(schema, replaceNullWithDefault) }
  }
}
