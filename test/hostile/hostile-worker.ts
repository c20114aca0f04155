import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { inject } from 'vitest'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { HealthyPipeline } from './healthy-pipeline.ts'
import { Prober } from './prober.ts'

const plugins = path.join(root, 'test/fixtures/worker-plugins/hostile')
/** Records that are there for a hostile sink. */
const feedSize = 20

/** What one misdeed did to what ran beside it. */
export interface Damage {
  readonly name: string
  /** The longest time in which the healthy pipeline delivered nothing. */
  readonly pauseMs: number
  readonly slowestRestMs: number
  readonly probes: number
}

export interface HostileWorkerOptions {
  /** Beside those that every one of these workers has. */
  readonly properties?: Readonly<Record<string, string>>
  /** One where it is left out, so that every task has all the others in its thread. */
  readonly threads?: number
  readonly env?: Readonly<Record<string, string>>
}

/** A worker with few task threads, so that the healthy pipeline's tasks and the hostile ones run together. */
export class HostileWorker implements AsyncDisposable {
  readonly sluice: Sluice
  readonly pipeline: HealthyPipeline
  readonly prober: Prober
  readonly dir: ScratchDir
  readonly kafka: KafkaClient
  /** A topic for hostile sources to write to, and one with records for hostile sinks. */
  readonly topic: string
  readonly feed: string
  readonly #title: string
  readonly #prefix: string
  readonly #damages: Damage[] = []
  #logRead = 0
  #names = 0

  private constructor(options: {
    readonly title: string
    readonly sluice: Sluice
    readonly pipeline: HealthyPipeline
    readonly dir: ScratchDir
    readonly kafka: KafkaClient
    readonly prefix: string
  }) {
    const { title, sluice, pipeline, dir, kafka, prefix } = options
    this.#title = title
    this.sluice = sluice
    this.pipeline = pipeline
    this.dir = dir
    this.kafka = kafka
    this.#prefix = prefix
    this.topic = `${prefix}hostile`
    this.feed = `${prefix}feed`
    const { source, sink } = pipeline.names
    this.prober = new Prober(sluice.url, [
      '/connectors',
      `/connectors/${source}/status`,
      `/connectors/${sink}/status`,
      '/health',
    ])
  }

  /** Starts worker and pipeline, and waits until lines come out. */
  static async start(
    title: string,
    { properties = {}, threads = 1, env = {} }: HostileWorkerOptions = {},
  ): Promise<HostileWorker> {
    const prefix = topicPrefix(`hostile-${title}`)
    const bootstrapServers = inject('bootstrapServers')
    const [dir, kafka] = [await scratchDir(), await openKafkaClient(bootstrapServers)]
    const pipeline = await HealthyPipeline.start(dir, kafka, prefix)
    await kafka.createTopic(`${prefix}feed`)
    await kafka.createTopic(`${prefix}hostile`)
    const records = Array.from({ length: feedSize }, (_, number) => `feed ${number}`)
    await kafka.send(`${prefix}feed`, records)
    const sluice = await Sluice.start({
      ...{ dir, bootstrapServers },
      connectorFiles: pipeline.connectorFiles,
      env: { SLUICE_THREADS: String(threads), SLUICE_MEMORY: '128m', ...env },
      properties: {
        ...stringConverters,
        'plugin.path': plugins,
        'offset.storage.topic': pipeline.names.offsetsTopic,
        'offset.flush.interval.ms': '200',
        'task.shutdown.graceful.timeout.ms': '1000',
        ...properties,
      },
    })
    const worker = new HostileWorker({ title, sluice, pipeline, dir, kafka, prefix })
    await worker.settled()
    return worker
  }

  /** Waits until both ends of the pipeline run and everything written has come out. */
  async settled(): Promise<void> {
    await this.sluice.running(this.pipeline.names.source)
    await this.sluice.running(this.pipeline.names.sink)
    await this.pipeline.caughtUp()
  }

  /** Creates a connector with one task, which writes to `topic` or reads `feed`. */
  async put(name: string, config: Readonly<Record<string, string>>): Promise<Answer> {
    this.#logRead = this.sluice.process.log().length
    return await this.#send('PUT', `/connectors/${name}/config`, this.#complete(config))
  }

  /** Has a configuration as that of {@link put} validated, and nothing else. */
  async validate(name: string, config: Readonly<Record<string, string>>): Promise<Answer> {
    const resource = `/connector-plugins/${config['connector.class'] ?? ''}/config/validate`
    return await this.#send('PUT', resource, { name, ...this.#complete(config) })
  }

