import type { ConnectorConfig } from '../config/types.ts'
import type { WorkerLease } from '../messages/worker-lease.ts'
import type { PluginDescriptor } from '../plugins/plugin-descriptor.ts'
import type { OffsetBackingStore } from '../stores/offset-backing-store.ts'
import type { LogHistory } from '../util/log-history.ts'
import type { MemoryBudget } from '../util/memory-budget.ts'
import type { PluginFinder } from './plugin-facts.ts'
import type { OffsetPlaces } from './offset-stores.ts'
import type { TopicCreator } from './topic-creation.ts'
import type { TransactionGuard } from './transaction-guard.ts'
import type { KafkaCleaner } from './task-moves.ts'
import type { SinkGroups } from './sink-offsets.ts'
import type { WorkerListener } from './types.ts'

/** The plugins there are, found by class name or alias. */
interface PluginDirectory extends PluginFinder {
  readonly plugins: readonly PluginDescriptor[]
  /** Throws Java's message where there is none, or none within `version`. */
  connector(name: string, version?: string | null): PluginDescriptor
}

export interface WorkerOptions {
  /** The worker's configuration, variables resolved. */
  readonly config: ConnectorConfig
  readonly kafkaClusterId: string | null
  readonly plugins: PluginDirectory
  readonly offsets: OffsetBackingStore
  /** Where connectors keep their offsets that have a topic of their own; without it all are in the worker's. */
  readonly offsetPlaces?: OffsetPlaces
  /** Has source tasks write in transactions, each with a place for its offsets. */
  readonly transactions?: TransactionGuard
  readonly topics: TopicCreator
  readonly cleaner: KafkaCleaner
  readonly groups: SinkGroups
  readonly listener: WorkerListener
  /** Until when its tasks may act; who belongs to a group extends it. Without one they always may. */
  readonly lease?: WorkerLease
  /** What records may take up in buffers, all tasks together. */
  readonly memory: MemoryBudget
  /** Is told which connector or task starts, so that the lines of its runs are told apart. */
  readonly logs?: Pick<LogHistory, 'begin'>
  readonly threads: {
    /** The build's `plugin-thread.js`. */
    readonly entry: URL
    /** Most task threads; the connector thread comes on top. */
    readonly max: number
    /** Limit of each thread's JavaScript heap. */
    readonly heapMb: number
  }
}
