import { DataError } from 'sluice/api'
import type { SchemaAndValue } from 'sluice/api'
import { AvroData, AvroInput, parseAvroSchema } from 'sluice/avro'
import type { AvroDecoder } from 'sluice/avro'
import { loadAvroCodec } from './avro-codec.ts'
import { avroMagic } from './avro-format.ts'

const markerBytes = 16

/** Reads the values of an Avro object container file. Throws a DataError where the bytes are none, or are cut off. */
export async function* readAvroFile(
  file: Buffer,
  config: Readonly<Record<string, string>> = {},
): AsyncGenerator<SchemaAndValue> {
  if (!file.subarray(0, avroMagic.length).equals(avroMagic)) {
    throw new DataError('These bytes are no Avro file: it would begin with Obj and the byte 1.')
  }
  const input = new AvroInput()
  input.open(file, avroMagic.length, file.length)
  const metadata = readMetadata(input)
  const schemaText = metadata.get('avro.schema')?.toString()
  if (schemaText === undefined) throw new DataError('The Avro file has no schema in its header.')
  const codec = await loadAvroCodec(metadata.get('avro.codec')?.toString() ?? 'null')
  const decoder = new AvroData(config).decoder(parseAvroSchema(schemaText))
  const marker = input.readFixed(markerBytes)
  while (input.rest > 0) {
    const count = input.readCount()
    const block = codec.decompress(input.readFixed(input.readLength()))
    if (!input.readFixed(markerBytes).equals(marker)) {
      throw new DataError('A block of the Avro file does not end with the marker of its header.')
    }
    yield* readBlock(decoder, block, count)
  }
}

function readMetadata(input: AvroInput): Map<string, Buffer> {
  const metadata = new Map<string, Buffer>()
  for (let left = input.readBlock(2); left > 0; left = input.readBlock(2)) {
    for (; left > 0; left--) metadata.set(input.readString(), input.readBytes())
  }
  return metadata
}

function* readBlock(decoder: AvroDecoder, block: Buffer, count: number): Generator<SchemaAndValue> {
  const input = new AvroInput()
  input.open(block, 0, block.length)
  for (let index = 0; index < count; index++) {
    yield { schema: decoder.schema, value: decoder.read(input) }
  }
  input.requireEnd()
}
