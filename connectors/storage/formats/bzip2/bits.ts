import { DataError } from 'sluice/api'

/** Bits of a buffer, the highest of each byte first. */
export class BitReader {
  readonly #bytes: Uint8Array
  #at = 0
  #held = 0
  #count = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** At most 24 of them. Throws a DataError behind the end. */
  read(count: number): number {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new DataError('The bzip2 stream is cut off.')
      this.#held = ((this.#held << 8) | byte) & 0xffffffff
      this.#count += 8
    }
    this.#count -= count
    const value = (this.#held >>> this.#count) & ((1 << count) - 1)
    this.#held &= (1 << this.#count) - 1
    return value
  }

  /** 32 of them, not negative. */
  readWord(): number {
    return this.read(16) * 0x10000 + this.read(16)
  }
}

/** Bits one behind the other, the highest of each byte first. */
export class BitWriter {
  #bytes = Buffer.allocUnsafe(4096)
  #length = 0
  #held = 0
  #count = 0

  /** At most 24 of them. */
  write(value: number, count: number): void {
    this.#held = (this.#held << count) | value
    this.#count += count
    while (this.#count >= 8) {
      this.#count -= 8
      this.#push((this.#held >>> this.#count) & 0xff)
    }
    this.#held &= (1 << this.#count) - 1
  }

  writeWord(value: number): void {
    this.write(value >>> 16, 16)
    this.write(value & 0xffff, 16)
  }

  /** All that was written, with zeros up to a whole byte. */
  end(): Buffer {
    if (this.#count > 0) this.write(0, 8 - this.#count)
    return this.#bytes.subarray(0, this.#length)
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = Buffer.allocUnsafe(this.#bytes.length * 2)
      this.#bytes.copy(larger)
      this.#bytes = larger
    }
    this.#bytes[this.#length++] = byte
  }
}
