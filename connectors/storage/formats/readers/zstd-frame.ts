import { DataError } from 'sluice/api'
import type { PendingBytes } from './pending-bytes.ts'

const magic = 0xfd2fb528
/** Those of skippable frames, less their last four bits. */
const skippableMagic = 0x184d2a50
const dictionaryIdBytes = [0, 1, 2, 4] as const
const contentSizeBytes = [0, 2, 4, 8] as const

/** How many bytes the next frame takes, found by the headers of its blocks (RFC 8878, 3.1). A DataError where it is none, or beyond `most`. */
export async function zstdFrameBytes(
  pending: PendingBytes,
  most: number,
): Promise<{ readonly bytes: number; readonly skippable: boolean }> {
  const head = await have(pending, 8)
  const found = head.readUInt32LE(0)
  if ((found & 0xfffffff0) >>> 0 === skippableMagic) {
    return { bytes: limited(8 + head.readUInt32LE(4), most), skippable: true }
  }
  if (found !== magic) throw new DataError('These bytes are no frame of zstd.')
  const descriptor = head.readUInt8(4)
  const single = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const sizeBytes = sizeFlag === 0 && single ? 1 : (contentSizeBytes[sizeFlag] ?? 0)
  let at = 5 + (single ? 0 : 1) + (dictionaryIdBytes[descriptor & 3] ?? 0) + sizeBytes
  for (;;) {
    const block = (await have(pending, limited(at + 3, most))).readUIntLE(at, 3)
    const size = block >> 3
    // A block of one byte repeated has that byte alone.
    at += 3 + (((block >> 1) & 3) === 1 ? 1 : size)
    if ((block & 1) === 1) break
  }
  return { bytes: limited(at + ((descriptor & 4) === 0 ? 0 : 4), most), skippable: false }
}

function limited(bytes: number, most: number): number {
  if (bytes <= most) return bytes
  throw new DataError(`A frame of zstd takes more than ${most} bytes.`)
}

async function have(pending: PendingBytes, count: number): Promise<Buffer> {
  if (await pending.holds(count)) return pending.held
  throw new DataError('The file is cut off.')
}
