import type { ConnectorConfig } from '../../config/types.ts'
import type { ConfigChange } from '../../stores/config/cluster-config.ts'
import type { KafkaConfigStore } from '../../stores/config/kafka-config-store.ts'
import type { KafkaStatusStore } from '../../stores/status/kafka-status-store.ts'
import type { LogHistory } from '../../util/log-history.ts'
import type { ConnectorWorker, WorkerListener } from '../../worker/types.ts'
import type { TopicTracking } from '../active-topics.ts'
import type { ConfigResolver } from '../config-resolver.ts'
import type { Clock } from '../restart-supervisor.ts'
import type { PeerClient } from './peer-client.ts'
import type { SessionKeyOptions } from './session-keys.ts'
import type { SourceTransactions } from './source-transactions.ts'
import type { WorkerGroup, WorkerGroupParts } from './worker-group.ts'

/** The topic of configurations; the herder starts and stops it. */
export type ConfigStore = Pick<KafkaConfigStore, keyof KafkaConfigStore>

/** The topic of statuses; the herder starts and stops it. */
export type StatusStore = Pick<KafkaStatusStore, keyof KafkaStatusStore>

/** The worker's place in its group. */
export type GroupMember = Pick<
  WorkerGroup,
  'generation' | 'ownerUrl' | 'requestRejoin' | 'serve' | 'leave'
>

/** What the store of configurations tells the herder. */
export interface ConfigListener {
  readonly onChange: (change: ConfigChange) => void
  readonly onReloaded: () => void
}

/** What the group asks of the herder. */
export type GroupNeeds = Pick<
  WorkerGroupParts,
  'configs' | 'listener' | 'notify' | 'isDrained' | 'isStopping'
>

export interface DistributedHerderOptions {
  /** Makes the worker, which tells `listener` what happens in it. */
  readonly worker: (listener: WorkerListener, transactions: SourceTransactions) => ConnectorWorker
  readonly configs: (listener: ConfigListener) => ConfigStore
  readonly statuses: StatusStore
  /** Makes a new member of the group: at the start, and after the worker has left it. With the lease of the worker's threads. */
  readonly group: (needs: GroupNeeds) => GroupMember
  readonly peers: PeerClient
  /** Of source tasks that write in transactions; without it none does, and none of another worker’s is fenced. */
  readonly exactlyOnce?: ExactlyOnceOptions
  readonly resolver: ConfigResolver
  /** `host:port` of the advertised listener. */
  readonly workerId: string
  readonly settings: DistributedSettings
  readonly topicTracking: TopicTracking
  /** The worker's file, for what connectors may leave to it: `errors.restart.*`. */
  readonly workerConfig: ConnectorConfig
  /** Of the restarts that nobody asks for; the real one where none is given. */
  readonly clock?: Clock
  /** What the worker lacks beyond its threads and what the herder knows itself, in a sentence; null while it lacks nothing. */
  readonly problem?: () => string | null
  /** The commit of our build, 16 hexadecimal digits. */
  readonly commit?: string
  /** Is given the log. */
  readonly logs?: LogHistory
}

export interface ExactlyOnceOptions {
  /** Whether this worker's source tasks do (`exactly.once.source.support=enabled`). */
  readonly isEnabled: boolean
  /** Fences the producers of so many tasks of a connector, whose configuration has its variables resolved. */
  readonly fenceProducers: (
    connector: { readonly name: string; readonly config: ConnectorConfig },
    tasks: number,
    signal: AbortSignal,
  ) => Promise<void>
}

export interface DistributedSettings {
  /** `worker.sync.timeout.ms` */
  readonly syncTimeoutMs: number
  /** `worker.unsync.backoff.ms` */
  readonly unsyncBackoffMs: number
  /** `rebalance.timeout.ms` */
  readonly rebalanceTimeoutMs: number
  /** `inter.worker.key.*` */
  readonly sessionKeys: SessionKeyOptions
  /** `inter.worker.verification.algorithms` */
  readonly verificationAlgorithms: readonly string[]
  /** `task.stalled.ms` */
  readonly stalledMs: number
}
