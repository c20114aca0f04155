import { createHash } from 'node:crypto'
import type { Schema } from 'sluice/api'
import { AvroData, AvroOutput, avroSchemaText } from 'sluice/avro'
import type { AvroEncoder } from 'sluice/avro'
import { giveBack, ownBytes } from '../../spool/own-bytes.ts'
import { ByteOutput } from '../byte-output.ts'
import type { FileEncoder, FileFormat } from '../file-format.ts'
import type { AvroCodec } from './avro-codec.ts'

/** Java's writer ends a block once it holds so many bytes before compression. */
const blockBytes = 64_000
const firstBlockBytes = 4096

export const avroMagic = Buffer.from('Obj\x01', 'latin1')

/** Avro's object container files, with the schemas that AvroData makes. */
export class AvroFormat implements FileFormat {
  readonly extension = '.avro'
  readonly #data: AvroData
  readonly #codec: AvroCodec
  readonly #output = new AvroOutput()
  readonly #encoders = new WeakMap<Schema, AvroEncoder>()
  #schemaless: AvroEncoder | null = null

  /** `config` may hold the keys of the mapping, e.g. `connect.meta.data`. */
  constructor(config: Readonly<Record<string, string>>, codec: AvroCodec) {
    this.#data = new AvroData(config)
    this.#codec = codec
  }

  open(schema: Schema | null): FileEncoder {
    return new AvroFile(this.#encoderOf(schema), this.#output, this.#codec)
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
  /** Shared by all files: of one value at a time. */
  readonly #output: AvroOutput
  readonly #codec: AvroCodec
  readonly #ready = new ByteOutput()
  #block: Buffer = Buffer.alloc(0)
  #blockLength = 0
  readonly #marker: Buffer
  #count = 0

  constructor(encoder: AvroEncoder, output: AvroOutput, codec: AvroCodec) {
    this.#encoder = encoder
    this.#output = output
    this.#codec = codec
    const schema = avroSchemaText(encoder.avroSchema)
    this.#marker = createHash('md5').update(schema).digest()
    this.#ready.append(headerOf(schema, codec.name, this.#marker))
  }

  get heldBytes(): number {
    return this.#ready.length + this.#blockLength
  }

  get memoryBytes(): number {
    return this.#ready.memoryBytes + this.#block.length
  }

  write(value: unknown): void {
    const output = this.#output
    output.begin()
    this.#encoder.write(value, output)
    const end = this.#blockLength + output.length
    if (end > this.#block.length) this.#grow(end)
    this.#blockLength = output.copyTo(this.#block, this.#blockLength)
    this.#count++
    if (end >= blockBytes) this.#endBlock()
  }

  take(release?: boolean): Buffer[] {
    // What is no whole block yet stays: where blocks end depends on the records alone.
    if (release === true && this.#blockLength < this.#block.length) {
      this.#moveBlock(Buffer.from(this.#block.subarray(0, this.#blockLength)))
    }
    return this.#ready.take(release)
  }

  finish(): void {
    if (this.#count > 0) this.#endBlock()
    this.#moveBlock(Buffer.alloc(0))
  }

  #grow(least: number): void {
    const grown = ownBytes(Math.max(firstBlockBytes, this.#block.length * 2, least))
    grown.set(this.#block.subarray(0, this.#blockLength))
    this.#moveBlock(grown)
  }

  #moveBlock(to: Buffer): void {
    giveBack([this.#block])
    this.#block = to
  }

  #endBlock(): void {
    const packed = this.#codec.compress(this.#block.subarray(0, this.#blockLength))
    const head = new AvroOutput()
    head.begin()
    head.writeLong(this.#count)
    head.writeLong(packed.length)
    this.#ready.append(head.finish())
    this.#ready.append(packed)
    this.#ready.append(this.#marker)
    this.#count = 0
    this.#blockLength = 0
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
