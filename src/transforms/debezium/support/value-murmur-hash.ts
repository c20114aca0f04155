import type { Schema } from '../../../api/index.ts'
import { javaHashCode } from './java-hash-code.ts'
import { murmurHash } from './murmur-hash.ts'

/** Texts of more bytes than this get a buffer of their own, which is not kept. */
const scratchBytes = 1024

/** Murmur of values: of texts and bytes by what they hold, of all others by Java's hash code. */
export class ValueMurmurHash {
  readonly #scratch = Buffer.alloc(scratchBytes)

  /** Of a value that is not null. */
  of(value: unknown, schema: Schema): number {
    if (typeof value === 'string') return this.#ofText(value)
    if (value instanceof Uint8Array) return murmurHash(value, value.length)
    this.#scratch.writeInt32LE(javaHashCode(value, schema))
    return murmurHash(this.#scratch, 4)
  }

  #ofText(text: string): number {
    // In Java half of a surrogate pair is written as a question mark.
    const whole = /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, '?') : text
    if (whole.length * 3 <= scratchBytes) {
      return murmurHash(this.#scratch, this.#scratch.write(whole))
    }
    const bytes = Buffer.from(whole)
    return murmurHash(bytes, bytes.length)
  }
}
