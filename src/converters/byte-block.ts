import { DataError } from '../api/index.ts'

/** A block from which many small results are cut. */
const blockBytes = 64 * 1024
/** Below this length, a loop over the characters is faster than a call into native code. */
const loopLength = 32
/** The same of copying bytes. */
const copiedLength = 128
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Where a binary encoding is written. What {@link finish} returns is its caller's to keep: no byte of it is written again. */
export abstract class ByteBlock {
  protected bytes: Buffer = Buffer.allocUnsafeSlow(blockBytes)
  protected at = 0
  #start = 0

  /** How far a length below 64 is shifted in the byte that it takes before a text. */
  protected abstract readonly lengthShift: number

  /** Forgets what was begun and not finished. */
  begin(): void {
    this.at = this.#start
  }

  /** What was written since {@link begin}. */
  finish(): Buffer {
    const result = this.bytes.subarray(this.#start, this.at)
    this.#start = this.at
    return result
  }

  /** How many bytes were written since {@link begin}. */
  get length(): number {
    return this.at - this.#start
  }

  /** Copies what was written since {@link begin}, for which `target` has room; returns its end there. */
  copyTo(target: Buffer, at: number): number {
    const { bytes, length } = this
    const start = this.#start
    if (length > copiedLength) target.set(bytes.subarray(start, start + length), at)
    else for (let i = 0; i < length; i++) target[at + i] = bytes[start + i] ?? 0
    return at + length
  }

  writeByte(value: number): void {
    this.reserve(1)
    this.bytes[this.at++] = value
  }

  writeFloat(value: number): void {
    this.reserve(4)
    this.at = this.bytes.writeFloatLE(value, this.at)
  }

  writeDouble(value: number): void {
    this.reserve(8)
    this.at = this.bytes.writeDoubleLE(value, this.at)
  }

  /** Hot. The length in bytes, then the text in UTF-8. A DataError for a surrogate without its other half. */
  writeString(text: string): void {
    const { length } = text
    if (length < loopLength) {
      this.reserve(length + 1)
      const bytes = this.bytes
      const start = this.at + 1
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code > 0x7f) break
        bytes[start + i] = code
      }
      if (i === length) {
        bytes[this.at] = length << this.lengthShift
        this.at = start + length
        return
      }
    }
    this.#writeLongString(text)
  }

  /** The length, then the bytes. */
  writeBytes(value: Uint8Array): void {
    this.writeLength(value.length)
    this.writeRaw(value)
  }

  writeRaw(value: Uint8Array): void {
    this.reserve(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  protected abstract writeLength(length: number): void

  /** Makes room; what was begun moves where the block is full. */
  protected reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return
    const begun = this.bytes.subarray(this.#start, this.at)
    const needed = begun.length + size
    const next = Buffer.allocUnsafeSlow(needed * 2 > blockBytes ? needed * 2 : blockBytes)
    next.set(begun)
    this.bytes = next
    this.#start = 0
    this.at = begun.length
  }

  /** Where the next byte is written, behind {@link begin}: it holds though the block moves. */
  protected get written(): number {
    return this.at - this.#start
  }

  /** The place of what {@link written} said. */
  protected placeOf(written: number): number {
    return this.#start + written
  }

  #writeLongString(text: string): void {
    const size = Buffer.byteLength(text)
    if (size !== text.length && loneSurrogate.test(text)) {
      throw new DataError(
        'Invalid string: it holds a surrogate without its other half, which UTF-8 cannot hold.',
      )
    }
    this.writeLength(size)
    this.reserve(size)
    this.at += this.bytes.utf8Write(text, this.at, size)
  }
}
