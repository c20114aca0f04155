import { gunzipSync, gzipSync } from 'node:zlib'
import { UnsupportedCompressionError } from './errors.ts'
import { compressLz4, decompressLz4 } from './lz4-frame.ts'
import { isOverLimit, mostDecompressedBytes, tooLarge } from './most-decompressed.ts'
import { loadSnappy } from './snappy.ts'
import { loadZstd } from './zstd.ts'

/** One codec of record batches. Works on the records section of a batch, at once. */
export interface CompressionCodec {
  /** The lowest three bits of a batch's attributes. */
  readonly id: number
  /** As written in `compression.type`. */
  readonly name: CodecName
  compress(bytes: Buffer): Buffer
  decompress(bytes: Buffer): Buffer
}

/** How a codec's work is done, at any level that it has. */
export interface CodecModule {
  compress(bytes: Buffer, level: number): Buffer
  decompress(bytes: Buffer): Buffer
}

/** org.apache.kafka.common.record.CompressionType, less `none`, in the order of their ids from 1 on. */
export const codecNames = ['gzip', 'snappy', 'lz4', 'zstd'] as const
export type CodecName = (typeof codecNames)[number]

/** Level where `compression.<name>.level` says nothing, as in Java. Snappy has none, and our LZ4 is always the fast one. */
const defaultLevels: Record<CodecName, number> = { gzip: -1, snappy: 0, lz4: 9, zstd: 3 }

const gzip: CodecModule = {
  compress: (bytes, level) => gzipSync(bytes, { level }),
  decompress: (bytes) => {
    try {
      return gunzipSync(bytes, { maxOutputLength: mostDecompressedBytes() })
    } catch (error) {
      throw isOverLimit(error) ? tooLarge(bytes.length, error) : error
    }
  },
}

/** What can be used at once. The others are loaded when they are first met. */
const loaded = new Map<CodecName, CodecModule>([
  ['gzip', gzip],
  ['lz4', { compress: compressLz4, decompress: decompressLz4 }],
])

/** What has to be loaded, and the package to install where it cannot be. */
const loaders: Partial<Record<CodecName, readonly [() => Promise<CodecModule>, string]>> = {
  snappy: [loadSnappy, 'snappy'],
  zstd: [loadZstd, '@bokuweb/zstd-wasm'],
}

/**
 * The codec that a batch's attributes name. Throws an {@link UnsupportedCompressionError} where there is none, or it was
 * not loaded: see {@link loadCodec}.
 */
export function codecById(id: number): CompressionCodec {
  const name = codecNames[id - 1]
  if (name === undefined) {
    const known = codecNames.map((each, at) => `${at + 1} (${each})`).join(', ')
    throw new UnsupportedCompressionError(
      `Found compression ${id} in a record batch, expected one of ${known}. A newer client wrote it; this one cannot read it.`,
    )
  }
  return codecByName(name)
}

/** The codec of `compression.type`, compressing at `level`. Throws an {@link UnsupportedCompressionError} like {@link codecById}. */
export function codecByName(name: CodecName, level = defaultLevels[name]): CompressionCodec {
  const module = loaded.get(name)
  if (module === undefined) {
    throw new UnsupportedCompressionError(`The codec ${name} was used before it was loaded.`)
  }
  const id = codecNames.indexOf(name) + 1
  return {
    id,
    name,
    compress: (bytes) => module.compress(bytes, level),
    decompress: (bytes) => module.decompress(bytes),
  }
}

/** Whether batches with this codec in their attributes can be read now, or will never be. */
export function isCodecReady(id: number): boolean {
  const name = codecNames[id - 1]
  return name === undefined || loaded.has(name)
}

/**
 * Makes sure that a codec can be used in this thread. Rejects with an {@link UnsupportedCompressionError} that names the
 * package to install where it is missing.
 */
export async function loadCodec(name: CodecName): Promise<void> {
  const loader = loaders[name]
  if (loaded.has(name) || loader === undefined) return
  const [load, packageName] = loader
  try {
    loaded.set(name, await load())
  } catch (cause) {
    throw new UnsupportedCompressionError(
      `Compression ${name} needs the package ${packageName}, which could not be loaded here. Run "npm install ${packageName}" where Sluice is installed, or use gzip or lz4.`,
      { cause },
    )
  }
}

/** Like {@link loadCodec}, by a batch's attributes. */
export async function loadCodecById(id: number): Promise<void> {
  const name = codecNames[id - 1]
  if (name !== undefined) await loadCodec(name)
}
