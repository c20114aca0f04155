import net from 'node:net'
import { plainSocket } from '../../src/kafka/net/socket.ts'
import type { HostPort, SocketFactory } from '../../src/kafka/net/socket.ts'

/**
 * Stands between our client and a real broker, and cuts connections: after so many chunks from the broker, whose
 * answers are then lost on their way.
 */
export class FlakyProxy implements AsyncDisposable {
  /** How many connections were cut. */
  cuts = 0
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  readonly #cutAfter: () => number

  private constructor(broker: HostPort, cutAfter: () => number) {
    this.#cutAfter = cutAfter
    this.#server = net.createServer((client) =>
      this.#join(client, net.connect(broker.port, broker.host)),
    )
  }

  /** `cutAfter` gives, for each connection, how many chunks from the broker it lets through. */
  static async start(broker: HostPort, cutAfter: () => number): Promise<FlakyProxy> {
    const proxy = new FlakyProxy(broker, cutAfter)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  /** Sockets that go through the proxy, whatever address they are for. */
  get socketFactory(): SocketFactory {
    const { port } = this.#server.address() as net.AddressInfo
    return (_address, ready, onread) => plainSocket({ host: '127.0.0.1', port }, ready, onread)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(client: net.Socket, broker: net.Socket): void {
    let left = this.#cutAfter()
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(from)
      from.on('error', () => from.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      from.on('data', (chunk) => {
        if (from === broker && left-- <= 0) {
          this.cuts++
          client.destroy()
        } else to.write(chunk)
      })
    }
  }
}
