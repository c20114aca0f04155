import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Compressors, RowGroup } from 'hyparquet'
import { ConnectError } from 'sluice/api'
import { codecByName, loadCodec } from 'sluice/codecs'

type Unpack = (page: Uint8Array, bytes: number) => Uint8Array

const mostPageBytes = 256 * 1024 * 1024

/** What unpacks the pages of a row group. Rejects where a codec is not here. */
export async function loadPageCodecs(group: RowGroup): Promise<Compressors> {
  const found: Compressors = {}
  for (const { meta_data: column } of group.columns) {
    const codec = column?.codec
    if (codec === undefined || codec === 'UNCOMPRESSED' || codec in found) continue
    found[codec] = bounded(await loadPageCodec(codec))
  }
  return found
}

async function loadPageCodec(codec: string): Promise<Unpack> {
  switch (codec) {
    case 'GZIP':
      return (page, bytes) => gunzipSync(page, { maxOutputLength: Math.max(1, bytes) })
    case 'BROTLI':
      return (page, bytes) => brotliDecompressSync(page, { maxOutputLength: Math.max(1, bytes) })
    case 'SNAPPY':
      return await loaded('snappy')
    case 'ZSTD':
      return await loaded('zstd')
    default:
      throw new ConnectError(
        `The pages of this Parquet file are compressed with ${codec}, which cannot be read here. Write it with SNAPPY, GZIP, ZSTD or BROTLI.`,
      )
  }
}

async function loaded(name: 'snappy' | 'zstd'): Promise<Unpack> {
  await loadCodec(name)
  const codec = codecByName(name)
  return (page) => codec.decompress(Buffer.from(page.buffer, page.byteOffset, page.length))
}

function bounded(unpack: Unpack): Unpack {
  return (page, bytes) => {
    if (bytes > mostPageBytes) throw new RangeError(`A page would become ${bytes} bytes.`)
    return unpack(page, bytes)
  }
}
