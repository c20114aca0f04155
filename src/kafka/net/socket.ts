import net from 'node:net'

/** Where a broker listens. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/** Where received bytes go, as `onread` of `net.connect` and `tls.connect` takes it. */
export interface SocketReader {
  readonly buffer: () => Uint8Array
  readonly callback: (bytesWritten: number) => boolean
}

/** Opens the socket of a connection, and tells once it may be written to. TLS is another one of these. */
export type SocketFactory = (
  address: HostPort,
  onread: SocketReader,
  ready: () => void,
) => net.Socket

export const plainSocket: SocketFactory = (address, onread, ready) =>
  net.connect({ host: address.host, port: address.port, noDelay: true, onread }, ready)
