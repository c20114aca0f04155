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

/**
 * Opens a socket to a broker, and tells once it may be written to. TLS is another one of these. With a reader, received
 * bytes go there and are not emitted.
 */
export type SocketFactory = (
  address: HostPort,
  ready: () => void,
  onread?: SocketReader,
) => net.Socket

export const plainSocket: SocketFactory = ({ host, port }, ready, onread) =>
  net.connect({ host, port, noDelay: true, ...(onread !== undefined && { onread }) }, ready)
