import path from 'node:path'
import { isHealthy, startJavaConnect } from '../../services/kafka/java-connect.ts'
import { root } from '../../services/paths.ts'
import { freePort } from '../../services/ports.ts'
import { SupervisedProcess } from '../../services/supervised-process.ts'
import { isRunning, stringConverters } from '../sluice.ts'
import type { ConnectorStatus, ScratchDir } from '../sluice.ts'
import { waitFor } from '../wait-for.ts'
import { callRest } from './rest.ts'
import type { RestAnswer, RestCall } from './rest.ts'

export type WorkerKind = 'java' | 'sluice'

/** A distributed worker, Java's or ours, as its user sees it. */
export interface ConnectWorker extends AsyncDisposable {
  readonly kind: WorkerKind
  readonly port: number
  /** As statuses name it. */
  readonly id: string
  readonly pid: number
  readonly isRunning: boolean
  /** Whether it runs and is not stopped by SIGSTOP. */
  readonly isAwake: boolean
  log(): string
  signal(name: NodeJS.Signals): void
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number>
  kill(): Promise<number>
}

export interface ClusterOptions {
  readonly dir: ScratchDir
  readonly bootstrapServers: string
  /** Before the group id and the names of the internal topics: what differs makes another cluster. */
  readonly prefix: string
  /** Of every worker, beside what every cluster needs. */
  readonly properties?: Readonly<Record<string, string>>
}

export interface WorkerOptions {
  /** Of the REST API; a free one where it is left out. */
  readonly port?: number
  readonly bootstrapServers?: string
  readonly properties?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Of Java's: its own defaults rather than a small heap. */
  readonly flags?: 'default' | 'tuned'
  readonly waitUntilHealthy?: boolean
}

/** How long a worker may take to start, join, or hand over on a machine with much else to do. */
export const patienceMs = 240_000

/** Workers of one group, whoever made them. */
export class ConnectCluster implements AsyncDisposable {
  readonly groupId: string
  readonly configTopic: string
  readonly offsetTopic: string
  readonly statusTopic: string
  readonly #options: ClusterOptions
  readonly #workers: ConnectWorker[] = []

  constructor(options: ClusterOptions) {
    const { prefix } = options
    this.#options = options
    this.groupId = `${prefix}group`
    this.configTopic = `${prefix}configs`
    this.offsetTopic = `${prefix}offsets`
    this.statusTopic = `${prefix}status`
  }

  /** Those that have been started and have not ended, in their order. */
  get workers(): readonly ConnectWorker[] {
    return this.#workers.filter((worker) => worker.isRunning)
  }

  async start(kind: WorkerKind, options: WorkerOptions = {}): Promise<ConnectWorker> {
    const port = options.port ?? (await freePort())
    const launch = kind === 'java' ? startJava : startSluice
    const worker = await launch({ ...options, port }, this.#options, this.#properties())
    this.#workers.push(worker)
    return worker
  }

  /** An answer of any worker that answers; those that do not are passed over. */
  async call(call: RestCall, timeoutMs?: number): Promise<RestAnswer> {
    return await this.#firstAnswer(this.workers, call, timeoutMs)
  }

  /** Tries again while the cluster is about something else, and throws what else it answers. */
  async request(call: RestCall): Promise<unknown> {
    const answer = await waitFor(
      `${call.method} ${call.path} is answered`,
      async () => {
        const found = await this.#firstAnswer(this.workers, call, 20_000).catch(() => null)
        return found === null || isMomentary(found) ? null : found
      },
      { timeoutMs: patienceMs, everyMs: 250 },
    )
    if (answer.status >= 400)
      throw new Error(`${call.method} ${call.path}: ${answer.status} ${answer.text}`)
    return answer.text === '' ? undefined : JSON.parse(answer.text)
  }

  async put(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.request({ method: 'PUT', path: `${pathOf(name)}/config`, body: config })
  }

  /** Null where nobody knows it, or answers; throws where ours answers a read with 500, which no rebalance makes it do. */
  async status(name: string, port?: number): Promise<ConnectorStatus | null> {
    const call = { method: 'GET', path: `${pathOf(name)}/status` }
    const workers = this.workers.filter((worker) => port === undefined || worker.port === port)
    const answer = await this.#firstAnswer(workers, call, 10_000).catch(() => null)
    if (answer?.status === 500 && !isMomentary(answer))
      throw new Error(`${answer.by}: ${call.path}: ${answer.text}`)
    return answer?.status === 200 ? (JSON.parse(answer.text) as ConnectorStatus) : null
  }

  /** Waits until each connector and all of its tasks run, somewhere that `where` likes. */
  async running(
    names: readonly string[],
    where: (status: ConnectorStatus) => boolean = () => true,
  ): Promise<ConnectorStatus[]> {
    let seen: (ConnectorStatus | null)[] = []
    const found = async (): Promise<ConnectorStatus[] | null> => {
      seen = await Promise.all(names.map((name) => this.status(name)))
      const statuses = seen.filter((status) => status !== null)
      const all = statuses.length === names.length
      return all && statuses.every((status) => isRunning(status) && where(status)) ? statuses : null
    }
    try {
      return await waitFor(`${names.join(', ')} run`, found, {
        timeoutMs: patienceMs,
        everyMs: 100,
      })
    } catch (error) {
      throw new Error(`${String(error)}: ${JSON.stringify(seen)}`, { cause: error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()))
  }

  async #firstAnswer(
    workers: readonly ConnectWorker[],
    call: RestCall,
    timeoutMs?: number,
  ): Promise<AnswerOf> {
    let last: unknown = new Error('There is no worker.')
    for (const { kind, port } of workers.filter(({ isAwake }) => isAwake)) {
      try {
        return { ...(await callRest(port, call, timeoutMs)), by: kind }
      } catch (error) {
        last = error
      }
    }
    throw last
  }

  #properties(): Record<string, string> {
    return {
      ...stringConverters,
      'group.id': this.groupId,
      'config.storage.topic': this.configTopic,
      'config.storage.replication.factor': '1',
      'offset.storage.topic': this.offsetTopic,
      'offset.storage.replication.factor': '1',
      'offset.storage.partitions': '3',
      'status.storage.topic': this.statusTopic,
      'status.storage.replication.factor': '1',
      'status.storage.partitions': '2',
      'offset.flush.interval.ms': '500',
      // A member hears of a rebalance with its next heartbeat.
      'heartbeat.interval.ms': '500',
      'session.timeout.ms': '10000',
      ...this.#options.properties,
    }
  }
}

