import { readFile, writeFile } from 'node:fs/promises'
import { startBroker } from '../services/kafka/broker.ts'
import { ConnectCluster } from '../support/connect-cluster/connect-cluster.ts'
import type { ConnectWorker, WorkerKind } from '../support/connect-cluster/connect-cluster.ts'
import { callRest } from '../support/connect-cluster/rest.ts'
import { startedAgain, startsOfPresent } from '../support/connect-cluster/task-starts.ts'
import type { TaskStarts } from '../support/connect-cluster/task-starts.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { isRunning, scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus, ScratchDir } from '../support/sluice.ts'
import { waitFor } from '../support/wait-for.ts'

/** How long each step may take before it counts as one that does not come to its end. */
const limitMs = 600_000
const creators = 8
const mostTopics = 100
const workerCount = 3

/** Three workers of one kind, and a broker of their own. */
export class ScaleCluster implements AsyncDisposable {
  readonly workers: ConnectWorker[] = []
  readonly #kind: WorkerKind
  readonly #size: number
  readonly #dir: ScratchDir
  readonly #cluster: ConnectCluster
  readonly #kafka: KafkaClient
  readonly #owned: readonly AsyncDisposable[]

  private constructor(
    kind: WorkerKind,
    size: number,
    parts: {
      readonly dir: ScratchDir
      readonly cluster: ConnectCluster
      readonly kafka: KafkaClient
      readonly owned: readonly AsyncDisposable[]
    },
  ) {
    this.#kind = kind
    this.#size = size
    this.#dir = parts.dir
    this.#cluster = parts.cluster
    this.#kafka = parts.kafka
    this.#owned = parts.owned
  }

  /** `size` connectors will be on it, nine in ten of them sources. */
  static async prepare(kind: WorkerKind, size: number): Promise<ScaleCluster> {
    const dir = await scratchDir()
    const broker = await startBroker({ heap: ['-Xms256m', '-Xmx1g'] })
    const { bootstrapServers } = broker
    const kafka = await openKafkaClient(bootstrapServers)
    // Work that a worker has lost goes to others at once: what is measured is the rebalance.
    const properties = {
      'scheduled.rebalance.max.delay.ms': '0',
      'offset.flush.interval.ms': '60000',
    }
    const cluster = new ConnectCluster({ dir, bootstrapServers, prefix: 'scale-', properties })
    const owned = [cluster, kafka, broker, dir]
    const made = new ScaleCluster(kind, size, { dir, cluster, kafka, owned })
    await made.#lay()
    return made
  }

