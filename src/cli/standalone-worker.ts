import { workerClientConfig } from '../config/client-config.ts'
import { readStandaloneConfig } from '../config/standalone-config.ts'
import type { StandaloneConfig } from '../config/standalone-config.ts'
import { StandaloneHerder } from '../herder/standalone/standalone-herder.ts'
import type { KafkaClient } from '../kafka/net/client.ts'
import type { ConfigTransformer } from '../plugins/config-transformer.ts'
import type { RestServer } from '../rest/rest-server.ts'
import type { OffsetBackingStore } from '../stores/offset-backing-store.ts'
import { createLogger } from '../util/logger.ts'
import { buildInfo } from './build-info.ts'
import { layFoundation, pluginWorker } from './foundation.ts'
import type { Foundation, PluginWorkerParts, WorkerSurroundings } from './foundation.ts'
import { openFrontDoor } from './front-door.ts'
import { openOffsetStore } from './offset-store.ts'
import { stopInOrder } from './stop-in-order.ts'

export interface StandaloneWorkerOptions extends WorkerSurroundings {
  /** How many connectors are about to be created: as many task threads are started at once. */
  readonly connectors: number
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

  /** Reads the configuration, finds the plugins, asks for the cluster's id and opens the REST port, in this order. */
  static async open(
    options: StandaloneWorkerOptions,
    signal: AbortSignal,
  ): Promise<StandaloneWorker> {
    const foundation = await layFoundation(options, readStandaloneConfig, log, signal)
    const { file, resolver } = foundation
    const clientConfig = workerClientConfig(file.originals, 'connect-standalone')
    const door = await openFrontDoor(foundation, { clientConfig, log }, signal)
    const { rest, client, kafkaClusterId, address } = door
    const offsets = openOffsetStore(file, clientConfig, client)
    const parts = { surroundings: options, kafkaClusterId, offsets }
    const herder = createHerder(foundation, parts, options.connectors, address.workerId)
    return new StandaloneWorker({ herder, rest, offsets, client, resolver })
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

function createHerder(
  foundation: Foundation<StandaloneConfig>,
  parts: PluginWorkerParts,
  connectors: number,
  workerId: string,
): StandaloneHerder {
  const { config, originals } = foundation.file
  return new StandaloneHerder({
    worker: (listener) => {
      const worker = pluginWorker(foundation, parts, listener)
      if (connectors > 0) worker.warmUp(connectors)
      return worker
    },
    resolver: foundation.resolver,
    workerId,
    problem: () => parts.offsets.problem?.() ?? null,
    commit: buildInfo.commit,
    workerConfig: originals,
    stalledMs: Number(config['task.stalled.ms']),
    logs: parts.surroundings.logs,
    topicTracking: {
      enabled: config['topic.tracking.enable'],
      resettable: config['topic.tracking.allow.reset'],
    },
  })
}
