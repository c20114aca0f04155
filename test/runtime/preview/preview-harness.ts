import { SourceConnector } from '../../../src/api/connector.ts'
import { SourceTask } from '../../../src/api/source-task.ts'
import { configDef } from '../../../src/config/config-def.ts'
import { SourceRecord } from '../../../src/data/records.ts'
import type { SourceOffset } from '../../../src/data/records.ts'
import { STRING_SCHEMA } from '../../../src/data/primitive-schemas.ts'
import { RetriableError } from '../../../src/errors/connect-error.ts'
import type { GivenRecord, PreviewThreadRequests } from '../../../src/messages/preview.ts'
import { ThreadBoard } from '../../../src/messages/thread-board.ts'
import { WorkerLease } from '../../../src/messages/worker-lease.ts'
import { builtInPlugins } from '../../../src/plugins/built-in-plugins.ts'
import { PluginLoader } from '../../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../../src/plugins/plugin-registry.ts'
import { PreviewRun } from '../../../src/runtime/preview/preview-run.ts'
import type { PluginLoader as TypedPluginLoader } from '../../../src/runtime/task.ts'
import { MemoryAccount, MemoryBudget } from '../../../src/util/memory-budget.ts'

/** What a stage was given, or made, as the answer shows it. */
type Side = Record<string, unknown> | null

export interface ShownStage {
  readonly stage: string
  readonly class: string
  readonly alias?: string
  readonly header?: string
  readonly predicate?: Record<string, unknown>
  readonly applied?: boolean
  readonly before?: Side
  readonly after?: Side
}

export interface Shown {
  readonly ended: string
  readonly from: string
  readonly problem: string | null
  readonly records: readonly {
    readonly outcome: string
    readonly error?: Record<string, string>
    readonly stages: readonly ShownStage[]
  }[]
}

/** What a source of these tests does; set before a preview is run. */
export const conduct: {
  calls: string[]
  tasks: number
  offset: SourceOffset | null
  start: (signal: AbortSignal) => Promise<void> | void
  poll: (signal: AbortSignal) => Promise<readonly SourceRecord[] | null> | readonly SourceRecord[]
} = { calls: [], tasks: 1, offset: null, start: () => undefined, poll: () => [] }

export function resetConduct(): void {
  const nothing = (): undefined => undefined
  Object.assign(conduct, { calls: [], tasks: 1, offset: null, start: nothing, poll: batches() })
}

/** Wraps a value in a field called `line`. */
export const hoist = {
  transforms: 'hoist',
  'transforms.hoist.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
  'transforms.hoist.field': 'line',
}
export const json = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
}

/** By their aliases where they have one. */
export function stagesOf(shown: Shown, at = 0): string[] {
  return (shown.records[at]?.stages ?? []).map(({ stage, alias }) => alias ?? stage)
}

class FakeTask extends SourceTask {
  static readonly className = 'com.example.FakeSourceTask'

  version(): string {
    return '1'
  }
  async start(_config: unknown, signal: AbortSignal): Promise<void> {
    conduct.calls.push('task.start')
    conduct.offset = await this.context.offsetStorageReader.offset({ file: 'a' })
    await conduct.start(signal)
  }
  poll(signal: AbortSignal): ReturnType<typeof conduct.poll> {
    return conduct.poll(signal)
  }
  stop(): void {
    conduct.calls.push('task.stop')
  }
  override commit(): void {
    conduct.calls.push('commit')
  }
  override commitRecord(): void {
    conduct.calls.push('commitRecord')
  }
}

class FakeSource extends SourceConnector {
  start(): void {
    conduct.calls.push('start')
  }
  stop(): void {
    conduct.calls.push('stop')
  }
  taskConfigs(): { readonly own: string }[] {
    return Array.from({ length: conduct.tasks }, (_, at) => ({ own: String(at) }))
  }
  taskClass(): typeof FakeTask {
    return FakeTask
  }
  config() {
    return configDef({})
  }
  version(): string {
    return '1'
  }
}

/** A transformation that always asks to be tried again. */
class Busy {
  configure(): void {
    conduct.calls.push('configure')
  }
  apply(): never {
    throw new RetriableError('busy')
  }
}

export function sourceRecord(value: unknown, position = 0): SourceRecord {
  return new SourceRecord(
    ...([{ file: 'a' }, { position }, 't', null, null, null] as const),
    ...([typeof value === 'string' ? STRING_SCHEMA : null, value] as const),
  )
}

/** A poll that gives each of `batches` once, and then waits until it is called back. */
export function batches(...given: readonly (readonly SourceRecord[])[]): typeof conduct.poll {
  const left = [...given]
  return (signal) =>
    left.shift() ??
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }))
}

export interface PreviewSettings {
  readonly type?: 'source' | 'sink'
  readonly records?: readonly GivenRecord[]
  readonly limit?: number
  readonly timeoutMs?: number
  readonly secrets?: readonly string[]
  readonly signal?: AbortSignal
  /** Of the worker file. */
  readonly worker?: Record<string, string>
}

/** The answer to a preview of `config` in this thread. What is asked of the main thread lands in `conduct.calls`. */
export async function runPreview(
  config: Record<string, string>,
  settings: PreviewSettings = {},
): Promise<{ readonly shown: Shown; readonly text: string }> {
  const plugins = new PluginLoader(new PluginRegistry(builtInPlugins))
  const own: Record<string, unknown> = { FakeSource, Busy }
  const loader = {
    load: (type: string, name: string) =>
      Object.hasOwn(own, name) ? Promise.resolve(own[name]) : plugins.load(type as 'source', name),
  } as unknown as TypedPluginLoader
  const budget = new MemoryBudget(2 ** 24)
  const { type = 'source', limit = 10, timeoutMs = 10_000, secrets = [], records = null } = settings
  const request: PreviewThreadRequests['preview'][0] = {
    ...{ run: 1, maxTasks: 3, records, limit, timeoutMs, positions: [] },
    start: {
      id: { connector: 'c', task: 0 },
      type,
      connectorClass: type === 'source' ? 'FakeSource' : 'FakeSink',
      connectorConfig: { name: 'c', ...config },
      taskConfig: {},
      workerConfig: {
        ...{ 'key.converter': 'StringConverter', 'value.converter': 'StringConverter' },
        ...settings.worker,
      },
      secrets,
      kafkaClusterId: null,
      targetState: 'STARTED',
    },
  }
  const main = {
    request: (name: string) => {
      conduct.calls.push(name)
      return Promise.resolve([{ position: 7 }])
    },
    notify: () => undefined,
  }
  const run = new PreviewRun(
    {
      main: main as never,
      board: new ThreadBoard(),
      loader,
      lease: new WorkerLease(),
      memory: new MemoryAccount(budget.shared, budget.newAccount()),
    },
    request,
    settings.signal ?? new AbortController().signal,
  )
  const text = await run.answer()
  return { shown: JSON.parse(text) as Shown, text }
}

/** A record given as text, for the first topic there is. */
export function given(value: string, more: Partial<GivenRecord> = {}): GivenRecord {
  return {
    ...{ topic: 't', partition: null, timestamp: null, key: null, headers: [] },
    value: { form: 'bytes', bytes: Buffer.from(value) },
    ...more,
  }
}
