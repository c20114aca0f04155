import { DataError, OPTIONAL_STRING_SCHEMA, configDef, javaToString } from '../api/index.ts'
import type {
  ConfigDef,
  ConnectorConfig,
  Converter,
  HeaderConverter,
  Headers,
  InPlaceConverter,
  Schema,
  SchemaAndValue,
} from '../api/index.ts'
import { asBuffer } from './bytes.ts'
import { charsetOf, isUtf8Charset } from './charset.ts'
import { converterType, withConverterType } from './converter-config.ts'

const stringConverterConfig = configDef({
  ...converterType,
  'converter.encoding': {
    type: 'string',
    default: 'UTF-8',
    importance: 'high',
    doc: 'The name of the Java character set to use for encoding strings as byte arrays.',
    width: 'medium',
    displayName: 'Encoding',
  },
})

/**
 * Strings as their bytes (`org.apache.kafka.connect.storage.StringConverter`). Any other value is written as the text that Java's
 * `toString` gives it; what is read is an optional string.
 */
export class StringConverter implements Converter, HeaderConverter, InPlaceConverter {
  readonly decodedSchema: Schema | null = OPTIONAL_STRING_SCHEMA
  #charset = charsetOf('UTF-8')
  #isUtf8 = true

  config(): ConfigDef {
    return stringConverterConfig
  }

  configure(config: ConnectorConfig, isKey: boolean): void {
    const parsed = stringConverterConfig.parse(withConverterType(config, isKey))
    this.#charset = charsetOf(parsed['converter.encoding'])
    this.#isUtf8 = isUtf8Charset(this.#charset)
  }

  fromConnectData(
    _topic: string,
    _headers: Headers | null,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    if (value === null || value === undefined) return null
    try {
      return this.#charset.encode(javaToString(value, schema))
    } catch (cause) {
      throw new DataError('Failed to serialize to a string: ', { cause })
    }
  }

  toConnectData(
    _topic: string,
    _headers: Headers | null,
    bytes: Uint8Array | null,
  ): SchemaAndValue {
    const value = bytes === null ? null : this.decodeAt(asBuffer(bytes), 0, bytes.length)
    return { schema: OPTIONAL_STRING_SCHEMA, value }
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

  /** Hot. A character takes three bytes at the most, a pair of surrogates four. */
  maxEncodedBytes(_schema: Schema | null, value: unknown): number {
    return this.#isUtf8 && typeof value === 'string' ? value.length * 3 : -1
  }

  /** Hot. */
  encodeAt(target: Buffer, at: number, _schema: Schema | null, value: unknown): number {
    const text = value as string
    return at + target.utf8Write(text, at, text.length * 3)
  }

  /** Hot. */
  decodeAt(source: Buffer, start: number, end: number): string {
    if (this.#isUtf8) return source.utf8Slice(start, end)
    return this.#charset.decode(source.subarray(start, end))
  }
}
