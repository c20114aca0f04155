import { normalizeInt64 } from '../../util/int64.ts'
import type { Int64 } from '../../util/int64.ts'
import { WireError } from './wire-error.ts'

const TWO_32 = 4294967296

/**
 * Reads the primitive types of the Kafka protocol (big-endian) from `buffer`, from `position` up to `limit`.
 * Never reads past the limit: a length or count that cannot be true is a {@link WireError}.
 */
export class ByteReader {
  readonly buffer: Buffer
  position: number
  readonly limit: number
  /** Whether the message is of a flexible version (KIP-482): compact lengths and tagged fields. */
  flexible = false

  constructor(buffer: Buffer, position = 0, limit = buffer.length) {
    this.buffer = buffer
    this.position = position
    this.limit = limit
  }

  get remaining(): number {
    return this.limit - this.position
  }

  int8(): number {
    return this.buffer.readInt8(this.#take(1))
  }

  int16(): number {
    return this.buffer.readInt16BE(this.#take(2))
  }

  int32(): number {
    return this.buffer.readInt32BE(this.#take(4))
  }

  /** A number where it is a safe integer, else a bigint. */
  int64(): Int64 {
    return normalizeInt64(this.buffer.readBigInt64BE(this.#take(8)))
  }

  /** An int64 that must be a safe integer: offsets and times. */
  safeInt64(): number {
    const at = this.#take(8)
    const value = this.buffer.readInt32BE(at) * TWO_32 + this.buffer.readUInt32BE(at + 4)
    if (!Number.isSafeInteger(value)) {
      throw new WireError(
        `Expected an offset or a time below 2^53 at byte ${at}, found ${this.buffer.readBigInt64BE(at)}.`,
      )
    }
    return value
  }

  /** An unsigned varint of at most 32 bits. */
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer.readUInt8(this.#take(1))
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new WireError(`Expected a varint of at most five bytes before byte ${this.position}.`)
  }

  /**
   * The length in bytes, or the count of elements, that stands before a string (two bytes), bytes or an array
   * (four bytes); compact in flexible versions. -1 for null. What follows takes at least a byte an element, so
   * a count above what remains is refused at once.
   */
  length(fixedBytes: 2 | 4): number {
    const at = this.position
    const length = this.#rawLength(fixedBytes)
    if (length < -1 || length > this.remaining) {
      throw new WireError(
        `Expected a length of at most ${this.remaining} at byte ${at}, found ${length}.`,
      )
    }
    return length
  }

  /** A view of the next `length` bytes. */
  view(length: number): Buffer {
    const at = this.#take(length)
    return this.buffer.subarray(at, at + length)
  }

  utf8(length: number): string {
    const at = this.#take(length)
    return this.buffer.utf8Slice(at, at + length)
  }

  skip(length: number): void {
    this.#take(length)
  }

  #rawLength(fixedBytes: 2 | 4): number {
    if (this.flexible) return this.uvarint() - 1
    return fixedBytes === 2 ? this.int16() : this.int32()
  }

  #take(length: number): number {
    const at = this.position
    if (length > this.limit - at) {
      throw new WireError(
        `Expected ${length} more bytes at byte ${at} of a response, found ${this.limit - at}.`,
      )
    }
    this.position = at + length
    return at
  }
}
