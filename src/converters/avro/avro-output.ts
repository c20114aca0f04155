import type { Int64 } from '../../api/index.ts'
import { ByteBlock } from '../byte-block.ts'

/** Writes Avro's binary encoding. */
export class AvroOutput extends ByteBlock {
  // Lengths are zigzag varints.
  protected readonly lengthShift = 1

  /** Hot. A zigzag varint of a 32-bit integer. */
  writeInt(value: number): void {
    this.reserve(5)
    const bytes = this.bytes
    let at = this.at
    let rest = ((value << 1) ^ (value >> 31)) >>> 0
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.at = at
  }

  /** Hot. A zigzag varint of a 64-bit integer. */
  writeLong(value: Int64): void {
    if (typeof value === 'bigint' || value > 2 ** 51 || value < -(2 ** 51)) {
      this.#writeBigInt(BigInt(value))
      return
    }
    if ((value | 0) === value) {
      this.writeInt(value)
      return
    }
    this.reserve(10)
    const bytes = this.bytes
    let at = this.at
    // Adding and dividing stay exact below 2^53.
    let rest = value < 0 ? -value * 2 - 1 : value * 2
    while (rest > 0x7f) {
      bytes[at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    bytes[at++] = rest
    this.at = at
  }

  protected writeLength(length: number): void {
    this.writeInt(length)
  }

  #writeBigInt(value: bigint): void {
    this.reserve(10)
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    while (rest > 0x7fn) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.bytes[this.at++] = Number(rest)
  }
}
