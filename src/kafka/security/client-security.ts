import { ConfigError } from '../../errors/connect-error.ts'
import type { Connection } from '../net/connection.ts'
import { plainSocket } from '../net/socket.ts'
import type { SocketFactory } from '../net/socket.ts'
import type { ClientConfig } from '../types.ts'
import { authenticate } from './authenticate.ts'
import type { SaslMechanism } from './mechanism.ts'
import { saslMechanism } from './sasl-config.ts'
import { tlsSockets } from './tls-socket.ts'

/** How a client reaches its brokers and says who it is. */
export interface ClientSecurity {
  readonly socketFactory: SocketFactory
  readonly mechanism?: SaslMechanism
  readonly authenticate?: (connection: Connection, signal: AbortSignal) => Promise<void>
}

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

/** What `security.protocol`, `ssl.*` and `sasl.*` say. Throws a ConfigError that names the key, and no secret. */
export function clientSecurity(config: ClientConfig): ClientSecurity {
  const protocol = config['security.protocol']?.trim().toUpperCase() ?? 'PLAINTEXT'
  if (!protocols.includes(protocol)) {
    throw new ConfigError(
      `Invalid value ${protocol} for "security.protocol": expected ${protocols.join(', ')}.`,
    )
  }
  const socketFactory = protocol.endsWith('SSL') ? tlsSockets(config) : plainSocket
  if (!protocol.startsWith('SASL_')) return { socketFactory }
  const mechanism = saslMechanism(config)
  return {
    socketFactory,
    mechanism,
    authenticate: (connection, signal) => authenticate(connection, mechanism, signal),
  }
}
