import net from 'node:net'

/** What becomes of the bytes of a connection. */
export interface LinkFaults {
  /** Whether the connection is cut before this chunk; of this many bytes, either way. */
  cuts(bytes: number, chunk: Buffer): boolean
  /** How long a chunk is held back, in milliseconds; of the server's, or of the client's. */
  delayMs(isAnswer: boolean): number
}

const noFaults: LinkFaults = { cuts: () => false, delayMs: () => 0 }

/** Stands between a client and a server of whatever protocol, delays what passes and cuts connections. */
export class TcpProxy implements AsyncDisposable {
  /** How many connections were cut. */
  cuts = 0
  faults: LinkFaults = noFaults
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()

  private constructor(port: number) {
    this.#server = net.createServer((client) => this.#join(client, net.connect(port, '127.0.0.1')))
  }

  /** In front of a port of this machine. */
  static async start(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(client: net.Socket, server: net.Socket): void {
    for (const [from, to, isAnswer] of [
      [client, server, false],
      [server, client, true],
    ] as const) {
      from.setNoDelay(true)
      this.#sockets.add(from)
      from.on('error', () => from.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      from.on('data', (chunk) => this.#pass(chunk, to, isAnswer))
    }
  }

  #pass(chunk: Buffer, to: net.Socket, isAnswer: boolean): void {
    if (this.faults.cuts(chunk.length, chunk)) {
      this.cuts++
      to.destroy()
      return
    }
    const delayMs = this.faults.delayMs(isAnswer)
    // Chunks of one direction are held back alike, so that none overtakes another.
    if (delayMs === 0) to.write(chunk)
    else setTimeout(() => to.destroyed || to.write(chunk), delayMs)
  }
}