  /** Of the worker as a whole. */
  async health(): Promise<Answer> {
    return await this.#send('GET', '/health')
  }

  /** Deletes a connector where it is there; answers with how long that took. */
  async delete(name: string): Promise<number> {
    const began = performance.now()
    const { status, text } = await this.#send('DELETE', `/connectors/${name}`)
    if (status !== 204 && status !== 404) throw new Error(`DELETE ${name}: ${status} ${text}`)
    return performance.now() - began
  }

  /** A name for the next connector, and for its group, that no other test has on the same broker. */
  newName(): string {
    return `${this.#prefix}bad-${this.#names++}`
  }

  /** How often the tasks of the pipeline had to go on in another thread so far. */
  pipelineMoves(): { readonly source: number; readonly sink: number } {
    const moves = this.sluice.process.log().match(/Starting tasks? .*/g) ?? []
    const of = (name: string): number => moves.filter((line) => line.includes(`${name}-0`)).length
    const { source, sink } = this.pipeline.names
    return { source: of(source), sink: of(sink) }
  }

  /** How many plugin threads the watchdog has ended so far. */
  threadsEnded(): number {
    return (this.sluice.process.log().match(/ERROR The thread \S+ was ended/g) ?? []).length
  }

  /** Starts the pipeline's tasks anew, in the thread that all tasks share. */
  async restartPipeline(): Promise<void> {
    const { source, sink } = this.pipeline.names
    for (const name of [source, sink]) {
      await this.sluice.request('POST', `/connectors/${name}/restart?includeTasks=true`)
    }
    await this.settled()
  }

  /** What the worker has printed since the last `put`. */
  newLog(): string {
    return this.sluice.process.log().slice(this.#logRead)
  }

  #complete(config: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return { topic: this.topic, topics: this.feed, 'tasks.max': '1', ...config }
  }

  async #send(method: string, resource: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.sluice.url}${resource}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }

  /** What happened to the pipeline and to REST since the last call of this, to be reported as the damage of `name`. */
  async takeDamage(name: string): Promise<Record<string, number[]>> {
    const probes = await this.prober.take()
    const damage = { name, pauseMs: this.pipeline.takePause(), slowestRestMs: probes.slowestMs }
    this.#damages.push({ ...damage, probes: probes.count })
    return probes.statuses()
  }

  /** Prints what each misdeed did and keeps it in `.cache/hostile-<title>.json`. */
  async report(more: object = {}): Promise<void> {
    const rows = this.#damages.map(({ name, pauseMs, slowestRestMs, probes }) =>
      [
        pauseMs.toFixed(0).padStart(9),
        slowestRestMs.toFixed(0).padStart(8),
        String(probes).padStart(7),
        `  ${name}`,
      ].join(''),
    )
    console.log(['pause ms  REST ms  probes  misdeed', ...rows].join('\n'))
    const report = { at: new Date().toISOString(), damages: this.#damages, ...more }
    const file = await inCache(`hostile-${this.#title}.json`)
    await writeFile(file, JSON.stringify(report, null, 2))
  }

  /** Descriptors, threads and resident memory of the worker's process. */
  async footprint(): Promise<Footprint> {
    const proc = `/proc/${this.sluice.process.pid}`
    const [descriptors, threads, status] = await Promise.all([
      readdir(`${proc}/fd`),
      readdir(`${proc}/task`),
      readFile(`${proc}/status`, 'utf8'),
    ])
    const rssMb = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
    return { descriptors: descriptors.length, threads: threads.length, rssMb }
  }

  /** The worker's log stays, as `.cache/hostile-<title>.log`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.prober[Symbol.asyncDispose]()
    await this.sluice[Symbol.asyncDispose]()
    await copyFile(this.sluice.process.logFile, await inCache(`hostile-${this.#title}.log`))
    await this.pipeline[Symbol.asyncDispose]()
    await this.kafka[Symbol.asyncDispose]()
    await this.dir[Symbol.asyncDispose]()
  }
}

async function inCache(name: string): Promise<string> {
  const folder = path.join(root, '.cache')
  await mkdir(folder, { recursive: true })
  return path.join(folder, name)
}

export interface Answer {
  readonly status: number
  readonly text: string
}

export interface Footprint {
  readonly descriptors: number
  readonly threads: number
  readonly rssMb: number
}
