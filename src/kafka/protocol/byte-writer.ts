import type { Int64 } from '../../util/int64.ts'

/** Writes the primitive types of the Kafka protocol (big-endian) into a buffer that grows. */
export class ByteWriter {
  #buffer: Buffer
  #position = 0
  /** Whether the message is of a flexible version (KIP-482): compact lengths and tagged fields. */
  flexible = false

  constructor(capacity = 256) {
    this.#buffer = Buffer.allocUnsafe(capacity)
  }

  get position(): number {
    return this.#position
  }

  int8(value: number): void {
    const at = this.#reserve(1)
    this.#buffer.writeInt8(value, at)
  }

  int16(value: number): void {
    const at = this.#reserve(2)
    this.#buffer.writeInt16BE(value, at)
  }

  int32(value: number): void {
    const at = this.#reserve(4)
    this.#buffer.writeInt32BE(value, at)
  }

  int64(value: Int64): void {
    const at = this.#reserve(8)
    this.#buffer.writeBigInt64BE(BigInt(value), at)
  }

  uvarint(value: number): void {
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) this.int8(((rest & 0x7f) | 0x80) - 0x100)
    this.int8(rest)
  }

  /** The length or count before a string (two bytes), bytes or an array (four); -1 for null. */
  length(value: number, fixedBytes: 2 | 4): void {
    if (this.flexible) this.uvarint(value + 1)
    else if (fixedBytes === 2) this.int16(value)
    else this.int32(value)
  }

  utf8(value: string, length: number): void {
    const at = this.#reserve(length)
    this.#buffer.utf8Write(value, at, length)
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length)
    this.#buffer.set(value, at)
  }

  /** What was written so far, or a part of it: a view, valid until more is written. */
  view(start = 0, end = this.#position): Buffer {
    return this.#buffer.subarray(start, end)
  }

  #reserve(length: number): number {
    const at = this.#position
    const needed = at + length
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
      this.#buffer.copy(grown, 0, 0, at)
      this.#buffer = grown
    }
    this.#position = needed
    return at
  }
}
