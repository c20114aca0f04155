import { writeFile } from 'node:fs/promises'
import { ConfigResourceTypes } from 'kafkajs'
import { ConnectCluster } from '../connect-cluster/connect-cluster.ts'
import type { ConnectWorker, WorkerKind } from '../connect-cluster/connect-cluster.ts'
import { callRest } from '../connect-cluster/rest.ts'
import type { RestAnswer, RestCall } from '../connect-cluster/rest.ts'
import { TopicWatch } from '../connect-cluster/topic-watch.ts'
import { openKafkaClient } from '../kafka-client.ts'
import type { KafkaClient } from '../kafka-client.ts'
import { scratchDir } from '../sluice.ts'
import type { ScratchDir } from '../sluice.ts'
import { topicPrefix } from '../topics.ts'

/** In a step `@` stands for the side's prefix, before every name, and `{dir}` for its folder. */
export const placeholders = { prefix: '@', dir: '{dir}' } as const

/** What lies ready on each side. */
export const sources: Readonly<Record<string, number>> = { 'in.txt': 10, 'in2.txt': 4 }
export const sinkRecords = 5
const lineBytes = 7

/** How far a source comes in such a file. */
export function endOf(file: string): number | undefined {
  const lines = sources[file]
  return lines === undefined ? undefined : lines * lineBytes
}

export interface SideOptions {
  readonly bootstrapServers: string
  /** Its workers, in the order of their start. */
  readonly kinds: readonly WorkerKind[]
  readonly properties?: Readonly<Record<string, string>>
}

/** A cluster that is held against another one: the same is done to both. */
export class Side implements AsyncDisposable {
  readonly name: string
  readonly isJava: boolean
  readonly prefix = topicPrefix('side')
  readonly cluster: ConnectCluster
  readonly kafka: KafkaClient
  readonly watch: TopicWatch
  readonly #dir: ScratchDir
  readonly #workers: ConnectWorker[] = []

  private constructor(
    options: SideOptions,
    parts: { readonly dir: ScratchDir; readonly kafka: KafkaClient },
  ) {
    const { bootstrapServers, kinds, properties = {} } = options
    this.name = kinds.join('+')
    this.isJava = !kinds.includes('sluice')
    this.#dir = parts.dir
    this.kafka = parts.kafka
    this.cluster = new ConnectCluster({
      ...{ dir: parts.dir, bootstrapServers, properties },
      prefix: this.prefix,
    })
    const { configTopic, statusTopic, offsetTopic } = this.cluster
    const topics = [configTopic, statusTopic, offsetTopic]
    this.watch = new TopicWatch({ bootstrapServers, topics }, parts.kafka)
  }

  static async start(options: SideOptions): Promise<Side> {
    const dir = await scratchDir()
    const side = new Side(options, { dir, kafka: await openKafkaClient(options.bootstrapServers) })
    try {
      await side.#prepare(options)
    } catch (error) {
      await side[Symbol.asyncDispose]()
      throw error
    }
    return side
  }

  get workers(): readonly ConnectWorker[] {
    return this.#workers
  }

  /** Makes the call of one of the workers, in this side's own names. */
  async call({ method, path, body, headers }: RestCall, via: number): Promise<RestAnswer> {
    const worker = this.#workers[via % this.#workers.length]
    if (worker === undefined) throw new Error('A side has at least one worker.')
    return await callRest(worker.port, {
      method,
      path: this.own(path),
      ...(body === undefined ? {} : { body: this.own(textOf(body)) }),
      ...(headers && { headers }),
    })
  }

  /** A text with placeholders, with what they stand for here. */
  own(text: string): string {
    return text
      .replaceAll(placeholders.prefix, this.prefix)
      .replaceAll(placeholders.dir, this.#dir.path)
  }

  /** The same way back, and without ports. */
  common(text: string): string {
    const without = text
      .replaceAll(this.prefix, placeholders.prefix)
      .replaceAll(this.#dir.path, placeholders.dir)
    return this.#workers.reduce((rest, { id }) => rest.replaceAll(id, '{worker}'), without)
  }

  /** Whether the group of its workers has no assignment just now. */
  async isRebalancing(): Promise<boolean> {
    const { groups } = await this.kafka.admin.describeGroups([this.cluster.groupId])
    return groups.some(({ state }) => state !== 'Stable')
  }

  /** The internal topics with what was set when they were created. */
  async topicsAsCreated(): Promise<unknown> {
    const { configTopic, offsetTopic, statusTopic } = this.cluster
    const topics = [configTopic, offsetTopic, statusTopic]
    const described = await this.kafka.admin.fetchTopicMetadata({ topics })
    const { resources } = await this.kafka.admin.describeConfigs({
      resources: topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
      includeSynonyms: false,
    })
    return topics.map((topic) => ({
      topic: this.common(topic),
      partitions: described.topics.find(({ name }) => name === topic)?.partitions.length,
      set: resources
        .find(({ resourceName }) => resourceName === topic)
        ?.configEntries.filter(({ isDefault }) => !isDefault)
        .map(({ configName, configValue }) => `${configName}=${configValue}`),
    }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]()
    await this.watch[Symbol.asyncDispose]()
    await this.kafka[Symbol.asyncDispose]()
    await this.#dir[Symbol.asyncDispose]()
  }

  async #prepare({ kinds }: SideOptions): Promise<void> {
    const line = (_: unknown, n: number): string => `line ${n}\n`
    for (const [file, count] of Object.entries(sources))
      await writeFile(this.#dir.file(file), Array.from({ length: count }, line).join(''))
    const topic = `${this.prefix}lines`
    await this.kafka.createTopic(topic)
    await this.kafka.send(topic, Array.from({ length: sinkRecords }, line))
    for (const kind of kinds) this.#workers.push(await this.cluster.start(kind))
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}
