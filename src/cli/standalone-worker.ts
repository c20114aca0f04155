import { workerClientConfig } from '../config/client-config.ts'
import { bufferBytesOf, heapMbOf } from '../config/process-settings.ts'
import type { ProcessSettings } from '../config/process-settings.ts'
import { readStandaloneConfig } from '../config/standalone-config.ts'
import type { StandaloneConfig } from '../config/standalone-config.ts'
import type { WorkerFile } from '../config/worker-file.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { StandaloneHerder } from '../herder/standalone/standalone-herder.ts'
import { clientOptions } from '../kafka/net/client-options.ts'
import { KafkaClient } from '../kafka/net/client.ts'
import { ConfigTransformer } from '../plugins/config-transformer.ts'
import type { ClientConfig } from '../kafka/types.ts'
import { discoverPlugins } from '../plugins/discovery.ts'
import { nearNames } from '../plugins/near-names.ts'
import { PluginLoader } from '../plugins/plugin-loader.ts'
import { PluginRegistry } from '../plugins/plugin-registry.ts'
import { advertisedAddress } from '../rest/advertised.ts'
import { restConfig } from '../rest/rest-config.ts'
import { createRestServer } from '../rest/rest-server.ts'
import type { RestServer } from '../rest/rest-server.ts'
import type { OffsetBackingStore } from '../stores/offset-backing-store.ts'
import { MemoryBudget } from '../util/memory-budget.ts'
import type { LogHistory } from '../util/log-history.ts'
import { createLogger } from '../util/logger.ts'
import { pinSecretsOf } from '../util/secrets.ts'
import { Worker } from '../worker/worker.ts'
import { buildInfo } from './build-info.ts'
import { describeCluster } from './describe-cluster.ts'
import { kafkaCleaner } from './kafka-cleaner.ts'
import { openOffsetStore } from './offset-store.ts'
import { sinkGroups } from './sink-groups.ts'
import { stopInOrder } from './stop-in-order.ts'
import { topicCreator } from './topics.ts'

export interface StandaloneWorkerOptions {
  /** The worker file, as it was read. */
  readonly originals: ConnectorConfig
  /** Names that file in messages. */
  readonly source: string
  readonly settings: ProcessSettings
  /** The build's `plugin-thread.js`. */
  readonly threadEntry: URL
  /** How many connectors are about to be created: as many task threads are started at once. */
  readonly connectors: number
  /** Is given the log. */
  readonly logs: LogHistory
}

const log = createLogger('org.apache.kafka.connect.cli.ConnectStandalone')

/** All that a worker is made of, wired. Opened it answers REST that it is starting; started it runs connectors. */
export class StandaloneWorker {
  readonly herder: StandaloneHerder
  readonly #rest: RestServer
  readonly #offsets: OffsetBackingStore
  /** For the start alone. */
  readonly #client: KafkaClient
  readonly #resolver: ConfigTransformer

  private constructor(parts: {
    readonly herder: StandaloneHerder
    readonly rest: RestServer
    readonly offsets: OffsetBackingStore
    readonly client: KafkaClient
    readonly resolver: ConfigTransformer
  }) {
    this.herder = parts.herder
    this.#rest = parts.rest
    this.#offsets = parts.offsets
    this.#client = parts.client
    this.#resolver = parts.resolver
  }

  /**
   * Reads the configuration, finds the plugins, asks for the cluster's id and opens the REST port, in this order: a
   * worker that cannot reach its cluster answers no one.
   */
  static async open(
    options: StandaloneWorkerOptions,
    signal: AbortSignal,
  ): Promise<StandaloneWorker> {
    const foundation = await lay(options, signal)
    const { config, originals } = foundation.file
    const client = new KafkaClient(clientOptions(foundation.clientConfig))
    const describing = describeCluster(client, originals, signal)
    // While the brokers answer.
    const rest = createRestServer({ ...restConfig(config, originals), ...buildInfo })
    const kafkaClusterId = await describing
    log.info(`Kafka cluster ID: ${kafkaClusterId ?? 'null'}`)
    const bound = await rest.start()
    const workerId = await advertisedAddress(bound, {
      hostName: config['rest.advertised.host.name'],
      port: config['rest.advertised.port'],
      listener: config['rest.advertised.listener'],
    })
    const offsets = openOffsetStore(foundation.file, foundation.clientConfig, client)
    const herder = createHerder(foundation, { ...options, kafkaClusterId, workerId, offsets })
    return new StandaloneWorker({ herder, rest, offsets, client, resolver: foundation.resolver })
  }

