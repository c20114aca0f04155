import { afterEach, describe, expect, inject, test, vi } from 'vitest'
import type { ConnectProtocolMode } from '../../../src/herder/distributed/connect-group-protocol.ts'
import { WorkerGroup } from '../../../src/herder/distributed/worker-group.ts'
import type { GroupAssignment } from '../../../src/herder/distributed/worker-group.ts'
import { noWork } from '../../../src/herder/distributed/work.ts'
import type { Work } from '../../../src/herder/distributed/work.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { taskIdText } from '../../../src/messages/ids.ts'
import { ClusterConfig } from '../../../src/stores/config/cluster-config.ts'
import { topicPrefix } from '../../support/topics.ts'

// As patient as what the tests wait for.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

const prefix = topicPrefix('worker-group')
const bootstrapServers = inject('bootstrapServers')
const workers: TestWorker[] = []
let groups = 0

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
})

/** Connectors with so many tasks each. */
function configured(counts: Readonly<Record<string, number>>): ClusterConfig {
  const cluster = new ClusterConfig()
  let offset = 0
  for (const [connector, tasks] of Object.entries(counts)) {
    cluster.apply({ kind: 'connector', connector, config: { name: connector } }, offset++)
    for (let task = 0; task < tasks; task++) {
      cluster.apply({ kind: 'task', connector, task, config: {} }, offset++)
    }
    cluster.apply({ kind: 'commit', connector, tasks }, offset++)
  }
  return cluster
}

interface TestWorkerOptions {
  readonly group: string
  readonly mode: ConnectProtocolMode
  readonly cluster: ClusterConfig
  readonly maxDelayMs?: number
}

/** A worker that runs what it is told in name only, and does what a herder does between two rebalances. */
class TestWorker {
  readonly #client = new KafkaClient(clientOptions({ 'bootstrap.servers': bootstrapServers }))
  readonly #group: WorkerGroup
  readonly url: string
  running: Work = noWork
  last: GroupAssignment | null = null
  /** What was stopped, in order. */
  readonly stopped: string[] = []
  #serving: Promise<void> = Promise.resolve()
  #isStopping = false
  #rejoin: NodeJS.Timeout | undefined

  constructor(name: string, { group, mode, cluster, maxDelayMs = 2000 }: TestWorkerOptions) {
    this.url = `http://${name}:8083/`
    this.#group = new WorkerGroup({
      client: this.#client,
      options: {
        groupId: group,
        groupInstanceId: null,
        sessionTimeoutMs: 10_000,
        heartbeatIntervalMs: 200,
        maxPollIntervalMs: 30_000,
      },
      mode,
      url: this.url,
      configs: { joined: () => cluster.snapshot(), fresh: () => cluster.snapshot() },
      isDrained: () => false,
      isStopping: () => false,
      maxDelayMs,
      listener: {
        assigned: (assignment) => this.#assigned(assignment),
        revoked: (work) => this.#revoked(work),
        lost: () => Promise.resolve(),
      },
      notify: () => this.#serve(),
    })
    workers.push(this)
    this.#serve()
  }

  get connectors(): readonly string[] {
    return this.running.connectors
  }

  get everything(): readonly string[] {
    return [...this.running.connectors, ...this.running.tasks.map(taskIdText)]
  }

  ownerUrl(connector: string, task?: number): string | null {
    return this.#group.ownerUrl(connector, task)
  }

  requestRejoin(): void {
    this.#group.requestRejoin('the test wants it')
  }

  async stop(): Promise<void> {
    if (this.#isStopping) return
    this.#isStopping = true
    clearTimeout(this.#rejoin)
    await this.#serving
    await this.#group.leave()
    await this.#client.close()
  }

  #serve(): void {
    this.#serving = this.#serving.then(async () => {
      if (!this.#isStopping) await this.#group.serve()
    })
  }

  #assigned(assignment: GroupAssignment): Promise<void> {
    this.last = assignment
    this.running = assignment.work
    if (assignment.wasRevoked) this.#group.requestRejoin('something was revoked')
    clearTimeout(this.#rejoin)
    if (assignment.delayMs > 0) {
      this.#rejoin = setTimeout(() => this.requestRejoin(), assignment.delayMs)
    }
    return Promise.resolve()
  }

  #revoked(work: Work): Promise<void> {
    const gone = new Set(work.tasks.map(taskIdText))
    this.stopped.push(...work.connectors, ...gone)
    this.running = {
      connectors: this.running.connectors.filter((each) => !work.connectors.includes(each)),
      tasks: this.running.tasks.filter((task) => !gone.has(taskIdText(task))),
    }
    return Promise.resolve()
  }
}

