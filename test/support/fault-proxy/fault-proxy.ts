import net from 'node:net'
import type { HostPort } from '../../../src/kafka/net/socket.ts'
import { abortable } from '../../../src/util/abort.ts'
import type { Fault, Hit } from './faults.ts'
import { FaultPlan } from './faults.ts'
import { Overtaking } from './overtaking.ts'
import { ProxiedConnection } from './proxied-connection.ts'

/**
 * Stands between our clients and real brokers, sees requests and responses, and strikes those that faults were armed
 * for. It does nothing by chance: the same faults strike the same requests.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #plan = new FaultPlan()
  readonly #overtaking = new Overtaking()
  /** The port here for each address of a broker. */
  readonly #ports = new Map<string, number>()
  readonly #servers: net.Server[] = []
  readonly #connections = new Set<ProxiedConnection>()
  #count = 0

  static async start(...brokers: readonly HostPort[]): Promise<FaultProxy> {
    const proxy = new FaultProxy()
    for (const broker of brokers) await proxy.#listen(broker)
    return proxy
  }

  /** Where clients find the brokers: all of their connections then go through the proxy. */
  get bootstrapServers(): string {
    return Array.from(this.#ports.values(), (port) => `127.0.0.1:${port}`).join(',')
  }

  /** What has had its effect so far. */
  get hits(): readonly Hit[] {
    return this.#plan.hits
  }

  /** Connections made through the proxy so far. */
  get connectionCount(): number {
    return this.#count
  }

  /** The fault strikes the next request of its api that no fault armed before waits for. */
  arm(fault: Fault): void {
    this.#plan.arm(fault)
  }

  disarm(): void {
    this.#plan.disarm()
  }

  /** Waits until all has reached the broker, and been answered, that clients sent which are gone. */
  async settled(signal: AbortSignal): Promise<void> {
    const left = [...this.#connections].filter(({ clientGone }) => clientGone)
    await abortable(Promise.all(left.map(({ done }) => done)), signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.destroy()
    await Promise.all(
      this.#servers.map((server) => new Promise((resolve) => server.close(resolve))),
    )
  }

  async #listen(address: HostPort): Promise<void> {
    const server = net.createServer({ noDelay: true }, (client) => {
      const broker = net.connect({ ...address, noDelay: true })
      this.#join(client, broker)
    })
    this.#servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.#ports.set(labelOf(address), (server.address() as net.AddressInfo).port)
  }

  #addressOf(broker: HostPort): HostPort {
    const port = this.#ports.get(labelOf(broker))
    // There is none for a coordinator that is not known.
    return port === undefined ? broker : { host: '127.0.0.1', port }
  }

  #join(client: net.Socket, broker: net.Socket): void {
    const connection = new ProxiedConnection({
      number: this.#count++,
      client,
      broker,
      plan: this.#plan,
      overtaking: this.#overtaking,
      readdress: (broker) => this.#addressOf(broker),
    })
    this.#connections.add(connection)
    void connection.done.then(() => this.#connections.delete(connection))
  }
}

function labelOf({ host, port }: HostPort): string {
  return `${host}:${port}`
}