  /** Reads the offsets and lets REST in. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#offsets.start(signal)
    await this.#client.close()
    await this.herder.start(signal)
    this.#rest.attach(this.herder)
  }

  /** Names of threads that do not end, so that an exit of the process would not either. */
  stuckThreads(): readonly string[] {
    return this.herder.stuckThreads()
  }

  async stop(): Promise<void> {
    // Those who follow a log would hold it for as long as they liked.
    this.herder.logs.close()
    await stopInOrder({ rest: this.#rest, herder: this.herder, offsets: this.#offsets })
    await this.#client.close()
    this.#resolver.close()
  }
}

/** What stands before anything is opened. */
interface Foundation {
  readonly registry: PluginRegistry
  readonly resolver: ConfigTransformer
  /** Variables resolved. */
  readonly file: WorkerFile<StandaloneConfig>
  /** How the worker itself reaches the brokers. */
  readonly clientConfig: ClientConfig
}

/** Plugins come first: the worker file names config providers, whose variables it may use, and classes to be checked. */
async function lay(
  { originals, source }: StandaloneWorkerOptions,
  signal: AbortSignal,
): Promise<Foundation> {
  const { plugins, warnings } = await discoverPlugins((originals['plugin.path'] ?? '').split(','))
  const registry = new PluginRegistry(plugins)
  const resolver = await ConfigTransformer.open(originals, new PluginLoader(registry))
  const resolved = await resolver.resolve(originals, signal)
  const adviseClass = (name: string): string | null => adviceOn(name, registry)
  const file = readStandaloneConfig(resolved, { source, adviseClass })
  pinSecretsOf(resolved)
  for (const warning of [...warnings, ...file.warnings]) log.warn(warning)
  const clientConfig = workerClientConfig(resolved, 'connect-standalone')
  return { registry, resolver, file, clientConfig }
}

function adviceOn(name: string, registry: PluginRegistry): string | null {
  const near = nearNames(name, [...new Set(registry.plugins.map((plugin) => plugin.className))])
  return near.length === 0 ? null : `Did you mean ${near.join(' or ')}?`
}

interface HerderParts extends Pick<
  StandaloneWorkerOptions,
  'settings' | 'threadEntry' | 'connectors' | 'logs'
> {
  readonly kafkaClusterId: string | null
  readonly workerId: string
  readonly offsets: OffsetBackingStore
}

function createHerder(
  { registry, resolver, file }: Foundation,
  parts: HerderParts,
): StandaloneHerder {
  const { kafkaClusterId, workerId, offsets, settings, threadEntry, connectors, logs } = parts
  const { config, originals } = file
  return new StandaloneHerder({
    worker: (listener) => {
      const worker = new Worker({
        ...{ config: originals, kafkaClusterId, plugins: registry, offsets, listener, logs },
        topics: topicCreator(originals),
        cleaner: kafkaCleaner,
        groups: sinkGroups(originals),
        memory: new MemoryBudget(bufferBytesOf(settings)),
        threads: {
          entry: threadEntry,
          max: settings.threads,
          heapMb: heapMbOf(settings),
        },
      })
      if (connectors > 0) worker.warmUp(connectors)
      return worker
    },
    resolver,
    workerId,
    problem: () => offsets.problem?.() ?? null,
    commit: buildInfo.commit,
    workerConfig: originals,
    stalledMs: Number(config['task.stalled.ms']),
    logs,
    topicTracking: {
      enabled: config['topic.tracking.enable'],
      resettable: config['topic.tracking.allow.reset'],
    },
  })
}
