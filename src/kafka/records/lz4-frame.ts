import { compressBlock, decompressBlock, lz4Bound } from './lz4-block.ts'
import { mostDecompressedBytes, tooLarge } from './most-decompressed.ts'

/**
 * LZ4 frames (lz4_Frame_format.md), as Kafka's clients write and read them since KIP-57: blocks of 64 KiB, independent
 * of each other, without checksums of their own, as the batch has one.
 *
 *     magic (4)  flags (1)  block size (1)  [content size (8)]  [dictionary (4)]  header checksum (1)
 *     { length and whether it is stored as it is (4)  block  [checksum (4)] }*  0 (4)  [checksum (4)]
 */

const MAGIC = 0x184d2204
const BLOCK_BYTES = 64 * 1024
const STORED = 0x80000000
/** A byte of length stands for at most 255. */
const MOST_RATIO = 256
const flag = { version: 0x40, independent: 0x20, blockSum: 0x10, size: 0x08, sum: 0x04, dict: 1 }
const versionMask = 0xc0
/** Block sizes by the number that stands for them. */
const blockSizes: Readonly<Record<number, number>> = {
  4: BLOCK_BYTES,
  5: 256 * 1024,
  6: 1024 * 1024,
  7: 4 * 1024 * 1024,
}

const header = writeHeader()

export function compressLz4(bytes: Buffer): Buffer {
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES)
  const target = Buffer.allocUnsafeSlow(header.length + blocks * (4 + lz4Bound(BLOCK_BYTES)) + 4)
  header.copy(target)
  let at = header.length
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const end = Math.min(start + BLOCK_BYTES, bytes.length)
    const blockEnd = compressBlock(bytes, [start, end], target, at + 4)
    const length = blockEnd - at - 4
    if (length < end - start) {
      target.writeUInt32LE(length, at)
      at = blockEnd
    } else {
      target.writeUInt32LE(end - start + STORED, at)
      at += 4 + bytes.copy(target, at + 4, start, end)
    }
  }
  target.writeUInt32LE(0, at)
  return target.subarray(0, at + 4)
}

/** Throws a RangeError where `bytes` are no frame, and a BatchTooLargeError where they become more than there is room for. */
export function decompressLz4(bytes: Buffer): Buffer {
  const { blockBytes, blockSum, firstBlock } = readHeader(bytes)
  let target: Buffer = Buffer.allocUnsafeSlow(Math.min(bytes.length * 3, mostDecompressedBytes()))
  let out = 0
  let at = firstBlock
  for (;;) {
    const word = bytes.readUInt32LE(at)
    if (word === 0) return target.subarray(0, out)
    const length = word & 0x7fffffff
    const [start, end] = [at + 4, at + 4 + length]
    if (length > blockBytes || end > bytes.length) throw noFrame('a block beyond its end')
    const room = out + (word >= STORED ? length : Math.min(blockBytes, length * MOST_RATIO))
    if (room > mostDecompressedBytes()) throw tooLarge(bytes.length)
    if (room > target.length) target = grown(target, out, room)
    if (word >= STORED) out += bytes.copy(target, out, start, end)
    else out = decompressBlock(bytes, [start, end], target, out)
    at = blockSum ? end + 4 : end
  }
}

function grown(target: Buffer, used: number, room: number): Buffer {
  const larger = Math.min(target.length * 2, mostDecompressedBytes())
  const next = Buffer.allocUnsafeSlow(Math.max(room, larger))
  target.copy(next, 0, 0, used)
  return next
}

function writeHeader(): Buffer {
  const bytes = Buffer.alloc(7)
  bytes.writeUInt32LE(MAGIC)
  bytes[4] = flag.version | flag.independent
  bytes[5] = 4 << 4
  bytes[6] = checksum(bytes.subarray(4, 6))
  return bytes
}

interface FrameHeader {
  readonly blockBytes: number
  readonly blockSum: boolean
  readonly firstBlock: number
}

function readHeader(bytes: Buffer): FrameHeader {
  if (bytes.length < 11 || bytes.readUInt32LE(0) !== MAGIC) throw noFrame('another beginning')
  const flags = bytes.readUInt8(4)
  const blockBytes = blockSizes[bytes.readUInt8(5) >> 4]
  if ((flags & versionMask) !== flag.version) throw noFrame('another version than 1')
  if (blockBytes === undefined) throw noFrame('an unknown block size')
  const end = 6 + ((flags & flag.size) === 0 ? 0 : 8) + ((flags & flag.dict) === 0 ? 0 : 4)
  if (bytes.readUInt8(end) !== checksum(bytes.subarray(4, end))) {
    throw noFrame('a damaged header')
  }
  return { blockBytes, blockSum: (flags & flag.blockSum) !== 0, firstBlock: end + 1 }
}

/** The second byte of the XXH32, seed 0, of fewer than 16 bytes: all that a frame's header needs. */
function checksum(bytes: Buffer): number {
  const prime = [2654435761, 2246822519, 3266489917, 668265263, 374761393] as const
  let hash = (prime[4] + bytes.length) | 0
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (hash + Math.imul(bytes.readInt32LE(at), prime[2])) | 0
    hash = Math.imul((hash << 17) | (hash >>> 15), prime[3])
  }
  for (; at < bytes.length; at++) {
    hash = (hash + Math.imul(bytes.readUInt8(at), prime[4])) | 0
    hash = Math.imul((hash << 11) | (hash >>> 21), prime[0])
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime[1])
  hash = Math.imul(hash ^ (hash >>> 13), prime[2])
  hash ^= hash >>> 16
  return (hash >>> 8) & 0xff
}

function noFrame(found: string): RangeError {
  return new RangeError(`Found ${found}, expected an LZ4 frame.`)
}
