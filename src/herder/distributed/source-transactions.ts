import { ConnectError, asError, isConnectError } from '../../errors/connect-error.ts'
import { NotLeaderError } from '../../errors/forwarding-errors.ts'
import { RestError } from '../../errors/rest-error.ts'
import { taskIdText } from '../../messages/ids.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { SessionKey } from '../../stores/config/config-records.ts'
import type { KafkaConfigStore } from '../../stores/config/kafka-config-store.ts'
import { PrivilegedWriteError } from '../../stores/config/leader-writer.ts'
import { delay } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import type { PeerClient } from './peer-client.ts'
import type { ZombieFencing } from './zombie-fencing.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.DistributedHerder')

/** A leader that cannot be asked, or is just no leader any more, is asked again for so long. */
const patienceMs = 60_000
const retryMs = 250

/** Who leads the group, as a member knows it. */
export interface Leadership {
  readonly isLeader: boolean
  readonly leaderUrl: string
}

export interface SourceTransactionsParts {
  readonly configs: Pick<KafkaConfigStore, 'refresh'>
  /** Waits until the worker has its place in the group. */
  readonly leadership: (signal: AbortSignal) => Promise<Leadership>
  /** What requests between workers are signed with; null where they are not. */
  readonly sessionKey: () => SessionKey | null
  readonly peers: Pick<PeerClient, 'fenceZombies'>
  readonly fencing: ZombieFencing
  /** The generation of the set of tasks that a task of this worker was started from; null where it is not this worker's any more. */
  readonly startedFrom: (id: ConnectorTaskId) => number | null
}

/** What a worker does for its own source tasks that write in transactions, before they do (KIP-618). */
export class SourceTransactions {
  readonly #parts: SourceTransactionsParts

  constructor(parts: SourceTransactionsParts) {
    this.#parts = parts
  }

  /** Has the leader fence the producers of earlier tasks; it is looked for again where it is away or has changed. */
  async fenceZombies({ connector }: ConnectorTaskId, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + patienceMs
    for (;;) {
      try {
        await this.#askLeader(connector, signal)
        return
      } catch (error) {
        signal.throwIfAborted()
        if (!mayPass(error) || performance.now() > deadline) throw inWords(error)
        const { message } = asError(error)
        log.info(`The leader did not fence earlier tasks of connector ${connector} yet: ${message}`)
        await delay(retryMs, signal)
      }
    }
  }

  /** Rejects, in Java's words, where the task may not write any more that was started (invariant 4). */
  async confirm(id: ConnectorTaskId, signal: AbortSignal): Promise<void> {
    const { connectors } = await this.#parts.configs.refresh(signal)
    const name = taskIdText(id)
    const started = this.#parts.startedFrom(id)
    if (started === null) {
      throw new ConnectError(
        `Cannot start source task ${name} as it has already been revoked from this worker`,
      )
    }
    if (connectors.get(id.connector)?.generation !== started) {
      throw new ConnectError(
        `Cannot start source task ${name} with exactly-once support as the connector has already generated a new set of task configs`,
      )
    }
  }

  async #askLeader(connector: string, signal: AbortSignal): Promise<void> {
    const { leadership, fencing, peers, sessionKey } = this.#parts
    const { isLeader, leaderUrl } = await leadership(signal)
    if (isLeader) await fencing.fence(connector, signal)
    else await peers.fenceZombies(leaderUrl, connector, sessionKey(), signal)
  }
}

/** What another worker has answered, or that this one is no leader any more, by the group or by what it could not write. */
function mayPass(error: unknown): boolean {
  return (
    error instanceof RestError ||
    error instanceof NotLeaderError ||
    error instanceof PrivilegedWriteError
  )
}

function inWords(error: unknown): Error {
  if (isConnectError(error)) return error
  return new ConnectError(`Failed to perform round of zombie fencing: ${asError(error).message}`, {
    cause: error,
  })
}
