import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { ConfigError, DataError } from 'sluice/api'
import { codecByName, loadCodec } from 'sluice/codecs'
import { bzip2Compress } from '../bzip2/compress.ts'
import { bzip2Decompress } from '../bzip2/decompress.ts'

/** How the blocks of an Avro file are compressed. */
export interface AvroCodec {
  /** As `avro.codec` in the file's header. */
  readonly name: string
  compress(block: Buffer): Buffer
  decompress(block: Buffer): Buffer
}

const identity = (block: Buffer): Buffer => block

const deflate: AvroCodec = {
  name: 'deflate',
  compress: (block) => deflateRawSync(block),
  decompress: (block) => inflateRawSync(block),
}

/** The codec of this name, ready to be used. Rejects with a ConfigError where there is none, or its package is missing. */
export async function loadAvroCodec(name: string): Promise<AvroCodec> {
  switch (name) {
    case 'null':
      return { name, compress: identity, decompress: identity }
    case 'deflate':
      return deflate
    case 'snappy':
      await loadCodec('snappy')
      return { name, compress: compressSnappy, decompress: decompressSnappy }
    case 'bzip2':
      return { name, compress: bzip2Compress, decompress: bzip2Decompress }
    case 'zstandard': {
      await loadCodec('zstd')
      const codec = codecByName('zstd')
      return {
        name,
        compress: (block) => codec.compress(block),
        decompress: (block) => codec.decompress(block),
      }
    }
    default:
      throw new ConfigError(
        `Invalid value ${name} for configuration avro.codec: this codec is not here. Use null, deflate, snappy, bzip2 or zstandard.`,
      )
  }
}

/** A raw block of Snappy, then the CRC-32 of what it holds, big-endian (Avro specification, Required Codecs). */
function compressSnappy(block: Buffer): Buffer {
  const packed = codecByName('snappy').compress(block)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(block))
  return Buffer.concat([packed, checksum])
}

function decompressSnappy(bytes: Buffer): Buffer {
  if (bytes.length < 4) throw new DataError('A snappy block of the Avro file is cut off.')
  const block = codecByName('snappy').decompress(bytes.subarray(0, -4))
  if (crc32(block) !== bytes.readUInt32BE(bytes.length - 4)) {
    throw new DataError('The checksum of a snappy block of the Avro file does not match.')
  }
  return block
}
