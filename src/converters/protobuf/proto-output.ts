import type { Int64 } from '../../api/index.ts'
import { ByteBlock } from '../byte-block.ts'

const twoTo32 = 2 ** 32

/** Writes Protobuf's binary encoding. */
export class ProtoOutput extends ByteBlock {
  protected readonly lengthShift = 0

  /** Hot. A varint of 32 bits without a sign. */
  writeUint32(value: number): void {
    this.reserve(5)
    const bytes = this.bytes
    let at = this.at
    let rest = value >>> 0
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.at = at
  }

  /** A varint of an int32; ten bytes where it is negative. */
  writeInt32(value: number): void {
    if (value >= 0) this.writeUint32(value)
    else this.#writeHalves(value, -1)
  }

  writeSint32(value: number): void {
    this.writeUint32((value << 1) ^ (value >> 31))
  }

  /** Hot. A varint of 64 bits in two's complement. */
  writeInt64(value: Int64): void {
    if (typeof value === 'number' && value >= 0 && value < twoTo32) this.writeUint32(value)
    else this.#writeHalves(lowOf(value), highOf(value))
  }

  writeSint64(value: Int64): void {
    const low = lowOf(value)
    const high = highOf(value)
    const sign = high >> 31
    this.#writeHalves((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign)
  }

  writeFixed32(value: number): void {
    this.reserve(4)
    this.at = this.bytes.writeInt32LE(value | 0, this.at)
  }

  writeFixed64(value: Int64): void {
    this.reserve(8)
    const at = this.bytes.writeInt32LE(lowOf(value), this.at)
    this.at = this.bytes.writeInt32LE(highOf(value), at)
  }

  /** Leaves room for the length of what follows; returns where, for {@link endLength}. */
  beginLength(): number {
    this.reserve(1)
    const place = this.written
    this.at++
    return place
  }

  /** Hot. Writes the length of all that follows `place`, which moves where that takes more than a byte. */
  endLength(place: number): void {
    const size = this.written - place - 1
    if (size < 0x80) {
      this.bytes[this.placeOf(place)] = size
      return
    }
    const more = size < 0x4000 ? 1 : size < 0x200000 ? 2 : size < 0x10000000 ? 3 : 4
    this.reserve(more)
    const start = this.placeOf(place)
    const end = this.at + more
    this.bytes.copyWithin(start + 1 + more, start + 1, this.at)
    this.at = start
    this.writeUint32(size)
    this.at = end
  }

  protected writeLength(length: number): void {
    this.writeUint32(length)
  }

  #writeHalves(low: number, high: number): void {
    this.reserve(10)
    const bytes = this.bytes
    let at = this.at
    let lower = low >>> 0
    let upper = high >>> 0
    while (upper > 0 || lower > 0x7f) {
      bytes[at++] = (lower & 0x7f) | 0x80
      lower = ((lower >>> 7) | (upper << 25)) >>> 0
      upper >>>= 7
    }
    bytes[at++] = lower
    this.at = at
  }
}

/** The halves of an int64, as signed integers. */
function lowOf(value: Int64): number {
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value))
  // The remainder of a negative number is one, too: two's complement makes it right.
  return (value % twoTo32) | 0
}

function highOf(value: Int64): number {
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value >> 32n))
  return Math.floor(value / twoTo32) | 0
}