type AnswerOf = RestAnswer & { readonly by: WorkerKind }

/**
 * 409 is a rebalance, 503 a worker that only starts. A 500 is one of the two with Java's worker alone: there it answers even reads
 * so, while its group is about to be rebalanced.
 */
function isMomentary({ status, by }: AnswerOf): boolean {
  return status === 409 || status === 503 || (status === 500 && by === 'java')
}

export function pathOf(name: string): string {
  return `/connectors/${encodeURIComponent(name)}`
}

type Launched = WorkerOptions & { readonly port: number }

async function startJava(
  worker: Launched,
  cluster: ClusterOptions,
  properties: Record<string, string>,
): Promise<ConnectWorker> {
  const { port, flags = 'tuned', waitUntilHealthy = true } = worker
  const bootstrapServers = worker.bootstrapServers ?? cluster.bootstrapServers
  const java = await startJavaConnect({
    ...{ mode: 'distributed', flags, bootstrapServers, waitUntilHealthy },
    properties: { ...properties, ...worker.properties, listeners: `http://127.0.0.1:${port}` },
    port,
  })
  return workerOf('java', port, {
    pid: java.pid,
    isRunning: () => java.isRunning,
    log: () => java.log(),
    signal: (name) => java.signal(name),
    stop: () => java.shutDown(),
    kill: () => java.kill(),
    dispose: async () => {
      await java[Symbol.asyncDispose]()
    },
  })
}

async function startSluice(
  worker: Launched,
  { dir, bootstrapServers }: ClusterOptions,
  properties: Record<string, string>,
): Promise<ConnectWorker> {
  const { port, env, waitUntilHealthy = true } = worker
  const workerFile = await dir.properties(`distributed-${port}.properties`, {
    ...properties,
    ...worker.properties,
    'bootstrap.servers': worker.bootstrapServers ?? bootstrapServers,
    listeners: `http://127.0.0.1:${port}`,
  })
  const child = new SupervisedProcess({
    command: path.join(root, 'bin', 'connect-distributed'),
    args: [workerFile],
    logFile: dir.file(`distributed-${port}.log`),
    cwd: dir.path,
    ...(env === undefined ? {} : { env }),
  })
  const url = `http://127.0.0.1:${port}`
  if (waitUntilHealthy) {
    const options = { timeoutMs: patienceMs }
    await child
      .waitUntil('Sluice did not start', () => isHealthy(url), options)
      .catch(async (error: unknown) => {
        await child.kill()
        throw error
      })
  }
  return workerOf('sluice', port, {
    pid: child.pid,
    isRunning: () => child.isRunning,
    log: () => child.log(),
    signal: (name) => child.signal(name),
    stop: () => child.stop(60_000),
    kill: () => child.kill(),
    dispose: async () => {
      await child.kill()
    },
  })
}

interface WorkerProcess {
  readonly pid: number
  isRunning(): boolean
  log(): string
  signal(name: NodeJS.Signals): void
  stop(): Promise<number>
  kill(): Promise<number>
  dispose(): Promise<void>
}

function workerOf(kind: WorkerKind, port: number, process: WorkerProcess): ConnectWorker {
  let isStopped = false
  return {
    kind,
    port,
    id: `127.0.0.1:${port}`,
    pid: process.pid,
    get isRunning() {
      return process.isRunning()
    },
    get isAwake() {
      return process.isRunning() && !isStopped
    },
    log: () => process.log(),
    signal: (name) => {
      if (name === 'SIGSTOP') isStopped = true
      if (name === 'SIGCONT') isStopped = false
      process.signal(name)
    },
    stop: () => process.stop(),
    kill: () => process.kill(),
    [Symbol.asyncDispose]: () => process.dispose(),
  }
}
