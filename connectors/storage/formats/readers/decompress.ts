import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DataError, asError } from 'sluice/api'
import { codecByName, loadCodec } from 'sluice/codecs'
import type { FileCompression } from '../compression.ts'
import { PendingBytes } from './pending-bytes.ts'
import { zstdFrameBytes } from './zstd-frame.ts'

/** Most bytes that a block or frame takes: what is packed at once is unpacked at once. */
const mostPackedBytes = 128 * 1024 * 1024
const outputBytes = 256 * 1024

/** What the chunks of a compressed file hold. Rejects with a DataError where they are damaged or cut off. */
export function decompressed(
  chunks: AsyncIterable<Buffer>,
  compression: FileCompression,
): AsyncIterable<Buffer> {
  switch (compression) {
    case 'none':
      return chunks
    case 'gzip':
      return gunzipped(chunks)
    case 'snappy':
      return unsnapped(chunks)
    case 'zstd':
      return unzstd(chunks)
  }
}

/** Members of gzip behind each other are one file (RFC 1952). */
async function* gunzipped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const faults: Error[] = []
  const watched = async function* (): AsyncGenerator<Buffer, void, undefined> {
    try {
      yield* chunks
    } catch (error) {
      faults.push(asError(error))
      throw error
    }
  }
  const gunzip = createGunzip({ chunkSize: outputBytes })
  const source = Readable.from(watched())
  pipeline(source, gunzip, () => {
    // The error is that of the loop below.
  })
  try {
    for await (const chunk of gunzip) yield chunk as Buffer
  } catch (error) {
    const [fault] = faults
    if (fault !== undefined) throw fault
    throw new DataError(`The gzip stream is damaged or cut off (${asError(error).message}).`, {
      cause: error,
    })
  } finally {
    gunzip.destroy()
    source.destroy()
  }
}

const snappyHeaderBytes = 16
const snappyMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])

/** The stream of snappy-java: magic and two versions, then blocks with their length before them. */
async function* unsnapped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  await loadCodec('snappy')
  const codec = codecByName('snappy')
  const pending = new PendingBytes(chunks)
  try {
    const header = await pending.take(snappyHeaderBytes)
    if (!header.subarray(0, snappyMagic.length).equals(snappyMagic)) {
      throw new DataError('These bytes are no stream of snappy-java.')
    }
    while (await pending.holds(1)) {
      const length = (await pending.take(4)).readInt32BE(0)
      // Streams that were put behind each other: the header comes again, and begins with a negative number.
      if (length === snappyMagic.readInt32BE(0)) {
        await pending.take(snappyHeaderBytes - 4)
        continue
      }
      if (length < 0 || length > mostPackedBytes) {
        throw new DataError(`A snappy block of ${length} bytes is damaged.`)
      }
      yield codec.decompress(await pending.take(length))
    }
  } finally {
    await pending.close()
  }
}

async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  await loadCodec('zstd')
  const codec = codecByName('zstd')
  const pending = new PendingBytes(chunks)
  try {
    while (await pending.holds(1)) {
      const frame = await zstdFrameBytes(pending, mostPackedBytes)
      const bytes = await pending.take(frame.bytes)
      if (!frame.skippable) yield codec.decompress(bytes)
    }
  } finally {
    await pending.close()
  }
}

/** By the first bytes of a file, for where neither configuration nor name says how it is compressed. */
export function compressionOf(head: Buffer): FileCompression {
  if (head.length >= 2 && head.readUInt16BE(0) === 0x1f8b) return 'gzip'
  if (head.subarray(0, snappyMagic.length).equals(snappyMagic)) return 'snappy'
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  return 'none'
}
