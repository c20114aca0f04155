import type { ConnectorConfig, RawConfig } from '../../config/types.ts'
import type { Logger } from '../../util/logger.ts'
import type { ConnectorWorker } from '../../worker/types.ts'
import type { ConfigResolver } from '../config-resolver.ts'
import type { ExpiryRestarts } from '../expiry-restarts.ts'
import type { RestartSupervisor } from '../restart-supervisor.ts'
import type { ClusterStatuses } from './cluster-statuses.ts'

/** What the connectors and tasks of this worker need of their surroundings. */
export interface OwnedServices {
  readonly worker: ConnectorWorker
  readonly statuses: ClusterStatuses
  readonly resolver: ConfigResolver
  readonly restarts: RestartSupervisor
  readonly expiries: ExpiryRestarts
  readonly log: Logger
  /** Resolves once the worker has its place in the group: invariant 4, who has none starts nothing. */
  readonly untilSettled: (signal: AbortSignal) => Promise<unknown>
  /** Has a connector have these tasks, made from `config`, unless it has them already. */
  readonly publish: (
    connector: string,
    config: RawConfig,
    tasks: readonly ConnectorConfig[],
    signal: AbortSignal,
  ) => Promise<void>
}
