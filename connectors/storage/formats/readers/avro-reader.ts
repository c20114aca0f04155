import { DataError } from 'sluice/api'
import { AvroData, AvroInput, parseAvroSchema } from 'sluice/avro'
import type { AvroDecoder } from 'sluice/avro'
import { loadAvroCodec } from '../avro/avro-codec.ts'
import type { AvroCodec } from '../avro/avro-codec.ts'
import { avroMagic } from '../avro/avro-format.ts'
import { decompressed } from './decompress.ts'
import { BatchBuilder, throwUnreadable } from './file-reader.ts'
import type { FileReader, ReadOptions, RecordBatch } from './file-reader.ts'
import { PendingBytes } from './pending-bytes.ts'
import { chunksOf } from './ranged-bytes.ts'
import type { RangedBytes } from './ranged-bytes.ts'

const markerBytes = 16
/** Two numbers of ten bytes at most begin a block. */
const blockHeadBytes = 20
const mostHeaderBytes = 32 * 1024 * 1024
const mostBlockBytes = 256 * 1024 * 1024

interface AvroHeader {
  readonly codec: AvroCodec
  readonly decoder: AvroDecoder
  readonly marker: Buffer
}

/** Avro's object container files, block by block. Blocks before the first record that is wanted are neither unpacked nor decoded. */
export class AvroReader implements FileReader {
  readonly #data: AvroData
  /** Files that follow each other mostly have one schema. */
  #last: { readonly text: string; readonly decoder: AvroDecoder } | null = null

  /** `config` may hold the keys of the mapping, e.g. `enhanced.avro.schema.support`. */
  constructor(config: Readonly<Record<string, string>> = {}) {
    this.#data = new AvroData(config)
  }

  async *read(
    file: RangedBytes,
    { from, batchRecords, compression, signal }: ReadOptions,
  ): AsyncGenerator<RecordBatch, void, undefined> {
    const pending = new PendingBytes(decompressed(chunksOf(file, signal), compression))
    const place = { file: file.name, record: 0, next: null as number | null }
    try {
      const header = await this.#readHeader(pending)
      while (await pending.holds(1)) {
        const block = await readBlock(pending, header.marker)
        const first = place.record
        const next = first + block.count
        // A damaged block does not hinder those behind it.
        place.next = next
        if (next > from) {
          const unpacked = header.codec.decompress(block.bytes)
          yield* readRecords(header.decoder, unpacked, { place, from, batchRecords, next })
        }
        place.record = next
        place.next = null
      }
    } catch (error) {
      throwUnreadable(error, place, signal)
    } finally {
      await pending.close()
    }
  }

  async #readHeader(pending: PendingBytes): Promise<AvroHeader> {
    await pending.holds(avroMagic.length)
    if (!pending.held.subarray(0, avroMagic.length).equals(avroMagic)) {
      throw new DataError('These bytes are no Avro file: it would begin with Obj and the byte 1.')
    }
    const { metadata, bytes } = await readMetadata(pending)
    const text = metadata.get('avro.schema')?.toString()
    if (text === undefined) throw new DataError('The Avro file has no schema in its header.')
    const codec = await loadAvroCodec(metadata.get('avro.codec')?.toString() ?? 'null')
    await pending.take(bytes)
    const marker = Buffer.from(await pending.take(markerBytes))
    return { codec, decoder: this.#decoderOf(text), marker }
  }

  #decoderOf(text: string): AvroDecoder {
    if (this.#last?.text !== text) {
      this.#last = { text, decoder: this.#data.decoder(parseAvroSchema(text)) }
    }
    return this.#last.decoder
  }
}

/** The map behind the magic, and how many bytes both take. How long it is it does not say: more is read until it is whole. */
async function readMetadata(
  pending: PendingBytes,
): Promise<{ readonly metadata: Map<string, Buffer>; readonly bytes: number }> {
  for (;;) {
    const { held } = pending
    const input = new AvroInput()
    input.open(held, avroMagic.length, held.length)
    try {
      const metadata = new Map<string, Buffer>()
      for (let left = input.readBlock(2); left > 0; left = input.readBlock(2)) {
        for (; left > 0; left--) metadata.set(input.readString(), input.readBytes())
      }
      return { metadata, bytes: input.at }
    } catch (error) {
      if (held.length > mostHeaderBytes || !(await pending.holds(held.length + 1))) throw error
    }
  }
}

async function readBlock(
  pending: PendingBytes,
  marker: Buffer,
): Promise<{ readonly count: number; readonly bytes: Buffer }> {
  await pending.holds(blockHeadBytes)
  const input = new AvroInput()
  input.open(pending.held, 0, Math.min(pending.held.length, blockHeadBytes))
  const count = input.readCount()
  const size = input.readCount()
  if (count < 0 || size < 0 || size > mostBlockBytes) {
    throw new DataError(`A block of ${count} records in ${size} bytes is damaged.`)
  }
  await pending.take(input.at)
  const bytes = await pending.take(size)
  if (!(await pending.take(markerBytes)).equals(marker)) {
    throw new DataError('A block of the Avro file does not end with the marker of its header.')
  }
  return { count, bytes }
}

interface BlockPlace {
  /** Kept at the record that is read. */
  readonly place: { record: number }
  readonly from: number
  readonly batchRecords: number
  /** The index of the first record behind the block. */
  readonly next: number
}

function* readRecords(
  decoder: AvroDecoder,
  block: Buffer,
  { place, from, batchRecords, next }: BlockPlace,
): Generator<RecordBatch, void, undefined> {
  const batch = new BatchBuilder(batchRecords)
  const input = new AvroInput()
  input.open(block, 0, block.length)
  try {
    for (; place.record < next; place.record++) {
      const value = decoder.read(input)
      if (place.record < from) continue
      const done = batch.add(place.record, decoder.schema, value)
      if (done !== null) yield done
    }
    input.requireEnd()
  } catch (error) {
    const before = batch.take()
    if (before !== null) yield before
    throw error
  }
  const rest = batch.take()
  if (rest !== null) yield rest
}
