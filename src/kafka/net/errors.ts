import { ConnectError, RetriableError } from '../../errors/connect-error.ts'

/** The connection ended before the answer was there. Whether the broker did what was asked is not known. */
export class DisconnectError extends RetriableError {
  override readonly javaName = 'org.apache.kafka.common.errors.DisconnectException'
}

/** No answer within the request's time limit; the connection has been closed, as the answer may still come. */
export class RequestTimeoutError extends RetriableError {
  override readonly javaName = 'org.apache.kafka.common.errors.TimeoutException'
}

/** None of the brokers that are known can be reached. */
export class UnreachableError extends RetriableError {
  override readonly javaName = 'org.apache.kafka.common.errors.TimeoutException'
}

/** The broker speaks no version of a message that we speak. */
export class UnsupportedVersionError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.errors.UnsupportedVersionException'
}

/** The client was closed; it sends nothing more. */
export class ClientClosedError extends ConnectError {
  override readonly javaName = 'java.lang.IllegalStateException'
}

/** What went wrong with a socket, in words a user can act on: `connection refused`. */
export function socketReason(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  const known = typeof code === 'string' ? reasons.get(code) : undefined
  if (known !== undefined) return known
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}

const reasons = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection closed by the broker'],
  ['ENOTFOUND', 'host name not found'],
  ['EAI_AGAIN', 'host name could not be looked up'],
  ['ETIMEDOUT', 'connection timed out'],
  ['EHOSTUNREACH', 'host unreachable'],
  ['ENETUNREACH', 'network unreachable'],
])
