import { readDistributedConfig } from '../config/distributed-config.ts'
import type { DistributedConfig } from '../config/distributed-config.ts'
import { DistributedHerder } from '../herder/distributed/distributed-herder.ts'
import type { DistributedSettings } from '../herder/distributed/options.ts'
import type { KafkaClient } from '../kafka/net/client.ts'
import { WorkerLease } from '../messages/worker-lease.ts'
import type { ConfigTransformer } from '../plugins/config-transformer.ts'
import type { PeerTls } from '../rest/peers/peer-request.ts'
import { RestPeerClient } from '../rest/peers/rest-peer-client.ts'
import { peerTls } from '../rest/rest-config.ts'
import type { RestServer } from '../rest/rest-server.ts'
import { KafkaConfigStore } from '../stores/config/kafka-config-store.ts'
import { KafkaOffsetStore } from '../stores/kafka-offset-store.ts'
import { KafkaStatusStore } from '../stores/status/kafka-status-store.ts'
import { createLogger } from '../util/logger.ts'
import { macAlgorithm } from '../util/mac-algorithms.ts'
import { buildInfo } from './build-info.ts'
import { clusterGroup } from './cluster-group.ts'
import { clientIdBase, clientOf, clusterTopics } from './cluster-stores.ts'
import {
  committedOnly,
  exactlyOnceOptions,
  leaderConfigOf,
  offsetPlacesOf,
  transactionGuard,
} from './exactly-once.ts'
import { layFoundation, pluginWorker } from './foundation.ts'
import type { Foundation, WorkerSurroundings } from './foundation.ts'
import { openFrontDoor } from './front-door.ts'
import type { FrontDoor } from './front-door.ts'
import { stopInOrder } from './stop-in-order.ts'

const log = createLogger('org.apache.kafka.connect.cli.ConnectDistributed')

interface Parts {
  readonly herder: DistributedHerder
  readonly rest: RestServer
  readonly offsets: KafkaOffsetStore
  /** For the start alone. */
  readonly client: KafkaClient
  readonly groupClient: KafkaClient
  readonly resolver: ConfigTransformer
}

/** All that a worker of a cluster is made of, wired. Opened it answers REST that it is starting; started it asks for its place in the group. */
export class DistributedWorker {
  readonly #parts: Parts

  private constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Reads the configuration, finds the plugins, asks for the cluster's id and opens the REST port, in this order. */
  static async open(options: WorkerSurroundings, signal: AbortSignal): Promise<DistributedWorker> {
    const foundation = await layFoundation(options, readDistributedConfig, log, signal)
    const { file } = foundation
    const clientConfig = clientOf(file, `${clientIdBase(file)}shared-admin`)
    const peers = peerTls(file.originals)
    const door = await openFrontDoor(foundation, { clientConfig, peers, log }, signal)
    return new DistributedWorker(wire(options, foundation, { ...door, peers }))
  }

  /** Reads the internal topics and lets REST in; a place in the group is not waited for. */
  async start(signal: AbortSignal): Promise<void> {
    const { herder, rest, offsets, client } = this.#parts
    await offsets.start(signal)
    await herder.start(signal)
    await client.close()
    rest.attach(herder)
  }

  /** Names of threads that do not end, so that an exit of the process would not either. */
  stuckThreads(): readonly string[] {
    return this.#parts.herder.stuckThreads()
  }

  /** What the worker has is given up, and then its place in the group, so that others need not wait for either. */
  async stop(): Promise<void> {
    const { herder, rest, offsets, client, groupClient, resolver } = this.#parts
    // Those who follow a log would hold it for as long as they liked.
    herder.logs.close()
    await stopInOrder({ rest, herder, offsets })
    await Promise.all([client.close(), groupClient.close()])
    resolver.close()
  }
}

function wire(
  surroundings: WorkerSurroundings,
  foundation: Foundation<DistributedConfig>,
  { rest, client, kafkaClusterId, address, peers }: FrontDoor & { readonly peers: PeerTls },
): Parts {
  const { file, resolver } = foundation
  const { config, originals } = file
  const lease = new WorkerLease()
  const topics = clusterTopics(file, client)
  const offsets = new KafkaOffsetStore(committedOnly(originals, topics.offsets))
  const offsetPlaces = offsetPlacesOf(originals, topics.offsets, offsets)
  const leaderConfig = leaderConfigOf(originals, topics.configs)
  const group = clusterGroup(file, address, lease)
  const herder = new DistributedHerder({
    worker: (listener, asked) => {
      const transactions = transactionGuard(originals, asked)
      const of = { surroundings, kafkaClusterId, offsets, offsetPlaces, lease }
      return pluginWorker(foundation, { ...of, ...(transactions && { transactions }) }, listener)
    },
    configs: (listener) => {
      const topic = committedOnly(originals, topics.configs)
      return new KafkaConfigStore({ ...topic, ...(leaderConfig && { leaderConfig }), ...listener })
    },
    exactlyOnce: exactlyOnceOptions(originals),
    statuses: new KafkaStatusStore(topics.statuses),
    group: group.member,
    peers: new RestPeerClient({
      signatureAlgorithm: config['inter.worker.signature.algorithm'],
      tls: peers,
    }),
    resolver,
    workerId: address.workerId,
    settings: settingsOf(config),
    topicTracking: {
      enabled: config['topic.tracking.enable'],
      resettable: config['topic.tracking.allow.reset'],
    },
    workerConfig: originals,
    problem: () => offsets.problem(),
    commit: buildInfo.commit,
    logs: surroundings.logs,
  })
  return { herder, rest, offsets, client, groupClient: group.client, resolver }
}

function settingsOf(config: DistributedConfig): DistributedSettings {
  const keyAlgorithm = config['inter.worker.key.generation.algorithm']
  return {
    syncTimeoutMs: config['worker.sync.timeout.ms'],
    unsyncBackoffMs: config['worker.unsync.backoff.ms'],
    rebalanceTimeoutMs: config['rebalance.timeout.ms'],
    sessionKeys: {
      algorithm: macAlgorithm(keyAlgorithm) ?? keyAlgorithm.toUpperCase(),
      sizeBits: config['inter.worker.key.size'],
      ttlMs: config['inter.worker.key.ttl.ms'],
    },
    verificationAlgorithms: config['inter.worker.verification.algorithms'],
    stalledMs: Number(config['task.stalled.ms']),
  }
}
