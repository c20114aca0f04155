import {
  DataError,
  OPTIONAL_FLOAT32_SCHEMA,
  OPTIONAL_FLOAT64_SCHEMA,
  OPTIONAL_INT16_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  fits,
  isTypedNumber,
  javaClassName,
  javaToString,
  normalizeInt64,
} from '../api/index.ts'
import type {
  ConfigDef,
  Converter,
  HeaderConverter,
  Headers,
  Int64,
  Schema,
  SchemaAndValue,
} from '../api/index.ts'
import { asBuffer } from './bytes.ts'
import { plainConverterConfig } from './converter-config.ts'
import { SerializationError } from './serialization-error.ts'

/** One kind of number on the wire: big-endian, of a fixed size. */
interface NumberFormat {
  /** As Java's messages call it. */
  readonly name: string
  readonly size: number
  readonly schema: Schema
  readonly write: (target: Buffer, value: Int64) => void
  readonly read: (source: Buffer) => Int64
}

/** What the numeric converters of `org.apache.kafka.connect.converters` share. The schema of a value is not looked at. */
class NumberConverter implements Converter, HeaderConverter {
  readonly #format: NumberFormat

  constructor(format: NumberFormat) {
    this.#format = format
  }

  config(): ConfigDef {
    return plainConverterConfig
  }

  fromConnectData(
    _topic: string,
    _headers: Headers | null,
    _schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    if (value === null || value === undefined) return null
    const { name, size, schema, write } = this.#format
    const plain = isTypedNumber(value) && value.type === schema.type ? value.value : value
    if (!fits(schema, plain)) {
      throw new DataError(`Failed to serialize to ${name} (was class ${javaClassName(value)}): `, {
        cause: new SerializationError(`${javaToString(plain)} is no ${schema.type}.`),
      })
    }
    const bytes = Buffer.allocUnsafe(size)
    write(bytes, plain as Int64)
    return bytes
  }

  toConnectData(
    _topic: string,
    _headers: Headers | null,
    bytes: Uint8Array | null,
  ): SchemaAndValue {
    const { name, size, schema, read } = this.#format
    if (bytes === null) return { schema, value: null }
    if (bytes.length !== size) {
      throw new DataError(`Failed to deserialize ${name}: `, {
        cause: new SerializationError(`Found ${bytes.length} bytes, expected ${size}.`),
      })
    }
    return { schema, value: read(asBuffer(bytes)) }
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

/** INT16 as two bytes. */
export class ShortConverter extends NumberConverter {
  constructor() {
    super({
      name: 'short',
      size: 2,
      schema: OPTIONAL_INT16_SCHEMA,
      write: (target, value) => target.writeInt16BE(Number(value)),
      read: (source) => source.readInt16BE(),
    })
  }
}

/** INT32 as four bytes. */
export class IntegerConverter extends NumberConverter {
  constructor() {
    super({
      name: 'integer',
      size: 4,
      schema: OPTIONAL_INT32_SCHEMA,
      write: (target, value) => target.writeInt32BE(Number(value)),
      read: (source) => source.readInt32BE(),
    })
  }
}

/** INT64 as eight bytes. */
export class LongConverter extends NumberConverter {
  constructor() {
    super({
      name: 'long',
      size: 8,
      schema: OPTIONAL_INT64_SCHEMA,
      write: (target, value) => target.writeBigInt64BE(BigInt(value)),
      read: (source) => normalizeInt64(source.readBigInt64BE()),
    })
  }
}

/** FLOAT32 as four bytes of IEEE 754. */
export class FloatConverter extends NumberConverter {
  constructor() {
    super({
      name: 'float',
      size: 4,
      schema: OPTIONAL_FLOAT32_SCHEMA,
      write: (target, value) => target.writeFloatBE(Number(value)),
      read: (source) => source.readFloatBE(),
    })
  }
}

/** FLOAT64 as eight bytes of IEEE 754. */
export class DoubleConverter extends NumberConverter {
  constructor() {
    super({
      name: 'double',
      size: 8,
      schema: OPTIONAL_FLOAT64_SCHEMA,
      write: (target, value) => target.writeDoubleBE(Number(value)),
      read: (source) => source.readDoubleBE(),
    })
  }
}
