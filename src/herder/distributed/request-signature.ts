import { createHmac, timingSafeEqual } from 'node:crypto'
import { BadRequestError, RestError } from '../../errors/rest-error.ts'
import { hashOfMac } from '../../util/mac-algorithms.ts'

/**
 * How workers prove to each other that a request comes from one of them (KIP-507): by a MAC over the bytes of its body, with
 * a key that only they can read, in the topic of configurations.
 */

const SIGNATURE = 'x-connect-authorization'
const ALGORITHM = 'x-connect-request-signature-algorithm'

/** Headers of a request, by name in lower case. */
export type SignatureHeaders = Readonly<Record<string, string>>

/** The headers that prove a request with this body; none at all for no bytes is a body too. */
export function signRequest(
  key: Uint8Array,
  algorithm: string,
  body: Uint8Array,
): SignatureHeaders {
  const signature = macOf(key, algorithm, body).toString('base64')
  return { [SIGNATURE]: signature, [ALGORITHM]: algorithm }
}

/** Under a body, as another worker has signed it. */
export interface RequestSignature {
  readonly algorithm: string
  readonly mac: Uint8Array
  /** The bytes that were received. */
  readonly body: Uint8Array
}

/** What a header says; undefined where it was not sent. */
export type HeaderOf = (name: string) => string | undefined

/** Null where the request is not signed. Throws a BadRequestError where its signature is none, be it needed or not. */
export function readSignature(header: HeaderOf, body: Uint8Array): RequestSignature | null {
  const algorithm = header(ALGORITHM)
  const signature = header(SIGNATURE)
  const mac = signature === undefined ? null : decoded(signature)
  if (algorithm !== undefined && hashOfMac(algorithm) === undefined) {
    throw new BadRequestError(`Algorithm ${algorithm} not available`)
  }
  return mac === null || algorithm === undefined ? null : { algorithm, mac, body }
}

export interface SignatureCheck {
  /** The key in force; null before one was read. */
  readonly key: Uint8Array | null
  /** `inter.worker.verification.algorithms` */
  readonly algorithms: readonly string[]
  /** False while the group speaks a protocol before `sessioned`: then nothing need be signed. */
  readonly isRequired: boolean
}

/** Throws what the sender is to be answered, with Java's status and sentence, unless the request may be served. */
export function checkSignature(
  signature: RequestSignature | null,
  { key, algorithms, isRequired }: SignatureCheck,
): void {
  if (!isRequired) return
  if (signature === null) throw new BadRequestError('Internal request missing required signature')
  const { algorithm, mac, body } = signature
  if (!algorithms.includes(algorithm)) throw new BadRequestError(unsupported(algorithm, algorithms))
  if (key === null) {
    throw new RestError(
      503,
      'This worker is still starting up and has not been able to read a session key from the config topic yet',
    )
  }
  const expected = macOf(key, algorithm, body)
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw new RestError(403, 'Internal request contained invalid signature.')
  }
}

function macOf(key: Uint8Array, algorithm: string, body: Uint8Array): Buffer {
  const hash = hashOfMac(algorithm)
  if (hash === undefined) throw new BadRequestError(`Algorithm ${algorithm} not available`)
  return createHmac(hash, key).update(body).digest()
}

function decoded(base64: string): Buffer {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    throw new BadRequestError('The signature of an internal request is no base64.')
  }
  return Buffer.from(base64, 'base64')
}

function unsupported(algorithm: string, algorithms: readonly string[]): string {
  return (
    `This worker does not support the '${algorithm}' key signing algorithm used by other workers. ` +
    `This worker is currently configured to use: [${algorithms.join(', ')}]. Check that all workers' configuration files permit the same set of signature algorithms, ` +
    'and correct any misconfigured worker and restart it.'
  )
}
