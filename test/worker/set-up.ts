import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { SourceOffset, SourcePartition } from '../../src/data/records.ts'
import { taskIdText } from '../../src/messages/ids.ts'
import type { WireError } from '../../src/messages/protocol.ts'
import { MemoryBudget } from '../../src/util/memory-budget.ts'
import { WorkerLease } from '../../src/messages/worker-lease.ts'
import { discoverPlugins } from '../../src/plugins/discovery.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'
import type { OffsetBackingStore, StoredOffset } from '../../src/stores/offset-backing-store.ts'
import { encodeKey } from '../../src/stores/offset-json.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { Worker } from '../../src/worker/worker.ts'
import { FakeGroups } from '../support/fake-groups.ts'
import type { NewTopic } from '../../src/worker/topic-creation.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface ThreadEntry {
  readonly entry: URL
  readonly remove: () => Promise<void>
}

/** The thread entry of these tests, laid out as the build lays out `dist`. */
export async function buildThreadEntry(): Promise<ThreadEntry> {
  const folder = await mkdtemp(path.join(tmpdir(), 'threads-'))
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }')
  await build({
    absWorkingDir: root,
    entryPoints: { api: 'src/api/index.ts', 'stub-thread': 'test/worker/stub-thread.ts' },
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    sourcemap: true,
    chunkNames: 'chunks/[name]-[hash]',
    logLevel: 'warning',
  })
  return {
    entry: pathToFileURL(path.join(folder, 'stub-thread.js')),
    remove: () => rm(folder, { recursive: true }),
  }
}

/** Everything the worker says, in order, e.g. `task c-0 FAILED`. */
export interface Heard {
  readonly events: string[]
  readonly errors: Map<string, WireError>
}

export interface OpenWorker extends Heard {
  readonly worker: Worker
  readonly lease: WorkerLease
  readonly offsets: Map<string, StoredOffset[]>
  readonly topics: NewTopic[]
  /** What was cleared away in Kafka, e.g. `c-0 [{"groupId":"g","memberId":"m"}]`. */
  readonly cleaned: string[]
  readonly groups: FakeGroups
  /** What was logged, without its time. */
  readonly lines: string[]
  [Symbol.asyncDispose](): Promise<void>
}

export async function openWorker(
  { entry }: ThreadEntry,
  settings: {
    readonly threads?: number
    readonly graceMs?: number
    readonly heapMb?: number
    readonly watchdogMs?: number
  } = {},
): Promise<OpenWorker> {
  const { plugins } = await discoverPlugins([path.join(root, 'test/fixtures/worker-plugins')])
  const events: string[] = []
  const errors = new Map<string, WireError>()
  const hear = (subject: string, event: string, error?: WireError): void => {
    events.push(`${subject} ${event}`)
    if (error) errors.set(subject, error)
  }
  const offsets = new Map<string, StoredOffset[]>()
  const topics: NewTopic[] = []
  const cleaned: string[] = []
  const groups = new FakeGroups()
  const lines: string[] = []
  setLogSink(({ level, context, message, logger }) =>
    lines.push(`${level} ${context}${message} (${logger})`),
  )
  const lease = new WorkerLease()
  const worker = new Worker({
    lease,
    memory: new MemoryBudget(2 ** 24),
    config: {
      'bootstrap.servers': 'localhost:9092',
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'task.shutdown.graceful.timeout.ms': String(settings.graceMs ?? 5000),
      'task.watchdog.ms': String(settings.watchdogMs ?? 60_000),
    },
    kafkaClusterId: 'cluster',
    plugins: new PluginRegistry(plugins),
    offsets: memoryOffsets(offsets),
    topics: {
      create: (topic) => {
        topics.push(topic)
        return Promise.resolve(true)
      },
    },
    cleaner: {
      clean: ({ id }, ids) => {
        cleaned.push(`${taskIdText(id)} ${JSON.stringify(ids)}`)
        return Promise.resolve()
      },
    },
    groups: ({ name }) => groups.of(`connect-${name}`),
    listener: {
      connectorStatus: (name, state, error) => hear(`connector ${name}`, state, error),
      taskStatus: (id, state, error) => hear(`task ${taskIdText(id)}`, state, error),
      taskReconfigurationRequested: (name) => hear(`connector ${name}`, 'reconfigure'),
      topicUsed: (id, topic) => hear(`task ${taskIdText(id)}`, `used ${topic}`),
    },
    threads: { entry, max: settings.threads ?? 2, heapMb: settings.heapMb ?? 64 },
  })
  return {
    worker,
    lease,
    events,
    errors,
    offsets,
    topics,
    cleaned,
    groups,
    lines,
    [Symbol.asyncDispose]: () => worker.stop(AbortSignal.timeout(10_000)),
  }
}

/** Keeps the entries as they were written, the newest last. */
function memoryOffsets(written: Map<string, StoredOffset[]>): OffsetBackingStore {
  const find = (connector: string, partition: SourcePartition | null): SourceOffset | null =>
    written
      .get(connector)
      ?.findLast((entry) => JSON.stringify(entry.partition) === JSON.stringify(partition))
      ?.offset ?? null
  return {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    get: (connector, partitions) =>
      Promise.resolve(partitions.map((partition) => find(connector, partition))),
    set: (connector, entries) => {
      written.set(connector, [...(written.get(connector) ?? []), ...entries])
      return Promise.resolve()
    },
    keys: (connector, partitions) => partitions.map((each) => encodeKey(connector, each)),
    entries: (connector) => Promise.resolve(written.get(connector) ?? []),
  }
}

export const sourceConfig = {
  name: 'c',
  'connector.class': 'UnrulySource',
  'tasks.max': '2',
  topics: 'a,b',
}

/** A task's configuration and the connector's, whose task behaves so. */
export function behaving(behave: string): Record<string, string> {
  return { ...sourceConfig, behave }
}
