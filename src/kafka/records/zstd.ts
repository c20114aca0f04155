import * as zlib from 'node:zlib'
import type { CodecModule } from './compression.ts'
import { isOverLimit, mostDecompressedBytes, tooLarge } from './most-decompressed.ts'
import { zstdFrames } from './zstd-frames.ts'

/** What Node has of zstd from 22.15 on, and its type declarations do not know yet. */
interface NodeZstd {
  readonly zstdCompressSync: (bytes: Buffer, options: object) => Buffer
  readonly zstdDecompressSync: (bytes: Buffer, options: object) => Buffer
  readonly constants: { readonly ZSTD_c_compressionLevel: number }
}

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
    decompress: (bytes) => {
      try {
        return zstdDecompressSync(bytes, { maxOutputLength: mostDecompressedBytes() })
      } catch (error) {
        throw isOverLimit(error) ? tooLarge(bytes.length, error) : error
      }
    },
  }
}

/** Loads the package that has zstd in WebAssembly, for a Node without. */
export async function wasmZstd(): Promise<CodecModule> {
  const wasm = await (initialized ??= initialize())
  // The package takes as much memory as a frame says it holds, and keeps it: nothing is believed that is not checked.
  const decompress = (bytes: Buffer): Buffer => {
    const frames = zstdFrames(bytes)
    let size = 0
    for (const { mostBytes } of frames) size += mostBytes
    if (size > mostDecompressedBytes()) throw tooLarge(bytes.length)
    const parts = frames.map(({ start, end, mostBytes }) =>
      asBuffer(wasm.decompress(bytes.subarray(start, end), { defaultHeapSize: mostBytes })),
    )
    return parts.length === 1 ? (parts[0] ?? bytes) : Buffer.concat(parts)
  }
  return { compress: (bytes, level) => asBuffer(wasm.compress(bytes, level)), decompress }
}

/** Once a thread: a second time the package forgets how to grow, and refuses whatever is large. */
let initialized: ReturnType<typeof initialize> | null = null

async function initialize() {
  const wasm = await import('@bokuweb/zstd-wasm')
  await wasm.init()
  return wasm
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}
