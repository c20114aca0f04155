import { ConnectError } from '../../errors/connect-error.ts'

/** The broker does not believe who we say we are. Trying again does not help. */
export class SaslAuthenticationError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.errors.SaslAuthenticationException'
}

/** The broker does not offer the mechanism at all. */
export class UnsupportedSaslMechanismError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.errors.UnsupportedSaslMechanismException'
}