  async start(): Promise<void> {
    const started = Array.from({ length: workerCount }, () => this.#start())
    this.workers.push(...(await Promise.all(started)))
  }

  /** Asks the first worker, for a few at a time. */
  async create(): Promise<void> {
    const names = Array.from({ length: this.#size }, (_, n) => n)
    const next = names[Symbol.iterator]()
    const work = async (): Promise<void> => {
      for (const n of next) {
        const path = `/connectors/scale-${n}/config`
        await this.#cluster.request({ method: 'PUT', path, body: this.#config(n) })
      }
    }
    await Promise.all(Array.from({ length: creators }, work))
  }

  /** Waits until everything runs, evenly on those that there are. */
  async balanced(): Promise<void> {
    const { workers } = this.#cluster
    const least = Math.floor(this.#size / workers.length)
    await waitFor(
      `${this.#size} connectors run on ${workers.length} workers`,
      async () => {
        const statuses = await this.#statuses()
        if (statuses.length < this.#size || !statuses.every(isRunning)) return false
        const tasks = statuses.flatMap((status) => status.tasks)
        return workers.every(({ id }) => {
          return tasks.filter(({ worker_id }) => worker_id === id).length >= least
        })
      },
      { timeoutMs: limitMs, everyMs: 250 },
    )
  }

  /** How long a list of everything takes, in ms, and how long it is. */
  async list(): Promise<{ readonly ms: number; readonly bytes: number }> {
    const began = performance.now()
    const { text } = await this.#list('?expand=status&expand=info')
    return { ms: performance.now() - began, bytes: text.length }
  }

  /** What each worker runs that will not be lost, and how often it has started it. */
  async onSurvivors(): Promise<ReadonlyMap<ConnectWorker, TaskStarts>> {
    const statuses = await this.#statuses()
    if (statuses.length < this.#size) throw new Error('Not every connector has a status.')
    const survivors = this.workers.slice(1)
    return new Map(survivors.map((worker) => [worker, startsOfPresent(worker, statuses)]))
  }

  /** Tasks that stayed where they were, and were started again there. */
  async startedAgain(before: ReadonlyMap<ConnectWorker, TaskStarts>): Promise<string[]> {
    const statuses = await this.#statuses()
    return [...before].flatMap(([worker, starts]) => startedAgain(starts, worker, statuses))
  }

  /** Waits until both lines of each source are in its topic, and in the file of its sink. Answers with how many lines topics hold. */
  async delivered(): Promise<number> {
    const sources = Array.from({ length: this.#size }, (_, n) => n).filter((n) => !isSink(n))
    return await waitFor(
      'every line has arrived',
      async () => {
        const ends = await Promise.all(this.#topics().map((topic) => this.#kafka.endOffset(topic)))
        const count = ends.reduce((sum, end) => sum + end, 0)
        return count >= 2 * sources.length && (await this.#areInFiles(sources)) && count
      },
      { timeoutMs: limitMs, everyMs: 500 },
    )
  }

  async lose(): Promise<void> {
    await this.workers[0]?.kill()
  }

  async bringBack(): Promise<void> {
    this.workers[0] = await this.#start(this.workers[0]?.port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#owned) await each[Symbol.asyncDispose]()
  }

  #start(port?: number): Promise<ConnectWorker> {
    return this.#cluster.start(this.#kind, {
      flags: 'default',
      ...(port !== undefined && { port }),
    })
  }

  async #statuses(): Promise<ConnectorStatus[]> {
    const { status, text } = await this.#list('?expand=status')
    if (status !== 200) return []
    const all = JSON.parse(text) as Record<string, { readonly status: ConnectorStatus }>
    return Object.values(all).map((each) => each.status)
  }

  async #list(query: string): Promise<{ readonly status: number; readonly text: string }> {
    const worker = this.#cluster.workers.at(-1)
    if (worker === undefined) throw new Error('There is no worker.')
    return await callRest(worker.port, { method: 'GET', path: `/connectors${query}` })
  }

  async #areInFiles(sources: readonly number[]): Promise<boolean> {
    for (const n of sources) {
      const sink = n - (n % 10) + 9
      if (sink >= this.#size) continue
      const text = await readFile(this.#dir.file(`out-${sink}.txt`), 'utf8').catch(() => '')
      if (!linesOf(n).every((line) => text.includes(`${line}\n`))) return false
    }
    return true
  }

  #topics(): string[] {
    const count = Math.min(mostTopics, Math.ceil(this.#size / 10))
    return Array.from({ length: count }, (_, n) => `scale-lines-${n}`)
  }

  #config(n: number): Record<string, string> {
    const topic = `scale-lines-${Math.floor(n / 10) % mostTopics}`
    const common = {
      'tasks.max': '1',
      file: this.#dir.file(`${isSink(n) ? 'out' : 'in'}-${n}.txt`),
    }
    return isSink(n)
      ? { ...common, 'connector.class': 'FileStreamSink', topics: topic }
      : { ...common, 'connector.class': 'FileStreamSource', topic }
  }

  async #lay(): Promise<void> {
    for (const topic of this.#topics()) await this.#kafka.createTopic(topic)
    for (let n = 0; n < this.#size; n++)
      await writeFile(this.#dir.file(`in-${n}.txt`), `${linesOf(n).join('\n')}\n`)
  }
}

/** The last of ten reads what the nine before it have written. */
function isSink(n: number): boolean {
  return n % 10 === 9
}

function linesOf(n: number): readonly string[] {
  return [`a line of ${n}`, `and another one of ${n}`]
}
