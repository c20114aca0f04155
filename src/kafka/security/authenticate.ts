import type { Connection } from '../net/connection.ts'
import { request } from '../protocol/api.ts'
import { brokerError, ErrorCode } from '../protocol/errors.ts'
import { saslAuthenticateApi, saslHandshakeApi } from '../protocol/sasl.ts'
import { SaslAuthenticationError, UnsupportedSaslMechanismError } from './errors.ts'
import { converse } from './mechanism.ts'
import type { SaslMechanism } from './mechanism.ts'

/** A session that ends is renewed when this part of it is over, and up to so much more (KIP-368). */
const RENEW_FROM = 0.85
const RENEW_SPREAD = 0.1

/**
 * Authenticates a new connection, before anything else is sent on it, and again before a session ends that the broker
 * limits (`connections.max.reauth.ms`, KIP-368). Rejects with a {@link SaslAuthenticationError} where the broker refuses.
 */
export async function authenticate(
  connection: Connection,
  mechanism: SaslMechanism,
  signal: AbortSignal,
): Promise<void> {
  const sessionMs = await exchange(connection, mechanism, signal)
  if (sessionMs <= 0) return
  const renewMs = sessionMs * (RENEW_FROM + RENEW_SPREAD * Math.random())
  // What was sent before is answered first; what comes while it lasts is sent after it.
  connection.renewIn(renewMs, () => authenticate(connection, mechanism, signal))
}

/** How long the broker takes this authentication for good, in ms; 0 for ever. */
async function exchange(
  connection: Connection,
  mechanism: SaslMechanism,
  signal: AbortSignal,
): Promise<number> {
  await handshake(connection, mechanism.name, signal)
  let sessionMs = 0
  const send = async (authBytes: Buffer): Promise<Buffer> => {
    const answer = await connection.send(request(saslAuthenticateApi, { authBytes }), signal)
    if (answer.errorCode === ErrorCode.SASL_AUTHENTICATION_FAILED) {
      const why = answer.errorMessage ?? 'it does not say why'
      throw new SaslAuthenticationError(
        `Authentication by ${mechanism.name} failed: ${why}. Check sasl.jaas.config.`,
      )
    }
    if (answer.errorCode !== ErrorCode.NONE) {
      throw brokerError(answer.errorCode, `Cannot authenticate by ${mechanism.name}`)
    }
    sessionMs = answer.sessionLifetimeMs
    return answer.authBytes
  }
  await converse(mechanism, send, signal)
  return sessionMs
}

async function handshake(
  connection: Connection,
  mechanism: string,
  signal: AbortSignal,
): Promise<void> {
  const answer = await connection.send(request(saslHandshakeApi, { mechanism }), signal)
  if (answer.errorCode === ErrorCode.UNSUPPORTED_SASL_MECHANISM) {
    throw new UnsupportedSaslMechanismError(
      `The broker does not enable sasl.mechanism=${mechanism}, but ${answer.mechanisms.join(', ')}.`,
    )
  }
  if (answer.errorCode === ErrorCode.ILLEGAL_SASL_STATE) {
    throw new SaslAuthenticationError(
      'The listener does not authenticate by SASL: set security.protocol to PLAINTEXT or SSL, or use another port.',
    )
  }
  if (answer.errorCode !== ErrorCode.NONE) {
    throw brokerError(answer.errorCode, `Cannot begin to authenticate by ${mechanism}`)
  }
}