const all = (...each: readonly TestWorker[]): string[] =>
  each.flatMap(({ everything }) => everything).sort()
const work = ['a', 'a-0', 'a-1', 'a-2', 'b', 'b-0', 'b-1', 'b-2', 'c']
const counts = { a: 3, b: 3, c: 0 }
const patience = { timeout: 30_000 }

describe('a group of workers', () => {
  test('shares connectors and tasks evenly, takes only what must move, and gives it on', async () => {
    const options = { group: `${prefix}${groups++}`, mode: 'sessioned' as const }
    const cluster = configured(counts)
    const one = new TestWorker('one', { ...options, cluster })
    await expect.poll(() => all(one), patience).toEqual(work)
    expect(one.last).toMatchObject({ version: 2, isLeader: true, failed: false })
    const two = new TestWorker('two', { ...options, cluster })
    await expect.poll(() => [...two.everything].length, patience).toBeGreaterThan(2)
    await expect.poll(() => all(one, two), patience).toEqual(work)
    expect(two.running.tasks.length).toBe(3)
    // What one gave up is what two has; nothing else was stopped anywhere.
    expect([...one.stopped].sort()).toEqual([...two.everything].sort())
    expect(two.stopped).toEqual([])
    expect(two.last?.leaderUrl).toBe(one.url)
    expect(one.ownerUrl('a', 0)).toBe(one.everything.includes('a-0') ? one.url : two.url)
    expect(two.ownerUrl('a', 0)).toBeNull()
  })

  test('gives what a worker leaves behind to the others once the delay is over', async () => {
    const options = { group: `${prefix}${groups++}`, mode: 'compatible' as const }
    const cluster = configured(counts)
    const one = new TestWorker('one', { ...options, cluster })
    await expect.poll(() => all(one), patience).toEqual(work)
    const two = new TestWorker('two', { ...options, cluster })
    await expect.poll(() => two.everything.length, patience).toBeGreaterThan(2)
    await expect.poll(() => all(one, two), patience).toEqual(work)
    const stoppedBefore = one.stopped.length
    await two.stop()
    await expect.poll(() => one.last?.delayMs, patience).toBeGreaterThan(0)
    await expect.poll(() => all(one), patience).toEqual(work)
    expect(one.stopped.length).toBe(stoppedBefore)
    expect(one.last).toMatchObject({ version: 1, delayMs: 0 })
  })

  test('speaks what all members know: with one that is eager everything is given up and shared anew', async () => {
    const group = `${prefix}${groups++}`
    const cluster = configured(counts)
    const one = new TestWorker('one', { group, mode: 'sessioned', cluster })
    await expect.poll(() => all(one), patience).toEqual(work)
    const two = new TestWorker('two', { group, mode: 'eager', cluster })
    await expect.poll(() => two.last?.version, patience).toBe(0)
    await expect.poll(() => all(one, two), patience).toEqual(work)
    expect(one.last?.version).toBe(0)
    expect(two.running.tasks.length).toBe(3)
  })

  test('assigns nothing while its leader has read less than another member', async () => {
    const options = { group: `${prefix}${groups++}`, mode: 'sessioned' as const }
    const behind = configured({ a: 1 })
    const one = new TestWorker('one', { ...options, cluster: behind })
    await expect.poll(() => all(one), patience).toEqual(['a', 'a-0'])
    const two = new TestWorker('two', { ...options, cluster: configured(counts) })
    await expect.poll(() => two.last?.failed, patience).toBe(true)
    expect(two.everything).toEqual([])
  })
})
