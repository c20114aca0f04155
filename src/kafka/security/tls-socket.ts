import net from 'node:net'
import tls from 'node:tls'
import { clientTlsOptions } from '../../config/tls/tls-options.ts'
import type { SocketFactory } from '../net/socket.ts'
import type { ClientConfig } from '../types.ts'

/** Sockets that speak TLS as the `ssl.*` keys say. Stores are read once, here. Throws a ConfigError that names the key. */
export function tlsSockets(config: ClientConfig): SocketFactory {
  const options = clientTlsOptions(config)
  // Made once: parsing keys and certificates costs more than a handshake.
  const secureContext = tls.createSecureContext(options)
  return ({ host, port, ip }, ready, onread) => {
    const socket = tls.connect(
      {
        ...options,
        secureContext,
        host: ip ?? host,
        port,
        // A name is told to the broker and checked against its certificate; an address is only checked.
        ...(net.isIP(host) === 0 && { servername: host }),
        ...(onread !== undefined && { onread }),
      } as tls.ConnectionOptions,
      ready,
    )
    socket.setNoDelay(true)
    return socket
  }
}
