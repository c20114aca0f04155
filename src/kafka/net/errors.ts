import { ConnectError, RetriableError } from '../../errors/connect-error.ts'

/** The connection ended before the answer was there. Whether the broker did what was asked is not known. */
export class DisconnectError extends RetriableError {
  override readonly javaName = 'org.apache.kafka.common.errors.DisconnectException'
}

/** No answer within the request's time limit; the connection has been closed, as the answer may still come. */
export class RequestTimeoutError extends RetriableError {
  override readonly javaName = 'org.apache.kafka.common.errors.TimeoutException'
}

/**
 * The broker sent what cannot be an answer to what was asked: bytes of another protocol, of another request, of no message at all. The
 * connection was closed, as nothing says where the next answer would begin. The same may work on a new one, or another broker.
 */
export class GarbledAnswerError extends RetriableError {
  override readonly javaName = 'org.apache.kafka.common.protocol.types.SchemaException'
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

/** TLS could not be agreed on, or one side does not believe the other's certificate. Trying again does not help. */
export class SslAuthenticationError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.errors.SslAuthenticationException'
}

/** The error of a socket as one of TLS, with what to look at; null where it is none. */
export function tlsError(error: Error, broker: string): SslAuthenticationError | null {
  const { code = '' } = error as { code?: string }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    const advice = 'the listener does not speak TLS. Check security.protocol and the port.'
    return new SslAuthenticationError(`${broker}: ${advice}`, { cause: error })
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const advice =
      'The certificate is for other names. Use one of them in bootstrap.servers and advertised.listeners, or set ssl.endpoint.identification.algorithm to nothing.'
    return new SslAuthenticationError(`${broker}: ${error.message} ${advice}`, { cause: error })
  }
  if (code.startsWith('ERR_SSL_')) {
    const advice = 'Check ssl.keystore.*, ssl.enabled.protocols and ssl.cipher.suites.'
    return new SslAuthenticationError(`${broker}: ${error.message}. ${advice}`, { cause: error })
  }
  if (!certificateCodes.test(code)) return null
  return new SslAuthenticationError(
    `${broker}: its certificate is not trusted (${error.message}). Check that ssl.truststore.* holds the authority that signed it.`,
    { cause: error },
  )
}

/** OpenSSL's verdicts on a certificate (X509_V_ERR_…), as Node reports them. */
const certificateCodes =
  /^(?:UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)/

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
