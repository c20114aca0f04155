import { randomBytes } from 'node:crypto'
import type { SessionKey } from '../../stores/config/config-records.ts'

/** Bytes of a key where `inter.worker.key.size` is not given, as Java's generators make them. */
const defaultBytes: Readonly<Record<string, number>> = {
  HmacMD5: 64,
  HmacSHA1: 64,
  HmacSHA224: 28,
  HmacSHA256: 32,
  HmacSHA384: 48,
  HmacSHA512: 64,
  'HmacSHA512/224': 28,
  'HmacSHA512/256': 32,
  'HmacSHA3-224': 28,
  'HmacSHA3-256': 32,
  'HmacSHA3-384': 48,
  'HmacSHA3-512': 64,
  AES: 32,
}

export interface SessionKeyOptions {
  /** `inter.worker.key.generation.algorithm` */
  readonly algorithm: string
  /** `inter.worker.key.size` in bits; null for the usual one of the algorithm. */
  readonly sizeBits: number | null
  /** `inter.worker.key.ttl.ms`; 0: a key is never too old. */
  readonly ttlMs: number
}

/** When the workers' leader is to make a new session key (KIP-507), and what it is. */
export class SessionKeys {
  readonly #options: SessionKeyOptions
  readonly #bytes: number

  constructor(options: SessionKeyOptions) {
    this.#options = options
    const { algorithm, sizeBits } = options
    this.#bytes = sizeBits === null ? (defaultBytes[algorithm] ?? 32) : Math.ceil(sizeBits / 8)
  }

  /** When the key in force is too old, in ms since 1970; Infinity for never. */
  expiresAt({ createdAt }: SessionKey): number {
    return this.#options.ttlMs === 0 ? Infinity : createdAt + this.#options.ttlMs
  }

  /** The key to put in the place of `current`, made at `now`; null where that one may stay. */
  next(current: SessionKey | null, now: number): SessionKey | null {
    if (current !== null && now < this.expiresAt(current) && this.#isLikeOurs(current)) return null
    const key = randomBytes(this.#bytes).toString('base64')
    return { key, algorithm: this.#options.algorithm, createdAt: now }
  }

  /** Another worker may have been configured otherwise when it led. */
  #isLikeOurs({ key, algorithm }: SessionKey): boolean {
    if (algorithm !== this.#options.algorithm) return false
    return Buffer.from(key, 'base64').length === this.#bytes
  }
}
