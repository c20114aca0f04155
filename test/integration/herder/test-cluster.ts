import { setTimeout as sleep } from 'node:timers/promises'
import { vi } from 'vitest'
import type { ConnectorConfig, RawConfig } from '../../../src/config/types.ts'
import type { ConnectProtocolMode } from '../../../src/herder/distributed/connect-group-protocol.ts'
import { DistributedHerder } from '../../../src/herder/distributed/distributed-herder.ts'
import type { DistributedHerderOptions } from '../../../src/herder/distributed/options.ts'
import type { PeerClient } from '../../../src/herder/distributed/peer-client.ts'
import { readSignature, signRequest } from '../../../src/herder/distributed/request-signature.ts'
import { WorkerGroup } from '../../../src/herder/distributed/worker-group.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { WorkerLease } from '../../../src/messages/worker-lease.ts'
import { KafkaConfigStore } from '../../../src/stores/config/kafka-config-store.ts'
import { KafkaStatusStore } from '../../../src/stores/status/kafka-status-store.ts'
import type { TopicAdmin } from '../../../src/stores/topic-admin.ts'
import { FakeWorker } from '../../support/fake-worker.ts'
import type { FakePlugin } from '../../support/fake-worker.ts'

export const signal = AbortSignal.timeout(300_000)

export interface TestClusterOptions {
  /** Of its group and topics. */
  readonly name: string
  readonly bootstrapServers: string
  readonly admin: TopicAdmin
  readonly mode?: ConnectProtocolMode
  /** `scheduled.rebalance.max.delay.ms` */
  readonly maxDelayMs?: number
  readonly plugin?: Partial<FakePlugin>
}

/** A worker of a test's cluster: the herder is the real one, what it runs is pretended. */
export interface TestWorker {
  readonly url: string
  readonly herder: DistributedHerder
  readonly worker: FakeWorker
  readonly lease: WorkerLease
  readonly client: KafkaClient
  /** Ids that the group has given it, the newest last. */
  readonly memberIds: readonly string[]
  stop(): Promise<void>
}

/** Workers in one process that share a group and topics of a real broker. */
export class TestCluster {
  readonly workers: TestWorker[] = []
  /** Of the group. */
  readonly name: string
  readonly #options: TestClusterOptions
  #started = 0

  constructor(options: TestClusterOptions) {
    this.#options = options
    this.name = options.name
  }

  async add(more: Partial<TestClusterOptions> = {}): Promise<TestWorker> {
    const options = { ...this.#options, ...more }
    const id = `w${++this.#started}`
    const url = `http://${id}:8083/`
    const client = new KafkaClient(
      clientOptions({ 'bootstrap.servers': options.bootstrapServers, 'client.id': id }),
    )
    const lease = new WorkerLease()
    const memberIds: string[] = []
    let worker: FakeWorker | undefined
    const herder = new DistributedHerder({
      ...herderOptions(options, { url, client, lease, memberIds }),
      worker: (listener) => (worker = new FakeWorker([pluginOf(options)], listener)),
      peers: this.#peers(),
      workerId: `${id}:8083`,
    })
    if (worker === undefined) throw new Error('The herder made no worker.')
    const stop = async (): Promise<void> => {
      const index = this.workers.findIndex((each) => each.url === url)
      if (index < 0) return
      this.workers.splice(index, 1)
      await herder.stop(AbortSignal.timeout(20_000))
      await client.close()
    }
    const added = { url, herder, worker, lease, client, memberIds, stop }
    this.workers.push(added)
    await herder.start(signal)
    return added
  }

  async stop(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.stop()))
  }

  /** Asks any worker, and then the one that it names, as REST does. */
  async ask<T>(request: (herder: DistributedHerder) => Promise<T>): Promise<T> {
    for (let patience = 600; ; patience--) {
      const [first] = this.workers
      if (first === undefined) throw new Error('There is no worker.')
      let asked = first
      for (let hops = 0; hops < 3; hops++) {
        try {
          return await request(asked.herder)
        } catch (error) {
          const { leaderUrl, ownerUrl } = error as { leaderUrl?: string; ownerUrl?: string }
          if (leaderUrl === undefined && ownerUrl === undefined) throw error
          const next = this.workers.find(({ url }) => url === (leaderUrl ?? ownerUrl))
          if (next === undefined) break
          asked = next
        }
      }
      if (patience === 0) throw new Error('Nobody answers.')
      await sleep(100)
    }
  }

  put(name: string, more: ConnectorConfig = {}, targetState?: 'PAUSED' | 'STOPPED') {
    const config = { 'connector.class': 'Numbers', 'tasks.max': '2', name, ...more }
    const options = { allowReplace: true, ...(targetState && { targetState }) }
    return this.ask((herder) => herder.putConnectorConfig(name, config, options, signal))
  }

  /** What runs anywhere, sorted; twice what runs twice. */
  get running(): readonly string[] {
    return this.workers
      .flatMap(({ worker }) => [...worker.running.keys(), ...worker.tasks.keys()])
      .sort()
  }

  get violations(): readonly string[] {
    return this.workers.flatMap(({ worker }) => worker.violations)
  }

  /** `RUNNING RUNNING`, as each worker sees it. */
  states(name: string): readonly string[] {
    return this.workers.map(({ herder }) => {
      try {
        const { connector, tasks } = herder.connectorStatus(name)
        return [connector.state, ...tasks.map(({ state }) => state)].join(' ')
      } catch {
        return 'none'
      }
    })
  }

  #peers(): PeerClient {
    return {
      putTaskConfigs: async (leaderUrl, connector, configs, sessionKey, until) => {
        const leader = this.workers.find(({ url }) => url === leaderUrl)
        if (leader === undefined) throw new Error(`Nobody answers at ${leaderUrl}.`)
        const body = Buffer.from(JSON.stringify(configs))
        const headers: Readonly<Record<string, string>> =
          sessionKey === null
            ? {}
            : signRequest(Buffer.from(sessionKey.key, 'base64'), 'HmacSHA256', body)
        const signature = readSignature((name) => headers[name.toLowerCase()], body)
        await leader.herder.putTaskConfigs(connector, configs, signature, until)
      },
      fenceZombies: () => Promise.reject(new Error('Nothing is fenced here.')),
    }
  }
}

