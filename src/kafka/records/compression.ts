import { gunzipSync, gzipSync } from 'node:zlib'
import { UnsupportedCompressionError } from './errors.ts'

/** One codec of record batches. Works on the records section of a batch, at once. */
export interface CompressionCodec {
  /** The lowest three bits of a batch's attributes. */
  readonly id: number
  /** As written in `compression.type`. */
  readonly name: string
  compress(bytes: Buffer): Buffer
  decompress(bytes: Buffer): Buffer
}

/** Names of the codecs by id, all of org.apache.kafka.common.record.CompressionType. */
const names = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
/** A batch that claims to be larger is no batch: a broker takes at most `message.max.bytes` compressed. */
const MOST_DECOMPRESSED_BYTES = 0x3fff_ffff

const gzip: CompressionCodec = {
  id: 1,
  name: 'gzip',
  compress: (bytes) => gzipSync(bytes),
  decompress: (bytes) => gunzipSync(bytes, { maxOutputLength: MOST_DECOMPRESSED_BYTES }),
}

/** The codecs there are. One more is one more entry. */
const codecs: readonly CompressionCodec[] = [gzip]

/** The codec that a batch's attributes name; throws an {@link UnsupportedCompressionError} where it is not there. */
export function codecById(id: number): CompressionCodec {
  const codec = codecs.find((each) => each.id === id)
  if (codec) return codec
  throw unsupported(names[id] ?? `number ${id}`)
}

/** The codec of `compression.type`; null for `none`. */
export function codecByName(name: string): CompressionCodec | null {
  if (name === 'none') return null
  const codec = codecs.find((each) => each.name === name)
  if (codec) return codec
  throw unsupported(name)
}

function unsupported(name: string): UnsupportedCompressionError {
  const known = ['none', ...codecs.map((codec) => codec.name)].join(', ')
  return new UnsupportedCompressionError(
    `Compression ${name} is not supported yet; supported are: ${known}. Set compression.type of the producer or the topic to one of these.`,
  )
}
