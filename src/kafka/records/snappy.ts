import { mostDecompressedBytes, tooLarge } from './most-decompressed.ts'
import type { CodecModule } from './compression.ts'

/**
 * Snappy (format_description.txt), raw or in the frames of snappy-java: eight bytes of magic, version and compatible
 * version (int32 each), then blocks with their length (int32) before them. Java writes frames and reads both.
 */

const framed = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const frameHeaderBytes = framed.length + 8
/** A copy of 3 bytes stands for at most 64. */
const MOST_RATIO = 22

/** Loads the native package; rejects where it is not installed. */
export async function loadSnappy(): Promise<CodecModule> {
  const snappy = await import('snappy')
  const toNative = { copyOutputData: true }
  // Without a type for its output it answers either.
  const decompressBlock = (block: Buffer): Buffer =>
    snappy.uncompressSync(block, { asBuffer: true, ...toNative }) as Buffer
  return {
    compress: (bytes) => snappy.compressSync(bytes, toNative),
    decompress: (bytes) => {
      const isFramed = framed.equals(bytes.subarray(0, framed.length))
      const blocks = isFramed ? blocksOf(bytes) : [bytes]
      let length = 0
      for (const block of blocks) length += lengthOf(block)
      if (length > mostDecompressedBytes()) throw tooLarge(bytes.length)
      const parts = blocks.map(decompressBlock)
      return parts.length === 1 ? (parts[0] ?? bytes) : Buffer.concat(parts, length)
    },
  }
}

function blocksOf(bytes: Buffer): Buffer[] {
  const blocks: Buffer[] = []
  for (let at = frameHeaderBytes; at < bytes.length;) {
    const length = bytes.readInt32BE(at)
    const end = at + 4 + length
    if (length < 0 || end > bytes.length) {
      throw new RangeError(`Found a block of ${length} bytes beyond the end of its snappy frame.`)
    }
    blocks.push(bytes.subarray(at + 4, end))
    at = end
  }
  return blocks
}

/** A block begins with the length of what it holds, a varint: memory is taken by what it says. Throws a RangeError. */
function lengthOf(block: Buffer): number {
  let length = 0
  for (let at = 0, shift = 1; at < 5; at++, shift *= 128) {
    const byte = block[at] ?? 0
    length += (byte & 0x7f) * shift
    if (byte < 0x80) break
  }
  if (length <= block.length * MOST_RATIO) return length
  throw new RangeError(
    `Found a snappy block of ${block.length} bytes that claims to hold ${length}.`,
  )
}
