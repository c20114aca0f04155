import type { ProcessSettings } from '../config/process-settings.ts'
import { bufferBytesOf, heapMbOf } from '../config/process-settings.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { WorkerFile, WorkerFileSource } from '../config/worker-file.ts'
import type { WorkerLease } from '../messages/worker-lease.ts'
import { ConfigTransformer } from '../plugins/config-transformer.ts'
import { discoverPlugins } from '../plugins/discovery.ts'
import { nearNames } from '../plugins/near-names.ts'
import { PluginLoader } from '../plugins/plugin-loader.ts'
import { PluginRegistry } from '../plugins/plugin-registry.ts'
import type { OffsetBackingStore } from '../stores/offset-backing-store.ts'
import type { LogHistory } from '../util/log-history.ts'
import type { Logger } from '../util/logger.ts'
import { MemoryBudget } from '../util/memory-budget.ts'
import { pinSecretsOf } from '../util/secrets.ts'
import type { OffsetPlaces } from '../worker/offset-stores.ts'
import type { TransactionGuard } from '../worker/transaction-guard.ts'
import type { WorkerListener } from '../worker/types.ts'
import { Worker } from '../worker/worker.ts'
import { kafkaCleaner } from './kafka-cleaner.ts'
import { sinkGroups } from './sink-groups.ts'
import { topicCreator } from './topics.ts'

/** What a worker of either kind is given by its command. */
export interface WorkerSurroundings {
  /** The worker file, as it was read. */
  readonly originals: ConnectorConfig
  /** Names that file in messages. */
  readonly source: string
  readonly settings: ProcessSettings
  /** The build's `plugin-thread.js`. */
  readonly threadEntry: URL
  /** Is given the log. */
  readonly logs: LogHistory
}

/** What stands before anything is opened. */
export interface Foundation<C extends WorkerConfig> {
  readonly registry: PluginRegistry
  readonly loader: PluginLoader
  readonly resolver: ConfigTransformer
  /** Variables resolved. */
  readonly file: WorkerFile<C>
}

/** Plugins come first: the worker file names config providers, whose variables it may use, and classes to be checked. */
export async function layFoundation<C extends WorkerConfig>(
  { originals, source }: WorkerSurroundings,
  read: (originals: ConnectorConfig, source: WorkerFileSource) => WorkerFile<C>,
  log: Logger,
  signal: AbortSignal,
): Promise<Foundation<C>> {
  const { plugins, warnings } = await discoverPlugins((originals['plugin.path'] ?? '').split(','))
  const registry = new PluginRegistry(plugins)
  const loader = new PluginLoader(registry)
  const resolver = await ConfigTransformer.open(originals, loader)
  const resolved = await resolver.resolve(originals, signal)
  const adviseClass = (name: string): string | null => adviceOn(name, registry)
  const file = read(resolved, { source, adviseClass })
  pinSecretsOf(resolved)
  for (const warning of [...warnings, ...file.warnings]) log.warn(warning)
  return { registry, loader, resolver, file }
}

function adviceOn(name: string, registry: PluginRegistry): string | null {
  const near = nearNames(name, [...new Set(registry.plugins.map((plugin) => plugin.className))])
  return near.length === 0 ? null : `Did you mean ${near.join(' or ')}?`
}

export interface PluginWorkerParts {
  readonly surroundings: WorkerSurroundings
  readonly kafkaClusterId: string | null
  readonly offsets: OffsetBackingStore
  /** Until when the worker may act; for ever where none is given. */
  readonly lease?: WorkerLease
  readonly offsetPlaces?: OffsetPlaces
  readonly transactions?: TransactionGuard
}

/** What runs connectors and tasks for a herder. */
export function pluginWorker<C extends WorkerConfig>(
  { registry, file }: Foundation<C>,
  { surroundings, ...parts }: PluginWorkerParts,
  listener: WorkerListener,
): Worker {
  const { settings, threadEntry, logs } = surroundings
  const { originals } = file
  return new Worker({
    ...{ config: originals, plugins: registry, listener, logs, ...parts },
    topics: topicCreator(originals),
    cleaner: kafkaCleaner,
    groups: sinkGroups(originals),
    memory: new MemoryBudget(bufferBytesOf(settings)),
    threads: { entry: threadEntry, max: settings.threads, heapMb: heapMbOf(settings) },
  })
}
