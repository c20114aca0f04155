import net from 'node:net'

/** A network link that can be cut: a port whose connections lead to another one. */
export class Link implements AsyncDisposable {
  readonly port: number
  readonly #server: net.Server
  readonly #sockets: ReadonlySet<net.Socket>
  readonly #state: { isCut: boolean }

  private constructor(parts: {
    readonly server: net.Server
    readonly sockets: ReadonlySet<net.Socket>
    readonly state: { isCut: boolean }
  }) {
    this.port = (parts.server.address() as net.AddressInfo).port
    this.#server = parts.server
    this.#sockets = parts.sockets
    this.#state = parts.state
  }

  /** `target` is asked for each connection: where what is behind the link listens. */
  static async open(target: () => number): Promise<Link> {
    const sockets = new Set<net.Socket>()
    const state = { isCut: false }
    const server = net.createServer({ noDelay: true }, (client) => {
      if (state.isCut) {
        client.resetAndDestroy()
        return
      }
      join(client, net.connect({ port: target(), host: '127.0.0.1', noDelay: true }), sockets)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Link({ server, sockets, state })
  }

  /** Resets every connection, and refuses new ones until it is mended. */
  cut(): void {
    this.#state.isCut = true
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  mend(): void {
    this.#state.isCut = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** What one side sends waits while the other one does not read. */
function join(client: net.Socket, server: net.Socket, sockets: Set<net.Socket>): void {
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    sockets.add(from)
    from.on('error', () => from.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    from.pipe(to)
  }
}
