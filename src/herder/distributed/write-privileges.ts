import { asError } from '../../errors/connect-error.ts'
import type { KafkaConfigStore } from '../../stores/config/kafka-config-store.ts'
import { delay, isAbortOf } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.DistributedHerder')

/** Pause before a claim that failed is made again. */
const retryMs = 250

export interface WritePrivilegesParts {
  readonly configs: Pick<
    KafkaConfigStore,
    'claimWritePrivileges' | 'releaseWritePrivileges' | 'watchWritePrivileges'
  >
  /** Whether this worker leads its group, by all it knows at this moment. */
  readonly leads: () => boolean
}

/**
 * Has the leader's right to write configurations in this worker's hands while it leads, so that a worker that led before can write nothing
 * any more (invariant 4). A worker that was fenced claims the right again only where it still leads.
 */
export class WritePrivileges {
  readonly #parts: WritePrivilegesParts
  readonly #stopping = new AbortController()
  #claiming: Promise<void> | null = null

  constructor(parts: WritePrivilegesParts) {
    this.#parts = parts
    parts.configs.watchWritePrivileges(() => this.#claimOnce())
  }

  /** The worker has its place in the group: it claims the right where it leads, and gives it up where it does not. Waits for nothing. */
  settled(): void {
    if (this.#parts.leads()) this.#claimOnce()
    else void this.#parts.configs.releaseWritePrivileges()
  }

  #claimOnce(): void {
    this.#claiming ??= this.#claim().finally(() => {
      this.#claiming = null
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The worker stops.'))
    await this.#claiming
  }

  /** Never rejects. */
  async #claim(): Promise<void> {
    const { configs, leads } = this.#parts
    const { signal } = this.#stopping
    while (!signal.aborted && leads()) {
      try {
        await configs.claimWritePrivileges(signal)
        return
      } catch (error) {
        if (isAbortOf(signal, error)) return
        log.warn(
          `Unable to claim write privileges for config topic. Will back off and possibly retry if still the leader: ${asError(error).message}`,
        )
        await delay(retryMs, signal).catch(() => undefined)
      }
    }
  }
}
