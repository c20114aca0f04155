import type { Schema } from '../../../api/index.ts'
import { javaHashCode } from './java-hash-code.ts'
import { murmurHash } from './murmur-hash.ts'

/** Murmur of values: of texts and bytes by what they hold, of all others by Java's hash code. */
export class ValueMurmurHash {
  #scratch = Buffer.alloc(256)

  /** Of a value that is not null. */
  of(value: unknown, schema: Schema): number {
    if (typeof value === 'string') return this.#ofText(value)
    if (value instanceof Uint8Array) return murmurHash(value, value.length)
    this.#scratch.writeInt32LE(javaHashCode(value, schema))
    return murmurHash(this.#scratch, 4)
  }

  #ofText(text: string): number {
    if (text.length * 3 > this.#scratch.length) this.#scratch = Buffer.alloc(text.length * 3)
    // In Java half of a surrogate pair is written as a question mark.
    const whole = /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, '?') : text
    return murmurHash(this.#scratch, this.#scratch.write(whole))
  }
}