const patience = { timeout: 60_000, interval: 50 }

/** Waits until what `found` gives is as expected. */
export async function reach(check: () => void): Promise<void> {
  await vi.waitFor(check, patience)
}

function pluginOf({ plugin }: TestClusterOptions): FakePlugin {
  return {
    className: 'com.example.NumbersConnector',
    type: 'source',
    version: '1.2',
    taskConfigs: (config, max) =>
      Array.from({ length: max }, (_, task) => ({
        'task.class': 'T',
        id: `${task}`,
        range: config.range ?? 'all',
      })),
    ...plugin,
  }
}

interface Surroundings {
  readonly url: string
  readonly client: KafkaClient
  readonly lease: WorkerLease
  readonly memberIds: string[]
}

function herderOptions(
  { name, bootstrapServers, admin, mode = 'sessioned', maxDelayMs = 1000 }: TestClusterOptions,
  { url, client, lease, memberIds }: Surroundings,
): Omit<DistributedHerderOptions, 'worker' | 'peers' | 'workerId'> {
  const clientConfig = { 'bootstrap.servers': bootstrapServers }
  const configs = { 'cleanup.policy': 'compact' }
  const topic = (suffix: string, partitions: number) => ({
    ...{ clientConfig, admin },
    topic: { name: `${name}-${suffix}`, partitions, replicationFactor: 1, configs },
  })
  return {
    configs: (listener) => new KafkaConfigStore({ ...topic('configs', 1), ...listener }),
    statuses: new KafkaStatusStore(topic('status', 5)),
    group: (needs) =>
      new WorkerGroup({
        ...needs,
        ...{ client, lease, mode, url, maxDelayMs },
        onMemberId: (memberId) => memberIds.push(memberId),
        options: {
          groupId: name,
          groupInstanceId: null,
          sessionTimeoutMs: 10_000,
          heartbeatIntervalMs: 200,
          maxPollIntervalMs: 60_000,
        },
      }),
    resolver: { resolve: <T extends RawConfig>(config: T) => config },
    settings: {
      syncTimeoutMs: 10_000,
      unsyncBackoffMs: 1000,
      rebalanceTimeoutMs: 60_000,
      sessionKeys: { algorithm: 'HmacSHA256', sizeBits: null, ttlMs: 3_600_000 },
      verificationAlgorithms: ['HmacSHA256'],
      stalledMs: 30_000,
    },
    topicTracking: { enabled: true, resettable: true },
    workerConfig: {},
  }
}
