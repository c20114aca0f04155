import type { RawConfig } from '../../config/types.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import { BadRequestError } from '../../errors/rest-error.ts'
import type { ConnectorOffset, OffsetChange } from '../../messages/connector-offsets.ts'
import { abortable, timeLimit } from '../../util/abort.ts'
import { SerialQueue } from '../../util/serial-queue.ts'
import { resolveConfig } from '../lifecycle-services.ts'
import { notStoppedMessage, offsetsMessage } from '../offsets-message.ts'
import type { ClusterTransactions } from './cluster-transactions.ts'
import type { ClusterViews } from './cluster-views.ts'
import type { ConnectorRequests } from './connector-requests.ts'
import type { ConfigStore } from './options.ts'
import type { OwnedServices } from './owned-services.ts'

export interface ClusterOffsetsParts {
  readonly configs: Pick<ConfigStore, 'refresh'>
  readonly requests: ConnectorRequests
  readonly views: ClusterViews
  readonly services: OwnedServices
  readonly transactions: Pick<ClusterTransactions, 'beforeOffsetsChange'>
  /** `worker.sync.timeout.ms` */
  readonly syncTimeoutMs: number
}

/** Reads the offsets of connectors, and changes them on the leader (KIP-875). */
export class ClusterOffsets {
  readonly #parts: ClusterOffsetsParts
  /** One change of a connector's offsets at a time. */
  readonly #changes = new Map<string, SerialQueue>()

  constructor(parts: ClusterOffsetsParts) {
    this.#parts = parts
  }

  async read(name: string, signal: AbortSignal): Promise<readonly ConnectorOffset[]> {
    const { views, services } = this.#parts
    const { config: raw } = views.get(name)
    const owner = { connector: name, config: raw }
    const config = await resolveConfig(services, owner, raw, signal)
    return abortable(services.worker.connectorOffsets(name, config, signal), signal)
  }

  async modify(
    name: string,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<string> {
    const { requests } = this.#parts
    const refusal = 'Only the leader can alter the offsets of connectors.'
    // No turn of the loop waits for the connector.
    await requests.asLeader(refusal, signal, () => this.#refresh(signal))
    const queue = this.#changes.get(name) ?? new SerialQueue()
    this.#changes.set(name, queue)
    const changing = queue.run(async () => {
      signal.throwIfAborted()
      await this.#fence(name, this.#stoppedConfig(name), signal)
      return this.#change(name, this.#stoppedConfig(name), changes, signal)
    })
    try {
      const handled = await abortable(changing, signal)
      return offsetsMessage(changes === null ? 'reset' : 'altered', handled)
    } finally {
      if (queue.size === 0) this.#changes.delete(name)
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const { configs, syncTimeoutMs } = this.#parts
    using limit = timeLimit(syncTimeoutMs, signal)
    try {
      await configs.refresh(limit.signal)
    } catch (cause) {
      signal.throwIfAborted()
      throw new ConnectError(
        'Failed to read to end of config topic before modifying connector offsets',
        { cause },
      )
    }
  }

  /** A task that is left from before commits no offset over those that are about to be written. */
  async #fence(name: string, config: RawConfig, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.transactions.beforeOffsetsChange(name, config, signal)
    } catch (cause) {
      signal.throwIfAborted()
      throw new ConnectError(
        'Failed to perform zombie fencing for source connector prior to modifying offsets',
        { cause },
      )
    }
  }

  #stoppedConfig(name: string): RawConfig {
    const { config, targetState, tasks } = this.#parts.views.get(name)
    if (targetState === 'STOPPED' && tasks.length === 0) return config
    throw new BadRequestError(notStoppedMessage(name))
  }

  async #change(
    name: string,
    raw: RawConfig,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { services } = this.#parts
    const owner = { connector: name, config: raw }
    const config = await resolveConfig(services, owner, raw, signal)
    return services.worker.modifyOffsets(name, config, changes, signal)
  }
}
