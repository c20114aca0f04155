import type { ClusterConfigState, ConfigChange } from '../../stores/config/cluster-config.ts'
import type { LogHistory } from '../../util/log-history.ts'
import type { Loggers } from '../loggers.ts'
import type { ClusterMembership } from './cluster-membership.ts'
import type { ClusterTopics } from './cluster-topics.ts'
import type { ClusterTransactions } from './cluster-transactions.ts'
import type { LeaderDuties } from './leader-duties.ts'
import type { OwnedWork } from './owned-work.ts'
import type { RestartRequests } from './restart-requests.ts'

/** Whom a change may concern. */
export interface ConfigChangesParts {
  readonly membership: ClusterMembership
  readonly owned: OwnedWork
  readonly duties: LeaderDuties
  readonly transactions: ClusterTransactions
  readonly restartRequests: RestartRequests
  readonly topics: ClusterTopics
  readonly logs: LogHistory
  readonly loggers: Loggers
}

/** Hands on what the topic of configurations says, to each whom it concerns, and has the group rebalanced where that is another division of work. */
export class ConfigChanges {
  readonly #snapshot: () => ClusterConfigState
  readonly #parts: () => ConfigChangesParts
  readonly #signal: AbortSignal
  /** Connectors that the group has been rebalanced for, or is about to be. */
  #known: ReadonlySet<string> = new Set()

  /** `parts` is asked once something changes; restarts that are asked for end with `signal`. */
  constructor(
    snapshot: () => ClusterConfigState,
    parts: () => ConfigChangesParts,
    signal: AbortSignal,
  ) {
    this.#snapshot = snapshot
    this.#parts = parts
    this.#signal = signal
  }

  /** Whoever joins the group does so with what has been read by now. */
  joining(): void {
    this.#known = new Set(this.#snapshot().connectors.keys())
  }

  /** The topic says something new. Waits for nothing. */
  apply(change: ConfigChange): void {
    const { duties, loggers, owned, restartRequests, transactions } = this.#parts()
    switch (change.kind) {
      case 'connector-config':
        owned.connectorWritten(change.connector)
        if (!this.#known.has(change.connector)) this.#rebalance('there is a new connector')
        break
      case 'connector-removed':
        this.#forget(change.connector)
        owned.align(change.connector)
        this.#rebalance('a connector was deleted')
        break
      case 'task-configs':
        transactions.reconfigured(change.connector)
        owned.tasksChanged(change.connector)
        owned.align(change.connector)
        this.#rebalance('a connector has other tasks')
        break
      case 'target-state':
        owned.align(change.connector)
        break
      case 'session-key':
        duties.renewKey()
        break
      case 'restart':
        void restartRequests.heard(change, this.#signal)
        break
      case 'logger':
        loggers.apply(change.logger, change.level)
    }
  }

  /** Anything may have changed: connectors may be gone without a word. */
  reloaded(): void {
    const { owned } = this.#parts()
    const { connectors } = this.#snapshot()
    for (const name of this.#known) if (!connectors.has(name)) this.#forget(name)
    for (const name of connectors.keys()) owned.tasksChanged(name)
    owned.align()
    this.#rebalance('the topic of configurations was read anew')
  }

  /** The connector is gone. Its topics are forgotten by whoever ran something of it, and by the leader. */
  #forget(connector: string): void {
    const { logs, membership, owned, topics } = this.#parts()
    const isLeader = membership.settled?.isLeader === true
    if (owned.has(connector) || isLeader) topics.forget(connector)
    logs.forget(connector)
  }

  #rebalance(reason: string): void {
    this.joining()
    this.#parts().membership.requestRejoin(reason)
  }
}
