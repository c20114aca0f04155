import type { RawConfig } from '../../config/types.ts'
import { NotFoundError } from '../../errors/connect-error.ts'
import { SerialQueue } from '../../util/serial-queue.ts'
import { ConnectorLifecycle } from './connector-lifecycle.ts'
import type { LifecycleServices } from '../lifecycle-services.ts'

/** The connectors there are, by name. */
export class ConnectorTable {
  readonly #connectors = new Map<string, ConnectorLifecycle>()
  /** They outlive their connectors, while something of those is still on its way. */
  readonly #chains = new Map<string, SerialQueue>()

  get names(): readonly string[] {
    return [...this.#connectors.keys()]
  }

  find(name: string): ConnectorLifecycle | undefined {
    return this.#connectors.get(name)
  }

  /** Throws a NotFoundError, by default with the text that most requests are answered with. */
  get(name: string, missing = `Connector ${name} not found`): ConnectorLifecycle {
    const connector = this.#connectors.get(name)
    if (!connector) throw new NotFoundError(missing)
    return connector
  }

  add(name: string, config: RawConfig, services: LifecycleServices): ConnectorLifecycle {
    const chain = this.#chains.get(name) ?? new SerialQueue()
    this.#chains.set(name, chain)
    const initial = { config, targetState: 'STARTED' } as const
    const connector = new ConnectorLifecycle(name, initial, chain, services)
    this.#connectors.set(name, connector)
    return connector
  }

  /** The name is free at once; resolves when the connector and its tasks are gone. */
  async remove(name: string): Promise<void> {
    const connector = this.get(name)
    this.#connectors.delete(name)
    try {
      await connector.remove()
    } finally {
      if (this.#chains.get(name)?.size === 0) this.#chains.delete(name)
    }
  }

  /** Ends every wait for a plugin. */
  abandon(reason: Error): void {
    for (const connector of this.#connectors.values()) connector.abandon(reason)
  }
}
