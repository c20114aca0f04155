import { brotliCompressSync, gzipSync } from 'node:zlib'
import { ConfigError } from 'sluice/api'
import { codecByName, loadCodec } from 'sluice/codecs'
import type { CompressionCodec } from 'hyparquet'

/** How the pages of a Parquet file are compressed. */
export interface ParquetCodec {
  readonly name: CompressionCodec
  /** Before `.parquet`, as Java's writer has it. */
  readonly extension: string
  readonly compress: ((page: Uint8Array) => Uint8Array) | null
}

/** The codec of `parquet.codec`. Rejects with a ConfigError where there is none. */
export async function loadParquetCodec(name: string): Promise<ParquetCodec> {
  switch (name) {
    case 'none':
      return { name: 'UNCOMPRESSED', extension: '', compress: null }
    case 'gzip':
      return { name: 'GZIP', extension: '.gz', compress: (page) => gzipSync(page) }
    case 'brotli':
      return { name: 'BROTLI', extension: '.br', compress: (page) => brotliCompressSync(page) }
    case 'snappy': {
      const compress = await loaded('snappy')
      return { name: 'SNAPPY', extension: '.snappy', compress }
    }
    case 'zstd': {
      const compress = await loaded('zstd')
      return { name: 'ZSTD', extension: '.zstd', compress }
    }
    default:
      throw new ConfigError(
        `Invalid value ${name} for configuration parquet.codec: this codec is not here. Use none, snappy, gzip, zstd or brotli.`,
      )
  }
}

async function loaded(name: 'snappy' | 'zstd'): Promise<(page: Uint8Array) => Uint8Array> {
  await loadCodec(name)
  const codec = codecByName(name)
  return ({ buffer, byteOffset, length }) => codec.compress(Buffer.from(buffer, byteOffset, length))
}
