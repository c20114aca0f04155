import { DataError, OPTIONAL_BYTES_SCHEMA, javaClassName } from '../api/index.ts'
import type {
  ConfigDef,
  Converter,
  HeaderConverter,
  Headers,
  InPlaceConverter,
  Schema,
  SchemaAndValue,
} from '../api/index.ts'
import { plainConverterConfig } from './converter-config.ts'

/** Bytes as they are (`org.apache.kafka.connect.converters.ByteArrayConverter`). What is read is a copy, so it may be kept. */
export class ByteArrayConverter implements Converter, HeaderConverter, InPlaceConverter {
  readonly decodedSchema: Schema | null = OPTIONAL_BYTES_SCHEMA

  config(): ConfigDef {
    return plainConverterConfig
  }

  fromConnectData(
    _topic: string,
    _headers: Headers | null,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    if (schema !== null && schema.type !== 'BYTES') {
      throw new DataError(`Invalid schema type for ByteArrayConverter: ${schema.type}`)
    }
    if (value === null || value === undefined) return null
    if (value instanceof Uint8Array) return value
    throw new DataError(
      `ByteArrayConverter is not compatible with objects of type class ${javaClassName(value)}`,
    )
  }

  toConnectData(
    _topic: string,
    _headers: Headers | null,
    bytes: Uint8Array | null,
  ): SchemaAndValue {
    return { schema: OPTIONAL_BYTES_SCHEMA, value: bytes && Buffer.from(bytes) }
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
    const fits = value instanceof Uint8Array && (schema === null || schema.type === 'BYTES')
    return fits ? value.length : -1
  }

  encodeAt(target: Buffer, at: number, _schema: Schema | null, value: unknown): number {
    const bytes = value as Uint8Array
    target.set(bytes, at)
    return at + bytes.length
  }

  decodeAt(source: Buffer, start: number, end: number): Buffer {
    return Buffer.from(source.subarray(start, end))
  }
}
