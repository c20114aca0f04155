import { createHash } from 'node:crypto'
import type { Schema } from 'sluice/api'
import { AvroData, AvroOutput, avroSchemaText } from 'sluice/avro'
import type { AvroEncoder } from 'sluice/avro'
import { ByteOutput } from '../byte-output.ts'
import type { FileEncoder, FileFormat } from '../file-format.ts'
import type { AvroCodec } from './avro-codec.ts'

/** Java's writer ends a block once it holds so many bytes before compression. */
const blockBytes = 64_000

export const avroMagic = Buffer.from('Obj\x01', 'latin1')

/** Avro's object container files, with the schemas that AvroData makes. */
export class AvroFormat implements FileFormat {
  readonly extension = '.avro'
  readonly #data: AvroData
  readonly #codec: AvroCodec
  readonly #encoders = new WeakMap<Schema, AvroEncoder>()
  #schemaless: AvroEncoder | null = null

  /** `config` may hold the keys of the mapping, e.g. `connect.meta.data`. */
  constructor(config: Readonly<Record<string, string>>, codec: AvroCodec) {
    this.#data = new AvroData(config)
    this.#codec = codec
  }

  open(schema: Schema | null): FileEncoder {
    return new AvroFile(this.#encoderOf(schema), this.#codec)
  }

  #encoderOf(schema: Schema | null): AvroEncoder {
    if (schema === null) return (this.#schemaless ??= this.#data.encoder(null))
    let encoder = this.#encoders.get(schema)
    if (encoder === undefined) {
      encoder = this.#data.encoder(schema)
      this.#encoders.set(schema, encoder)
    }
    return encoder
  }
}

/**
 * Header and blocks. The marker between blocks is not random but made of the schema: a file that is written again after a failure is
 * the same to the last byte.
 */
class AvroFile implements FileEncoder {
  readonly #encoder: AvroEncoder
  readonly #codec: AvroCodec
  readonly #ready = new ByteOutput()
  readonly #block = new ByteOutput()
  readonly #marker: Buffer
  #count = 0

  constructor(encoder: AvroEncoder, codec: AvroCodec) {
    this.#encoder = encoder
    this.#codec = codec
    const schema = avroSchemaText(encoder.avroSchema)
    this.#marker = createHash('md5').update(schema).digest()
    this.#ready.append(headerOf(schema, codec.name, this.#marker))
  }

  get heldBytes(): number {
    return this.#ready.length + this.#block.length
  }

  get memoryBytes(): number {
    return this.#ready.memoryBytes + this.#block.memoryBytes
  }

  write(value: unknown): void {
    this.#block.append(this.#encoder.encode(value))
    this.#count++
    if (this.#block.length >= blockBytes) this.#endBlock()
  }

  take(release?: boolean): Buffer[] {
    // What is no whole block yet stays: where blocks end depends on the records alone.
    if (release === true) this.#block.release()
    return this.#ready.take(release)
  }

  finish(): void {
    if (this.#count > 0) this.#endBlock()
  }

  #endBlock(): void {
    const parts = this.#block.take()
    const [first] = parts
    const raw = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts)
    const packed = this.#codec.compress(raw)
    const head = new AvroOutput()
    head.begin()
    head.writeLong(this.#count)
    head.writeLong(packed.length)
    this.#ready.append(head.finish())
    this.#ready.append(packed)
    this.#ready.append(this.#marker)
    this.#count = 0
  }
}

/** Magic, a map of metadata, the marker. */
function headerOf(schema: string, codec: string, marker: Buffer): Buffer {
  const output = new AvroOutput()
  output.begin()
  output.writeRaw(avroMagic)
  output.writeLong(2)
  output.writeString('avro.schema')
  output.writeBytes(Buffer.from(schema))
  output.writeString('avro.codec')
  output.writeBytes(Buffer.from(codec))
  output.writeLong(0)
  output.writeRaw(marker)
  return output.finish()
}
