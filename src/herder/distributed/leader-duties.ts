import { asError } from '../../errors/connect-error.ts'
import type { ClusterConfigState } from '../../stores/config/cluster-config.ts'
import { delay, isAbortOf } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import type { ClusterStatuses } from './cluster-statuses.ts'
import type { ConfigStore } from './options.ts'
import type { SessionKeys } from './session-keys.ts'
import type { GroupAssignment } from './worker-group.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.DistributedHerder')

/** A session key that could not be written is written again after this long. */
const retryMs = 1000
/** Timers wait no longer at once. */
const longestWaitMs = 2 ** 31 - 1

export interface LeaderDutiesParts {
  readonly configs: Pick<ConfigStore, 'snapshot' | 'putSessionKey' | 'refresh'>
  readonly statuses: ClusterStatuses
  readonly sessionKeys: SessionKeys
  /** The worker's place in the group, while it has one that it may act on. */
  readonly settled: () => GroupAssignment | null
}

/** What the leader of the group does without being asked: statuses of what is gone go, session keys are renewed. */
export class LeaderDuties {
  readonly #parts: LeaderDutiesParts
  readonly #stopping = new AbortController()
  #renewing: Promise<void> = Promise.resolve()
  #superseded = new AbortController()

  constructor(parts: LeaderDutiesParts) {
    this.#parts = parts
  }

  /** An assignment is in force. */
  settled(): void {
    if (this.#leads() === null) return
    this.#destroyStatuses(this.#parts.configs.snapshot())
    this.renewKey()
  }

  /** There may be something to do: a key was read, or another assignment is in force. */
  renewKey(): void {
    this.#superseded.abort(new Error('The session key is looked after anew.'))
    this.#superseded = new AbortController()
    const signal = AbortSignal.any([this.#superseded.signal, this.#stopping.signal])
    this.#renewing = this.#renewing.then(() => this.#renew(signal))
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The worker stops.'))
    await this.#renewing
  }

  #leads(): GroupAssignment | null {
    const settled = this.#parts.settled()
    return settled?.isLeader === true ? settled : null
  }

  #destroyStatuses({ connectors }: ClusterConfigState): void {
    const { statuses } = this.#parts
    const { table } = statuses
    for (const connector of table.connectors) {
      const state = connectors.get(connector)
      if (state === undefined) {
        statuses.destroyConnector(connector)
        continue
      }
      for (const task of table.tasks(connector).keys()) {
        if (task >= state.tasks.length) statuses.destroyTask({ connector, task })
      }
    }
  }

  /** Never rejects. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { configs, sessionKeys } = this.#parts
    while (!signal.aborted && (this.#leads()?.version ?? 0) >= 2) {
      try {
        const { sessionKey } = configs.snapshot()
        const next = sessionKeys.next(sessionKey, Date.now())
        if (next !== null) {
          await configs.putSessionKey(next, signal)
          await configs.refresh(signal)
        } else if (sessionKey !== null) {
          const leftMs = sessionKeys.expiresAt(sessionKey) - Date.now()
          await delay(Math.min(leftMs, longestWaitMs), signal)
        }
      } catch (error) {
        if (isAbortOf(signal, error)) return
        log.error(`Failed to write a new session key: ${asError(error).message}`, error)
        await delay(retryMs, signal).catch(() => undefined)
      }
    }
  }
}
