import * as zlib from 'node:zlib'
import type { CodecModule } from './compression.ts'
import { MOST_DECOMPRESSED_BYTES } from './most-decompressed.ts'

/** What Node has of zstd from 22.15 on, and its type declarations do not know yet. */
interface NodeZstd {
  readonly zstdCompressSync: (bytes: Buffer, options: object) => Buffer
  readonly zstdDecompressSync: (bytes: Buffer, options: object) => Buffer
  readonly constants: { readonly ZSTD_c_compressionLevel: number }
}

/** From the zstd format (RFC 8878, 3.1.1). */
const MAGIC = 0xfd2fb528
const sizeBytes = [0, 2, 4, 8] as const
const dictionaryBytes = [0, 1, 2, 4] as const
/** Java writes frames that do not say how much they hold: this much is tried first. */
const FIRST_TRY_BYTES = 1024 * 1024

/** Node's own where it has it, else the package in WebAssembly; rejects where that is not installed. */
export async function loadZstd(): Promise<CodecModule> {
  return isNodeZstd(zlib) ? nodeZstd(zlib) : await wasmZstd()
}

function isNodeZstd(module: object): module is NodeZstd {
  return 'zstdCompressSync' in module && 'zstdDecompressSync' in module
}

function nodeZstd({ zstdCompressSync, zstdDecompressSync, constants }: NodeZstd): CodecModule {
  return {
    compress: (bytes, level) =>
      zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
    decompress: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: MOST_DECOMPRESSED_BYTES }),
  }
}

/** Loads the package that has zstd in WebAssembly, for a Node without. */
export async function wasmZstd(): Promise<CodecModule> {
  const wasm = await import('@bokuweb/zstd-wasm')
  await wasm.init()
  const decompress = (bytes: Buffer): Buffer => {
    const size = contentSize(bytes)
    if (size !== null) return asBuffer(wasm.decompress(bytes))
    for (let room = FIRST_TRY_BYTES; ; room *= 2) {
      try {
        return asBuffer(wasm.decompress(bytes, { defaultHeapSize: room }))
      } catch (error) {
        // Too little room and damaged bytes look alike.
        if (room * 2 > MOST_DECOMPRESSED_BYTES) throw error
      }
    }
  }
  return { compress: (bytes, level) => asBuffer(wasm.compress(bytes, level)), decompress }
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}

/**
 * How much the frame says that it holds; null where it does not say. Checked here because the package takes so much
 * memory unseen. Throws a RangeError.
 */
function contentSize(frame: Buffer): number | null {
  if (frame.length < 6 || frame.readUInt32LE(0) !== MAGIC) {
    throw new RangeError('Found another beginning, expected a zstd frame.')
  }
  const descriptor = frame.readUInt8(4)
  const single = (descriptor & 0x20) !== 0
  const at = 5 + (single ? 0 : 1) + (dictionaryBytes[descriptor & 3] ?? 0)
  const width = sizeBytes[descriptor >> 6] ?? 0
  const size = readSize(frame, at, width, single)
  if (size !== null && size > MOST_DECOMPRESSED_BYTES) {
    throw new RangeError(`Found a zstd frame of ${frame.length} bytes that claims to hold ${size}.`)
  }
  return size
}

function readSize(frame: Buffer, at: number, width: number, single: boolean): number | null {
  if (at + Math.max(width, 1) > frame.length) throw new RangeError('Found half a zstd frame.')
  if (width === 8) return Number(frame.readBigUInt64LE(at))
  if (width === 4) return frame.readUInt32LE(at)
  if (width === 2) return frame.readUInt16LE(at) + 256
  return single ? frame.readUInt8(at) : null
}
