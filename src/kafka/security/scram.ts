import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { SaslAuthenticationError } from './errors.ts'
import type { SaslExchange, SaslMechanism } from './mechanism.ts'

/** Kafka's names of the mechanisms, with the hash each is made of. */
const hashes = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const
export type ScramName = keyof typeof hashes

export interface ScramCredentials {
  readonly username: string
  readonly password: string
  /** The credentials are a delegation token (KIP-48). */
  readonly isToken: boolean
}

/** As Kafka has it for both mechanisms; a broker that asks for fewer is not to be trusted with the proof. */
const LEAST_ITERATIONS = 4096
/** A broker that asks for more would keep us computing. */
const MOST_ITERATIONS = 10_000_000

const derive = promisify(pbkdf2)

/** Salted challenge and response (RFC 5802, 7677): the password is not sent, and the broker proves that it knows it. */
export function scramMechanism(name: ScramName, credentials: ScramCredentials): SaslMechanism {
  return {
    name,
    begin: () => new ScramExchange(hashes[name], credentials, randomBytes(24).toString('base64')),
  }
}

/** first sent ─► proof sent ─► broker verified */
export class ScramExchange implements SaslExchange {
  readonly first: Buffer
  readonly #hash: 'sha256' | 'sha512'
  readonly #password: string
  readonly #nonce: string
  readonly #firstBare: string
  #signature: Buffer | null = null

  constructor(hash: 'sha256' | 'sha512', credentials: ScramCredentials, nonce: string) {
    const { username, password, isToken } = credentials
    const name = username.replaceAll('=', '=3D').replaceAll(',', '=2C')
    this.#hash = hash
    this.#password = password
    this.#nonce = nonce
    this.#firstBare = `n=${name},r=${nonce}${isToken ? ',tokenauth=true' : ''}`
    this.first = Buffer.from(`n,,${this.#firstBare}`)
  }

  async next(challenge: Buffer): Promise<Buffer | null> {
    const text = challenge.toString()
    if (this.#signature === null) return this.#prove(text)
    this.#verify(attributesOf(text), this.#signature)
    return null
  }

  async #prove(serverFirst: string): Promise<Buffer> {
    const attributes = attributesOf(serverFirst)
    const nonce = attributes.get('r') ?? ''
    const iterations = Number(attributes.get('i'))
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw new SaslAuthenticationError('Invalid server nonce: it does not go on from ours.')
    }
    if (
      !Number.isInteger(iterations) ||
      iterations < LEAST_ITERATIONS ||
      iterations > MOST_ITERATIONS
    ) {
      throw new SaslAuthenticationError(
        `Requested iterations ${attributes.get('i') ?? ''} are not between ${LEAST_ITERATIONS} and ${MOST_ITERATIONS}.`,
      )
    }
    const salt = Buffer.from(attributes.get('s') ?? '', 'base64')
    const bytes = this.#hash === 'sha256' ? 32 : 64
    const salted = await derive(this.#password, salt, iterations, bytes, this.#hash)
    const withoutProof = `c=biws,r=${nonce}`
    const authMessage = `${this.#firstBare},${serverFirst},${withoutProof}`
    const clientKey = this.#hmac(salted, 'Client Key')
    const storedKey = createHash(this.#hash).update(clientKey).digest()
    const clientSignature = this.#hmac(storedKey, authMessage)
    const proof = clientKey.map((byte, i) => byte ^ (clientSignature[i] ?? 0))
    this.#signature = this.#hmac(this.#hmac(salted, 'Server Key'), authMessage)
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`)
  }

  #verify(attributes: ReadonlyMap<string, string>, expected: Buffer): void {
    const error = attributes.get('e')
    if (error !== undefined) throw new SaslAuthenticationError(`The broker refused: ${error}.`)
    const found = Buffer.from(attributes.get('v') ?? '', 'base64')
    if (found.length === expected.length && timingSafeEqual(found, expected)) return
    throw new SaslAuthenticationError(
      'Invalid server signature: the broker does not know the password either. Check that it is the right cluster.',
    )
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest()
  }
}

/** `r=…,s=…,i=…`: one letter each. */
function attributesOf(message: string): Map<string, string> {
  return new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}
