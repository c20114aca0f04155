/**
 * Zstandard frames (RFC 8878, 3.1.1), walked without being decompressed:
 *
 *     magic (4)  descriptor (1)  [window (1)]  [dictionary (0, 1, 2, 4)]  [content size (0, 1, 2, 4, 8)]
 *     { last (1 bit)  type (2 bits)  size (21 bits)  block }*  [checksum (4)]
 *
 * A block is at most 128 KiB when decompressed, so their number limits what a frame can hold, whatever it says.
 */

const MAGIC = 0xfd2fb528
/** Sixteen magic numbers begin what may be skipped. */
const SKIPPABLE = 0x184d2a50
const BLOCK_BYTES = 128 * 1024
const sizeBytes = [0, 2, 4, 8] as const
const dictionaryBytes = [0, 1, 2, 4] as const
const blockType = { raw: 0, repeated: 1, compressed: 2 }

export interface ZstdFrame {
  readonly start: number
  readonly end: number
  /** As many bytes as it says that it holds, or could hold where it does not say. */
  readonly mostBytes: number
}

/** The frames that `bytes` consist of. Throws a RangeError where they are none, or say they hold more than they can. */
export function zstdFrames(bytes: Buffer): ZstdFrame[] {
  const frames: ZstdFrame[] = []
  for (let at = 0; at < bytes.length;) {
    const magic = bytes.readUInt32LE(at)
    if (magic >>> 4 === SKIPPABLE >>> 4) {
      at += 8 + bytes.readUInt32LE(at + 4)
      continue
    }
    if (magic !== MAGIC) throw new RangeError('Found another beginning, expected a zstd frame.')
    const frame = frameAt(bytes, at)
    frames.push(frame)
    at = frame.end
  }
  if (frames.length === 0) throw new RangeError('Found no zstd frame.')
  return frames
}

function frameAt(bytes: Buffer, start: number): ZstdFrame {
  const descriptor = bytes.readUInt8(start + 4)
  const single = (descriptor & 0x20) !== 0
  const sizeAt = start + 5 + (single ? 0 : 1) + (dictionaryBytes[descriptor & 3] ?? 0)
  const width = sizeBytes[descriptor >> 6] ?? 0
  const said = readSize(bytes, sizeAt, width, single)
  let at = sizeAt + (width === 0 && single ? 1 : width)
  let possible = 0
  for (let last = false; !last;) {
    const header = bytes.readUIntLE(at, 3)
    last = (header & 1) === 1
    const type = (header >> 1) & 3
    const size = header >> 3
    if (type > blockType.compressed) throw new RangeError('Found a zstd block of no known type.')
    possible += type === blockType.compressed ? BLOCK_BYTES : Math.min(size, BLOCK_BYTES)
    at += 3 + (type === blockType.repeated ? 1 : size)
  }
  const end = at + ((descriptor & 4) === 0 ? 0 : 4)
  if (end > bytes.length) throw new RangeError('Found half a zstd frame.')
  if (said !== null && said > possible) {
    throw new RangeError(`Found a zstd frame of ${end - start} bytes that claims to hold ${said}.`)
  }
  return { start, end, mostBytes: said ?? possible }
}

/** Null where the frame does not say how much it holds: Java's do not. */
function readSize(bytes: Buffer, at: number, width: number, single: boolean): number | null {
  if (width === 8) return Number(bytes.readBigUInt64LE(at))
  if (width === 4) return bytes.readUInt32LE(at)
  if (width === 2) return bytes.readUInt16LE(at) + 256
  return single ? bytes.readUInt8(at) : null
}
