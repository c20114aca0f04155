import type { Schema } from '../../api/index.ts'
import { requireFinite } from '../finite-schema.ts'
import { jsonEncoder } from './json-encoder.ts'
import type { JsonEncoder, JsonEncoderOptions } from './json-encoder-types.ts'
import { writeBytes } from './json-text.ts'
import { MapWriter } from './predict/map-writer.ts'
import { schemaJson } from './write-schema.ts'

/** Values of one schema: what stands before each, and what writes them. Empty prefix: no envelope. */
interface Envelope {
  readonly prefix: Buffer
  readonly encoder: JsonEncoder
}

/** Values up to this many bytes are written into a buffer that is kept. */
const scratchBytes = 64 * 1024

/** Writes values, in an envelope with their schema or bare. What a schema takes is compiled once, and found by identity. */
export class JsonWriter {
  readonly #options: JsonEncoderOptions
  readonly #withSchemas: boolean
  readonly #envelopes = new WeakMap<Schema, Envelope>()
  #schemaless: Envelope | null = null
  #scratch: Buffer | null = null
  /** Of the value written last: mostly the next one has the same schema. */
  #lastSchema: Schema | null = null
  #last: Envelope | null = null

  constructor(options: JsonEncoderOptions, withSchemas: boolean) {
    this.#options = options
    this.#withSchemas = withSchemas
  }

  /** The bytes of a value; only null without a schema is a tombstone. */
  toBytes(schema: Schema | null, value: unknown): Buffer | null {
    if (schema === null && (value === null || value === undefined)) return null
    const envelope = this.#envelopeOf(schema)
    const max = envelope.prefix.length + envelope.encoder.maxBytes(value) + 1
    const target = max > scratchBytes ? Buffer.allocUnsafeSlow(max) : this.#scratchBuffer()
    const end = this.write(target, 0, schema, value)
    return Buffer.from(target.subarray(0, end))
  }

  /** Most bytes that {@link write} needs; -1 for null, and for what cannot be written. */
  maxBytes(schema: Schema | null, value: unknown): number {
    if (value === null || value === undefined) return -1
    try {
      const { prefix, encoder } = this.#envelopeOf(schema)
      return prefix.length + encoder.maxBytes(value) + 1
    } catch {
      // Whoever writes it will meet the same error.
      return -1
    }
  }

  write(target: Buffer, at: number, schema: Schema | null, value: unknown): number {
    const { prefix, encoder } = this.#envelopeOf(schema)
    if (!this.#withSchemas) return encoder.write(target, at, value)
    const end = encoder.write(target, writeBytes(target, at, prefix), value)
    target[end] = 0x7d
    return end + 1
  }

  #envelopeOf(schema: Schema | null): Envelope {
    if (schema === null) return (this.#schemaless ??= this.#compile(null))
    if (schema === this.#lastSchema && this.#last !== null) return this.#last
    let envelope = this.#envelopes.get(schema)
    if (envelope === undefined) {
      envelope = this.#compile(schema)
      this.#envelopes.set(schema, envelope)
    }
    this.#lastSchema = schema
    this.#last = envelope
    return envelope
  }

  #compile(schema: Schema | null): Envelope {
    if (schema !== null) requireFinite(schema, 'JSON without a registry')
    const encoder = schema === null ? new MapWriter() : jsonEncoder(schema, this.#options)
    const prefix = this.#withSchemas
      ? Buffer.from(`{"schema":${schemaJson(schema, this.#options)},"payload":`)
      : Buffer.alloc(0)
    return { prefix, encoder }
  }

  #scratchBuffer(): Buffer {
    return (this.#scratch ??= Buffer.allocUnsafeSlow(scratchBytes))
  }
}
