import { DataError, OPTIONAL_BOOLEAN_SCHEMA, javaClassName } from '../api/index.ts'
import type {
  ConfigDef,
  Converter,
  HeaderConverter,
  Headers,
  Schema,
  SchemaAndValue,
} from '../api/index.ts'
import { plainConverterConfig } from './converter-config.ts'
import { SerializationError } from './serialization-error.ts'

/** Booleans as one byte, 0 or 1 (`org.apache.kafka.connect.converters.BooleanConverter`). */
export class BooleanConverter implements Converter, HeaderConverter {
  config(): ConfigDef {
    return plainConverterConfig
  }

  fromConnectData(
    _topic: string,
    _headers: Headers | null,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    if (schema !== null && schema.type !== 'BOOLEAN') {
      throw new DataError(`Invalid schema type for BooleanConverter: ${schema.type}`)
    }
    if (value === null || value === undefined) return null
    if (typeof value === 'boolean') return Buffer.of(value ? 1 : 0)
    throw new DataError(
      `BooleanConverter is not compatible with objects of type class ${javaClassName(value)}`,
    )
  }

  toConnectData(
    _topic: string,
    _headers: Headers | null,
    bytes: Uint8Array | null,
  ): SchemaAndValue {
    if (bytes === null) return { schema: OPTIONAL_BOOLEAN_SCHEMA, value: null }
    const byte = bytes[0] ?? -1
    if (bytes.length !== 1 || byte > 1) {
      throw new DataError('Failed to deserialize boolean: ', {
        cause: new SerializationError(
          `Found ${bytes.length} bytes, the first of them ${byte}: expected one, 0 or 1.`,
        ),
      })
    }
    return { schema: OPTIONAL_BOOLEAN_SCHEMA, value: byte === 1 }
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
}
