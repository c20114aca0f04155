import { DataError } from '../../api/index.ts'
import type { Int64 } from '../../api/index.ts'

/** A block from which many small results are cut. */
const blockBytes = 64 * 1024
/** Below this length, a loop over the characters is faster than a call into native code. */
const loopLength = 32
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Writes Avro's binary encoding. What {@link finish} returns is its caller's to keep: no byte of it is written again. */
export class AvroOutput {
  #bytes: Buffer = Buffer.allocUnsafeSlow(blockBytes)
  #start = 0
  #at = 0

  /** Forgets what was begun and not finished. */
  begin(): void {
    this.#at = this.#start
  }

  /** What was written since {@link begin}. */
  finish(): Buffer {
    const result = this.#bytes.subarray(this.#start, this.#at)
    this.#start = this.#at
    return result
  }

  writeByte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  /** Hot. A zigzag varint of a 32-bit integer. */
  writeInt(value: number): void {
    this.#reserve(5)
    const bytes = this.#bytes
    let at = this.#at
    let rest = ((value << 1) ^ (value >> 31)) >>> 0
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    bytes[at++] = rest
    this.#at = at
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
    this.#reserve(10)
    const bytes = this.#bytes
    let at = this.#at
    // Adding and dividing stay exact below 2^53.
    let rest = value < 0 ? -value * 2 - 1 : value * 2
    while (rest > 0x7f) {
      bytes[at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    bytes[at++] = rest
    this.#at = at
  }

  writeFloat(value: number): void {
    this.#reserve(4)
    this.#at = this.#bytes.writeFloatLE(value, this.#at)
  }

  writeDouble(value: number): void {
    this.#reserve(8)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  /** Hot. The length in bytes, then the text in UTF-8. A DataError for a surrogate without its other half. */
  writeString(text: string): void {
    const { length } = text
    if (length < loopLength) {
      this.#reserve(length + 1)
      const bytes = this.#bytes
      const start = this.#at + 1
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code > 0x7f) break
        bytes[start + i] = code
      }
      if (i === length) {
        bytes[this.#at] = length << 1
        this.#at = start + length
        return
      }
    }
    this.#writeLongString(text)
  }

  /** The length, then the bytes. */
  writeBytes(value: Uint8Array): void {
    this.writeInt(value.length)
    this.writeRaw(value)
  }

  writeRaw(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  #writeLongString(text: string): void {
    const size = Buffer.byteLength(text)
    if (size !== text.length && loneSurrogate.test(text)) {
      throw new DataError(
        'Invalid string: it holds a surrogate without its other half, which UTF-8 cannot hold.',
      )
    }
    this.writeInt(size)
    this.#reserve(size)
    this.#at += this.#bytes.utf8Write(text, this.#at, size)
  }

  #writeBigInt(value: bigint): void {
    this.#reserve(10)
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    while (rest > 0x7fn) {
      this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.#bytes[this.#at++] = Number(rest)
  }

  /** Makes room; what was begun moves where the block is full. */
  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    const begun = this.#bytes.subarray(this.#start, this.#at)
    const needed = begun.length + size
    const next = Buffer.allocUnsafeSlow(needed * 2 > blockBytes ? needed * 2 : blockBytes)
    next.set(begun)
    this.#bytes = next
    this.#start = 0
    this.#at = begun.length
  }
}
