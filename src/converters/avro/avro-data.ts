import { DataError, asError, isConnectError } from '../../api/index.ts'
import type { Schema, SchemaAndValue } from '../../api/index.ts'
import { asBuffer } from '../bytes.ts'
import { requireFinite } from '../finite-schema.ts'
import { avroDataOptions } from './avro-data-config.ts'
import type { AvroDataOptions } from './avro-data-config.ts'
import { AvroInput } from './avro-input.ts'
import { AvroOutput } from './avro-output.ts'
import type { AvroSchema } from './avro-schema.ts'
import { compileReader } from './decoder.ts'
import { compileWriter } from './encoder.ts'
import { fromConnectSchema } from './from-connect-schema.ts'
import { ToConnectSchema } from './to-connect-schema.ts'

/** Writes values of one Connect schema as Avro's binary encoding of one Avro schema. */
export interface AvroEncoder {
  readonly avroSchema: AvroSchema
  /** The bytes of one datum, the caller's to keep. `prefix` stands before them. A DataError where the value does not fit. */
  encode(value: unknown, prefix?: Uint8Array): Buffer
  /** Appends one datum to `output`, e.g. to a block of a file. */
  write(value: unknown, output: AvroOutput): void
}

/** Reads what was written with one Avro schema as values of a Connect schema. */
export interface AvroDecoder {
  /** Null for schemaless data. */
  readonly schema: Schema | null
  /** The value of the datum that takes up all of the bytes, or those from `start`. A DataError for any that are none. */
  decode(bytes: Uint8Array, start?: number): SchemaAndValue
  /** The next datum of `input`. */
  read(input: AvroInput): unknown
}

/**
 * The mapping between Connect's schemas and values and Avro's, as Confluent's converter and connectors have it
 * (`io.confluent.connect.avro.AvroData`). Everything is compiled once for a schema; keep encoders and decoders.
 * One instance serves one thread.
 */
export class AvroData {
  readonly #options: AvroDataOptions
  readonly #toConnect: ToConnectSchema
  readonly #fromConnect = new WeakMap<Schema, AvroSchema>()
  readonly #output = new AvroOutput()
  readonly #input = new AvroInput()

  /** `config` may hold the keys of the mapping, e.g. `enhanced.avro.schema.support`; others are left alone. Throws a ConfigError. */
  constructor(config: Readonly<Record<string, string>> = {}) {
    this.#options = avroDataOptions(config)
    this.#toConnect = new ToConnectSchema(this.#options)
  }

  /** The Avro schema of a Connect schema; of null the one that holds schemaless data. A DataError where there is none. */
  fromConnectSchema(schema: Schema | null): AvroSchema {
    if (schema === null) return fromConnectSchema(null, this.#options)
    let avro = this.#fromConnect.get(schema)
    if (avro === undefined) {
      requireFinite(schema, 'Avro')
      avro = fromConnectSchema(schema, this.#options)
      this.#fromConnect.set(schema, avro)
    }
    return avro
  }

  /** The Connect schema of an Avro schema; null for that of schemaless data. `version` counts where the schema itself has none. */
  toConnectSchema(avro: AvroSchema, version: number | null = null): Schema | null {
    return this.#toConnect.map(avro, version)
  }

  /**
   * Compiles how values of `schema` are written: under the Avro schema made of it, or another, whose fields are found by their
   * names. A DataError where that one cannot take them.
   */
  encoder(schema: Schema | null, avro = this.fromConnectSchema(schema)): AvroEncoder {
    const write = compileWriter(schema, avro, this.#options)
    const output = this.#output
    return {
      avroSchema: avro,
      write,
      encode(value, prefix) {
        output.begin()
        if (prefix !== undefined) output.writeRaw(prefix)
        write(value, output)
        return output.finish()
      },
    }
  }

  /** Compiles how data of an Avro schema is read, as values of {@link toConnectSchema}. */
  decoder(avro: AvroSchema, version: number | null = null): AvroDecoder {
    const schema = this.toConnectSchema(avro, version)
    const read = compileReader(avro, schema, this.#options)
    const input = this.#input
    return {
      schema,
      read,
      decode(bytes, start = 0) {
        try {
          input.open(asBuffer(bytes), start, bytes.length)
          const value = read(input)
          input.requireEnd()
          return { schema, value }
        } catch (cause) {
          if (isConnectError(cause)) throw cause
          throw new DataError(`The Avro datum cannot be read: ${asError(cause).message}`, { cause })
        }
      },
    }
  }
}
