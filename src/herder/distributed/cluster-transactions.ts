import type { RawConfig } from '../../config/types.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import { BadRequestError } from '../../errors/rest-error.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { ConnectorWorker } from '../../worker/types.ts'
import type { ConfigResolver } from '../config-resolver.ts'
import { connectorTypeOf } from '../connector-type.ts'
import type { ClusterMembership } from './cluster-membership.ts'
import type { ClusterViews } from './cluster-views.ts'
import type { ConnectorRequests } from './connector-requests.ts'
import type { ConfigStore, ExactlyOnceOptions } from './options.ts'
import type { OwnedWork } from './owned-work.ts'
import type { PeerClient } from './peer-client.ts'
import { SourceTransactions } from './source-transactions.ts'
import { WritePrivileges } from './write-privileges.ts'
import { ZombieFencing } from './zombie-fencing.ts'

const refusal = 'Only the leader may perform zombie fencing.'

export interface ClusterTransactionsParts {
  readonly options?: ExactlyOnceOptions
  readonly configs: ConfigStore
  readonly peers: PeerClient
  readonly resolver: ConfigResolver
  /** What is made after this. */
  readonly later: () => {
    readonly worker: ConnectorWorker
    readonly membership: ClusterMembership
    readonly owned: OwnedWork
    readonly views: ClusterViews
    readonly requests: ConnectorRequests
  }
}

/** What a herder of a cluster does so that sources may write exactly once (KIP-618): of its own tasks, and for others as the leader. */
export class ClusterTransactions {
  /** For the worker's own tasks. */
  readonly ofTasks: SourceTransactions
  readonly #parts: ClusterTransactionsParts
  readonly #fencing: ZombieFencing
  readonly #privileges: WritePrivileges

  constructor(parts: ClusterTransactionsParts) {
    const { configs, peers, later } = parts
    this.#parts = parts
    this.#fencing = new ZombieFencing({
      configs,
      asLeader: (signal, job) => later().requests.asLeader(refusal, signal, job),
      fenceProducers: (connector, tasks, signal) => this.#fence(connector, tasks, signal),
    })
    this.#privileges = new WritePrivileges({
      configs,
      leads: () => later().membership.settled?.isLeader === true,
    })
    this.ofTasks = new SourceTransactions({
      ...{ configs, peers, fencing: this.#fencing },
      leadership: (signal) => later().membership.untilSettled(signal),
      sessionKey: () => {
        const version = later().membership.assignment?.version ?? 0
        return version >= 2 ? configs.snapshot().sessionKey : null
      },
      startedFrom: (id) => this.#startedFrom(id),
    })
  }

  /** Whether the tasks of a connector belong to their set: where another one is made, all of them start anew. */
  isGenerationBound(config: RawConfig): boolean {
    const { options, later } = this.#parts
    return options?.isEnabled === true && connectorTypeOf(later().worker, config) === 'source'
  }

  /** The worker has its place in the group. Waits for nothing. */
  settled(): void {
    this.#privileges.settled()
  }

  /** The connector has another set of tasks. */
  reconfigured(connector: string): void {
    this.#fencing.reconfigured(connector)
  }

  /** Another worker wants a source connector's earlier tasks fenced, which the leader does. */
  async fence(connector: string, signal: AbortSignal): Promise<void> {
    const { worker, views, requests } = this.#parts.later()
    await requests.asLeader(refusal, signal, () => {
      if (connectorTypeOf(worker, views.get(connector).config) === 'source') return
      throw new BadRequestError(`Connector ${connector} is not a source connector`)
    })
    await this.#fencing.fence(connector, signal)
  }

  /** As {@link fence}, before the offsets of a connector without tasks are changed, where that may have been written in transactions. */
  async beforeOffsetsChange(
    connector: string,
    config: RawConfig,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.isGenerationBound(config)) await this.#fencing.fence(connector, signal)
  }

  async stop(reason: Error): Promise<void> {
    this.#fencing.stop(reason)
    await this.#privileges.stop()
  }

  #startedFrom(id: ConnectorTaskId): number | null {
    const { owned } = this.#parts.later()
    return owned.hasTask(id) ? (owned.task(id)?.startedFrom ?? null) : null
  }

  async #fence(
    { name, config }: { readonly name: string; readonly config: RawConfig },
    tasks: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { resolver, options, configs, later } = this.#parts
    if (options === undefined) {
      throw new ConnectError('This worker does not support exactly-once sources.')
    }
    const given = Object.entries(config).filter((entry): entry is [string, string] => {
      return entry[1] !== null
    })
    const resolved = await resolver.resolve(Object.fromEntries(given), signal)
    // Invariant 4: while values were resolved, or the process was stopped, another one may have become the leader, whose tasks these would be.
    const isDue = await later().requests.asLeader(refusal, signal, () => {
      const state = configs.snapshot().connectors.get(name)
      return state?.needsFencing === true && state.fencedTasks === tasks
    })
    // Another one has led in between, and done so: what has these ids by now is to run.
    if (!isDue) return
    await options.fenceProducers({ name, config: resolved }, tasks, signal)
  }
}
