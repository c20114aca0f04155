import { DataError, normalizeInt64 } from '../../api/index.ts'
import type { Int64 } from '../../api/index.ts'
import { readUtf8 } from '../utf8.ts'

const empty = Buffer.alloc(0)
/** Of items that take no byte, at most so many are believed in one datum. */
const mostEmptyItems = 1 << 16
const twoTo28 = 2 ** 28
/** Up to this size a datum becomes one string, of which its strings are slices: a string that is kept keeps it all. */
const sliceLimit = 8 * 1024
/** Above this length a look at every byte is dearer than what it saves. */
const shortLength = 48

/** Reads Avro's binary encoding where it lies. Bytes that end too early are a DataError. */
export class AvroInput {
  at = 0
  #bytes: Buffer = empty
  #end = 0
  #emptyItems = 0
  /** Latin-1 of what follows {@link #textStart}, once a string has been read. */
  #text: string | null = null
  #textStart = 0

  /** What is read from now on; nothing behind `end` is looked at. */
  open(bytes: Buffer, start: number, end: number): void {
    // A view of its own, so that what lies behind it cannot be taken for its continuation.
    this.#bytes = end === bytes.length ? bytes : bytes.subarray(0, end)
    this.at = start
    this.#end = end
    this.#emptyItems = 0
    this.#text = null
  }

  get rest(): number {
    return this.#end - this.at
  }

  /** Throws a DataError unless all has been read, and no more. */
  requireEnd(): void {
    if (this.at > this.#end) this.#truncated()
    if (this.at < this.#end) {
      throw new DataError(
        `${this.rest} bytes are left behind the Avro datum: the bytes were not written with the schema that they name.`,
      )
    }
  }

  readByte(): number {
    const byte = this.#bytes[this.at++]
    return byte ?? this.#truncated()
  }

  readBoolean(): boolean {
    const byte = this.readByte()
    if (byte > 1) throw new DataError(`Invalid boolean ${byte}: expected 0 or 1.`)
    return byte === 1
  }

  /** Hot. A zigzag varint within 32 bits. */
  readInt(): number {
    const value = this.readLong()
    if (typeof value === 'number' && (value | 0) === value) return value
    throw new DataError(`Invalid int ${value}: it is beyond 32 bits.`)
  }

  /** Hot. A zigzag varint within 64 bits. */
  readLong(): Int64 {
    const bytes = this.#bytes
    let at = this.at
    let byte = bytes[at++] ?? 0x80
    let value = byte & 0x7f
    if (byte >= 0x80) {
      byte = bytes[at++] ?? 0x80
      value |= (byte & 0x7f) << 7
      if (byte >= 0x80) {
        byte = bytes[at++] ?? 0x80
        value |= (byte & 0x7f) << 14
        if (byte >= 0x80) {
          byte = bytes[at++] ?? 0x80
          value |= (byte & 0x7f) << 21
          if (byte >= 0x80) return this.#readLonger(value, at)
        }
      }
    }
    this.at = at
    return (value >>> 1) ^ -(value & 1)
  }

  /** The number of bytes or items that follow. */
  readCount(): number {
    const count = this.readLong()
    if (typeof count === 'bigint') throw new DataError(`Invalid length ${count}.`)
    return count
  }

  /** The length of something of which each unit takes a byte at least. */
  readLength(): number {
    const length = this.readCount()
    if (length < 0) throw new DataError(`Invalid length ${length}: it is negative.`)
    if (length > this.rest) this.#truncated()
    return length
  }

  /** How many items the next block has, none at the end. `least` is what one of them takes, in bytes. */
  readBlock(least: number): number {
    let count = this.readCount()
    if (count < 0) {
      // The size of such a block in bytes follows, for those who skip it.
      this.readLength()
      count = -count
    }
    if (least > 0) {
      if (count <= this.rest / least) return count
      throw new DataError(`Invalid block of ${count} items: only ${this.rest} bytes are left.`)
    }
    this.#emptyItems += count
    if (this.#emptyItems <= mostEmptyItems) return count
    throw new DataError(
      `Invalid block of ${count} items that take no byte: a datum has at most ${mostEmptyItems} of them.`,
    )
  }

  readFloat(): number {
    if (this.rest < 4) this.#truncated()
    const value = this.#bytes.readFloatLE(this.at)
    this.at += 4
    return value
  }

  readDouble(): number {
    if (this.rest < 8) this.#truncated()
    const value = this.#bytes.readDoubleLE(this.at)
    this.at += 8
    return value
  }

  /** Hot. */
  readString(): string {
    const length = this.readLength()
    const start = this.at
    this.at = start + length
    return length <= shortLength && this.#isAscii(start, this.at)
      ? this.#slice(start, this.at)
      : readUtf8(this.#bytes, start, this.at)
  }

  #isAscii(start: number, end: number): boolean {
    const bytes = this.#bytes
    for (let at = start; at < end; at++) if ((bytes[at] ?? 0) > 0x7f) return false
    return true
  }

  /** One call into the engine a datum, not one a string. */
  #slice(start: number, end: number): string {
    if (this.#text === null) {
      if (this.#end - start > sliceLimit) return this.#bytes.latin1Slice(start, end)
      this.#text = this.#bytes.latin1Slice(start, this.#end)
      this.#textStart = start
    }
    return this.#text.substring(start - this.#textStart, end - this.#textStart)
  }

  /** A copy of the bytes that follow their length. */
  readBytes(): Buffer {
    return this.readFixed(this.readLength())
  }

  readFixed(size: number): Buffer {
    if (size > this.rest) this.#truncated()
    const start = this.at
    this.at += size
    return Buffer.from(this.#bytes.subarray(start, this.at))
  }

  /** `low` holds the first 28 bits; the rest begins at `at`. */
  #readLonger(low: number, at: number): Int64 {
    const bytes = this.#bytes
    let middle = 0
    let high = 0
    for (let index = 0; ; index++) {
      const byte = bytes[at++]
      if (byte === undefined) this.#truncated()
      if (index < 4) middle += (byte & 0x7f) * 2 ** (7 * index)
      else high += (byte & 0x7f) * 2 ** (7 * (index - 4))
      if (byte < 0x80) break
      if (index === 5) throw new DataError('Invalid long: it has more than ten bytes.')
    }
    this.at = at
    if (high > 0xff) throw new DataError('Invalid long: it is beyond 64 bits.')
    const lowest = low >>> 0
    if (high === 0 && middle < 2 ** 24) {
      const value = middle * twoTo28 + lowest
      return lowest % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    const value = (BigInt(high) << 56n) | (BigInt(middle) << 28n) | BigInt(lowest)
    return normalizeInt64((value >> 1n) ^ -(value & 1n))
  }

  #truncated(): never {
    throw new DataError(
      'The bytes end within the Avro datum: they are cut off, or were not written with the schema that they name.',
    )
  }
}
