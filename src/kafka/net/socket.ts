import net from 'node:net'

/** Where a broker listens. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/** What to connect to. */
export interface SocketTarget extends HostPort {
  /** The address that was found for `host`; looked up by the socket where it is left out. */
  readonly ip?: string
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
  address: SocketTarget,
  ready: () => void,
  onread?: SocketReader,
) => net.Socket

export const plainSocket: SocketFactory = ({ host, port, ip }, ready, onread) =>
  net.connect(
    { host: ip ?? host, port, noDelay: true, ...(onread !== undefined && { onread }) },
    ready,
  )
