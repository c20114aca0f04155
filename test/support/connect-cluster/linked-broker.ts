import { startBroker } from '../../services/kafka/broker.ts'
import type { Broker } from '../../services/kafka/broker.ts'
import { freePorts } from '../../services/ports.ts'
import { Link } from '../link.ts'

/** A broker with a listener for each of those who work with it, and a link to it that can be cut. */
export interface LinkedBroker extends AsyncDisposable {
  readonly broker: Broker
  readonly links: readonly Link[]
  /** Where the one behind that link finds the broker, which then sends it nowhere else. */
  bootstrapServersOf(link: number): string
}

export async function startLinkedBroker(count: number): Promise<LinkedBroker> {
  const [port = 0, controllerPort = 0, ...ports] = await freePorts(2 + count)
  const links: Link[] = []
  const dispose = async (): Promise<void> => {
    for (const link of links) await link[Symbol.asyncDispose]()
  }
  try {
    for (const target of ports) links.push(await Link.open(() => target))
    const names = links.map((_, n) => `LINK${n}`)
    const local = (name: string, at: number | undefined): string => `${name}://127.0.0.1:${at ?? 0}`
    const broker = await startBroker({
      port,
      controllerPort,
      properties: {
        listeners: [
          local('PLAINTEXT', port),
          local('CONTROLLER', controllerPort),
          ...names.map((name, n) => local(name, ports[n])),
        ].join(),
        'advertised.listeners': [
          local('PLAINTEXT', port),
          ...names.map((name, n) => local(name, links[n]?.port)),
        ].join(),
        'listener.security.protocol.map': ['PLAINTEXT', 'CONTROLLER', ...names]
          .map((name) => `${name}:PLAINTEXT`)
          .join(),
      },
    })
    return {
      broker,
      links,
      bootstrapServersOf: (link) => `127.0.0.1:${links[link]?.port ?? 0}`,
      [Symbol.asyncDispose]: async () => {
        await broker.stop()
        await dispose()
      },
    }
  } catch (error) {
    await dispose()
    throw error
  }
}
