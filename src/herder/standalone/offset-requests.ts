import { BadRequestError } from '../../errors/rest-error.ts'
import type { ConnectorOffset, OffsetChange } from '../../messages/connector-offsets.ts'
import { abortable } from '../../util/abort.ts'
import { notStoppedMessage, offsetsMessage } from '../offsets-message.ts'
import type { ConnectorTable } from './connector-table.ts'
import { resolveConfig } from '../lifecycle-services.ts'
import type { LifecycleServices } from '../lifecycle-services.ts'
import type { RequestLoop } from '../request-loop.ts'

export interface OffsetRequestsOptions {
  readonly loop: RequestLoop
  readonly connectors: ConnectorTable
  readonly services: LifecycleServices
}

/** Reads and changes the offsets of connectors (KIP-875). */
export class OffsetRequests {
  readonly #loop: RequestLoop
  readonly #connectors: ConnectorTable
  readonly #services: LifecycleServices

  constructor({ loop, connectors, services }: OffsetRequestsOptions) {
    this.#loop = loop
    this.#connectors = connectors
    this.#services = services
  }

  async read(name: string, signal: AbortSignal): Promise<readonly ConnectorOffset[]> {
    const { worker } = this.#services
    const raw = await this.#loop.turn(signal, () => this.#connectors.get(name).config)
    const owner = { connector: name, config: raw }
    const config = await resolveConfig(this.#services, owner, raw, signal)
    return abortable(worker.connectorOffsets(name, config, signal), signal)
  }

  /**
   * Takes its turn among what concerns the connector: nothing starts it meanwhile. Where it is not stopped that is said at
   * once, whatever its turn waits for.
   */
  async modify(
    name: string,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<string> {
    const { worker } = this.#services
    const { handled } = await this.#loop.turn(signal, () => {
      const connector = this.#connectors.get(name)
      if (connector.targetState !== 'STOPPED') throw new BadRequestError(notStoppedMessage(name))
      return {
        handled: connector.whileStopped(signal, (config, until) =>
          worker.modifyOffsets(name, config, changes, until),
        ),
      }
    })
    const answer = await abortable(handled, signal)
    return offsetsMessage(changes === null ? 'reset' : 'altered', answer)
  }
}
