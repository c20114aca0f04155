import { maskSecrets } from '../../util/secrets.ts'
import { ioError } from './peer-request.ts'
import type { PeerAnswer } from './peer-request.ts'

/** What a worker said was wrong. */
export interface PeerError {
  readonly error_code: number
  readonly message: string | null
}

/**
 * Throws a RestError where the body of the answer is not as Connect writes errors: then it was not a worker that answered. Java's
 * workers hide no secrets in what they say; those that are known here are hidden (invariant 8).
 */
export function readPeerError({ status, body }: PeerAnswer, origin: string): PeerError {
  const found = parsed(body)
  if (isPeerError(found)) {
    const { error_code, message } = found
    return { error_code, message: message === null ? null : maskSecrets(message) }
  }
  throw ioError(`${origin} answered ${status}, but not with an error of Kafka Connect.`)
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}

function isPeerError(value: unknown): value is PeerError {
  if (typeof value !== 'object' || value === null) return false
  const { error_code, message } = value as Readonly<Record<string, unknown>>
  return Number.isInteger(error_code) && (message === null || typeof message === 'string')
}
