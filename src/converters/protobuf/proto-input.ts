import { DataError, normalizeInt64 } from '../../api/index.ts'
import type { Int64 } from '../../api/index.ts'
import { readUtf8 } from '../utf8.ts'

const empty = Buffer.alloc(0)
const twoTo32 = 2 ** 32
/** Deeper than any message is meant to be; as in Protobuf's own readers. */
const deepestGroup = 100
/** Members of structs that one datum is believed to have, set or not: a struct may take two bytes and have thousands. */
const mostMembers = 1 << 24

/** How a value lies in the bytes: the low three bits of its tag. */
export const wireType = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const

/** Reads Protobuf's binary encoding where it lies. Bytes that end too early are a DataError. */
export class ProtoInput {
  at = 0
  /** Where the message ends that is being read. */
  end = 0
  #bytes: Buffer = empty
  #members = 0
  /** The halves of the varint that was read last; the high one is signed. */
  #low = 0
  #high = 0

  open(bytes: Buffer, start: number): void {
    this.#bytes = bytes
    this.at = start
    this.end = bytes.length
    this.#members = 0
  }

  /** Throws a DataError where a value has gone beyond the end of its message. */
  requireEnd(): void {
    if (this.at !== this.end) this.truncated()
  }

  /** Begins a message of its own that follows its length; returns the end of the one around it, for {@link leave}. */
  enter(): number {
    const length = this.readLength()
    const outer = this.end
    this.end = this.at + length
    return outer
  }

  leave(outer: number): void {
    this.requireEnd()
    this.end = outer
  }

  /** Counts the members of a struct that is made of the bytes. */
  countMembers(count: number): void {
    this.#members += count
    if (this.#members <= mostMembers) return
    throw new DataError(
      `The Protobuf message holds so many nested messages that they have more than ${mostMembers} fields.`,
    )
  }

  /** Hot. The number of a field and its wire type. */
  readTag(): number {
    const first = this.#bytes[this.at] ?? 0x80
    if (first < 0x80) this.at++
    const tag = first < 0x80 ? first : this.readUint32()
    if (tag >>> 3 !== 0) return tag
    throw new DataError('Invalid Protobuf message: a tag has the field number 0.')
  }

  /** Hot. A varint, of which 32 bits count. */
  readInt32(): number {
    const byte = this.#bytes[this.at] ?? 0x80
    if (byte < 0x80) {
      this.at++
      return byte
    }
    this.#readVarint()
    return this.#low | 0
  }

  readUint32(): number {
    return this.readInt32() >>> 0
  }

  readSint32(): number {
    const value = this.readInt32()
    return (value >>> 1) ^ -(value & 1)
  }

  readBoolean(): boolean {
    this.#readVarint()
    return (this.#low | this.#high) !== 0
  }

  /** Hot. A varint of 64 bits, signed. */
  readInt64(): Int64 {
    const byte = this.#bytes[this.at] ?? 0x80
    if (byte < 0x80) {
      this.at++
      return byte
    }
    this.#readVarint()
    return int64Of(this.#low, this.#high)
  }

  readSint64(): Int64 {
    this.#readVarint()
    const sign = -(this.#low & 1)
    const low = ((this.#low >>> 1) | (this.#high << 31)) ^ sign
    return int64Of(low, (this.#high >>> 1) ^ sign)
  }

  readFixed32(): number {
    return this.readSfixed32() >>> 0
  }

  readSfixed32(): number {
    const at = this.#take(4)
    return this.#bytes.readInt32LE(at)
  }

  /** Of 64 bits, signed. */
  readFixed64(): Int64 {
    const at = this.#take(8)
    return int64Of(this.#bytes.readInt32LE(at), this.#bytes.readInt32LE(at + 4))
  }

  readFloat(): number {
    const at = this.#take(4)
    return this.#bytes.readFloatLE(at)
  }

  readDouble(): number {
    const at = this.#take(8)
    return this.#bytes.readDoubleLE(at)
  }

  /** Hot. */
  readString(): string {
    const length = this.readLength()
    const start = this.at
    this.at = start + length
    return readUtf8(this.#bytes, start, this.at)
  }

  /** A copy of the bytes that follow their length. */
  readBytes(): Buffer {
    const length = this.readLength()
    const start = this.#take(length)
    return Buffer.from(this.#bytes.subarray(start, this.at))
  }

  readLength(): number {
    const length = this.readUint32()
    if (this.at + length > this.end) this.truncated()
    return length
  }

  /** Passes over the value behind a tag. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case wireType.varint:
        this.#readVarint()
        return
      case wireType.fixed64:
        this.#take(8)
        return
      case wireType.bytes:
        this.#take(this.readLength())
        return
      case wireType.startGroup:
        this.#skipGroup(tag >>> 3, depth)
        return
      case wireType.fixed32:
        this.#take(4)
        return
      default:
        throw new DataError(
          `Invalid Protobuf message: field ${tag >>> 3} has the wire type ${tag & 7}, which cannot be there.`,
        )
    }
  }

  truncated(): never {
    throw new DataError(
      'The bytes end within the Protobuf message: they are cut off, or were not written with the schema that they name.',
    )
  }

  #skipGroup(number: number, depth: number): void {
    if (depth >= deepestGroup) {
      throw new DataError(`Invalid Protobuf message: groups nest more than ${deepestGroup} times.`)
    }
    while (this.at < this.end) {
      const tag = this.readTag()
      if ((tag & 7) !== wireType.endGroup) this.skip(tag, depth + 1)
      else if (tag >>> 3 === number) return
      else throw new DataError(`Invalid Protobuf message: the group ${number} ends with another.`)
    }
    this.truncated()
  }

  #take(size: number): number {
    const start = this.at
    if (start + size > this.end) this.truncated()
    this.at = start + size
    return start
  }

  /** At most ten bytes; what is beyond 64 bits is dropped, as in Protobuf's own readers. */
  #readVarint(): void {
    const bytes = this.#bytes
    let at = this.at
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) this.truncated()
      if (shift < 28) low |= (byte & 0x7f) << shift
      else if (shift === 28) {
        low |= (byte & 0x7f) << 28
        high = (byte & 0x7f) >> 4
      } else if (shift < 63) high |= (byte & 0x7f) << (shift - 32)
      else high |= (byte & 1) << 31
      if (byte < 0x80) {
        this.at = at
        this.#low = low
        this.#high = high
        return
      }
    }
    throw new DataError('Invalid Protobuf message: a varint has more than ten bytes.')
  }
}

/** Of two halves, the high one signed. */
function int64Of(low: number, high: number): Int64 {
  const value = high * twoTo32 + (low >>> 0)
  if (Number.isSafeInteger(value)) return value
  return normalizeInt64((BigInt(high) << 32n) | BigInt(low >>> 0))
}
