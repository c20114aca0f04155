import { expect } from 'vitest'
import { setLogLevel } from '../../../src/util/log-levels.ts'
import { openKafkaClient } from '../kafka-client.ts'
import type { KafkaClient } from '../kafka-client.ts'
import { scratchDir } from '../sluice.ts'
import { topicPrefix } from '../topics.ts'
import { waitFor } from '../wait-for.ts'
import { ConnectCluster, patienceMs, pathOf } from './connect-cluster.ts'
import type { ConnectWorker } from './connect-cluster.ts'
import { arrived, committedLines, expectRestartsOnly, numbersOf } from './delivered.ts'
import { describeGroup } from './group-view.ts'
import { isEven, startedAgain, startsOf, startsOfPresent } from './task-starts.ts'
import type { TaskStarts } from './task-starts.ts'
import { LineLoad } from './line-load.ts'
import { callRest } from './rest.ts'
import { TopicWatch } from './topic-watch.ts'

/** A cluster under load, and eyes on all that it writes. */
export class Scene implements AsyncDisposable {
  readonly cluster: ConnectCluster
  readonly load: LineLoad
  readonly watch: TopicWatch
  readonly kafka: KafkaClient
  readonly #stack: AsyncDisposable[]

  private constructor(parts: {
    readonly cluster: ConnectCluster
    readonly load: LineLoad
    readonly watch: TopicWatch
    readonly kafka: KafkaClient
    readonly stack: AsyncDisposable[]
  }) {
    this.cluster = parts.cluster
    this.load = parts.load
    this.watch = parts.watch
    this.kafka = parts.kafka
    this.#stack = parts.stack
  }

  static async set(
    bootstrapServers: string,
    files: number,
    properties: Record<string, string>,
  ): Promise<Scene> {
    setLogLevel('root', 'OFF')
    const prefix = topicPrefix('mixed')
    const dir = await scratchDir()
    const kafka = await openKafkaClient(bootstrapServers)
    const cluster = new ConnectCluster({
      ...{ dir, bootstrapServers, prefix },
      properties: { 'scheduled.rebalance.max.delay.ms': '2000', ...properties },
    })
    const load = new LineLoad({ dir, prefix, files, linesEach: 10, everyMs: 100 })
    await load.prepare()
    for (const topic of load.topics) await kafka.createTopic(topic)
    const { configTopic, offsetTopic } = cluster
    const topics = [configTopic, offsetTopic, ...load.topics]
    const watch = new TopicWatch({ bootstrapServers, topics }, kafka)
    return new Scene({ cluster, load, watch, kafka, stack: [dir, kafka, watch, cluster, load] })
  }

  get names(): readonly string[] {
    return [...this.load.sources, ...this.load.sinks]
  }

  /** Each connector is created by another worker in turn. */
  async create(names = this.names): Promise<void> {
    const configs = this.load.configs()
    for (const [n, name] of names.entries()) {
      const { workers } = this.cluster
      const via = workers[n % workers.length]
      await this.ask(via, 'PUT', `${pathOf(name)}/config`, configs.get(name))
    }
  }

  /** Asks one worker, again where the cluster has other things to do. */
  async ask(
    worker: ConnectWorker | undefined,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<string> {
    if (worker === undefined) throw new Error('That worker does not run.')
    const call = { method, path, ...(body !== undefined && { body }) }
    const what = `${worker.kind} answers ${method} ${path}`
    const found = await waitFor(
      what,
      async () => {
        const answer = await callRest(worker.port, call)
        return isMomentary(answer) ? null : answer
      },
      { timeoutMs: patienceMs, everyMs: 250 },
    )
    expect(found.status, `${what}: ${found.text}`).toBeLessThan(300)
    return found.text
  }

  async joined(members: number, leader?: ConnectWorker): Promise<void> {
    await waitFor(
      `a group of ${members}`,
      async () => {
        const view = await describeGroup(this.kafka, this.cluster.groupId)
        const isRight = leader === undefined || view.leader === leader.id
        return view.members === members && view.leader !== null && isRight
      },
      { timeoutMs: patienceMs, everyMs: 200 },
    )
  }

  /** Waits until all run, and each worker has its share of connectors and of tasks. */
  async balanced(): Promise<void> {
    const share = Math.floor(this.names.length / this.cluster.workers.length)
    await waitFor(
      'the work is shared',
      async () => {
        const statuses = await this.cluster.running(this.names)
        return this.cluster.workers.every(({ id }) => {
          const connectors = statuses.filter(({ connector }) => connector.worker_id === id).length
          const tasks = statuses.flatMap((status) => status.tasks)
          const own = tasks.filter(({ worker_id }) => worker_id === id).length
          return connectors >= share && own >= share
        })
      },
      { timeoutMs: patienceMs, everyMs: 500 },
    )
  }

  /** What a worker runs once the work is spread so evenly that no more of it is to move, and how often it has started each. */
  async settledOn(worker: ConnectWorker, names = this.names): Promise<TaskStarts> {
    const statuses = await waitFor(
      'the work is spread evenly',
      async () => {
        const found = await this.cluster.running(names)
        return isEven(found, this.cluster.workers) && found
      },
      { timeoutMs: patienceMs, everyMs: 500 },
    )
    return startsOfPresent(worker, statuses)
  }

  /** Of what it ran then, the worker has started nothing again that it still runs. */
  async expectKept(before: TaskStarts, worker: ConnectWorker, names = this.names): Promise<void> {
    expect(startedAgain(before, worker, await this.cluster.running(names))).toEqual([])
  }

  /** How often the workers that run have started a task, e.g. `name-0`. */
  startsOf(task: string): number {
    return this.cluster.workers.reduce((sum, worker) => sum + (startsOf(worker).get(task) ?? 0), 0)
  }

  async allAt({ id }: ConnectWorker): Promise<void> {
    await this.cluster.running(this.names, ({ connector, tasks }) =>
      [connector, ...tasks].every(({ worker_id }) => worker_id === id),
    )
  }

  /** All has arrived; sources went on where commits had come to; nothing was created but by `create`. */
  async expectWhole(): Promise<void> {
    await this.load.stop()
    await this.cluster.running(this.names)
    await arrived(this.load, this.watch)
    const { offsetTopic, configTopic } = this.cluster
    for (const [n, name] of this.load.sources.entries()) {
      const numbers = numbersOf(this.watch, this.load.topics[n] ?? '')
      expectRestartsOnly(numbers, committedLines(this.watch, offsetTopic, name), name)
    }
    const created = this.watch
      .records(configTopic)
      .filter(({ key }) => key.startsWith('connector-'))
    expect(created.every(({ value }) => value !== null)).toBe(true)
    expect(new Set(created.map(({ key }) => key)).size).toBe(this.names.length)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#stack.toReversed()) await each[Symbol.asyncDispose]()
  }
}

/** Java's worker answers some reads with a 500 while its group is about to be rebalanced. */
function isMomentary({ status, text }: Awaited<ReturnType<typeof callRest>>): boolean {
  return status === 409 || (status === 500 && text.includes('a rebalance is expected'))
}
