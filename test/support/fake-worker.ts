import { setImmediate } from 'node:timers/promises'
import type { ConnectorConfig, RawConfig, TargetState } from '../../src/config/types.ts'
import { NotFoundError, asError, traceOf } from '../../src/errors/connect-error.ts'
import { BadRequestError } from '../../src/errors/rest-error.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../../src/messages/config-infos.ts'
import { TaskCounters } from '../../src/messages/counters.ts'
import { FakeGroups } from './fake-groups.ts'
import { taskIdText } from '../../src/messages/ids.ts'
import type { ConnectorOffset, OffsetChange } from '../../src/messages/connector-offsets.ts'
import type { ConnectorTaskId } from '../../src/messages/ids.ts'
import type { WireError } from '../../src/messages/protocol.ts'
import type { PluginDescriptor } from '../../src/plugins/plugin-descriptor.ts'
import type { LogLevel } from '../../src/util/log-levels.ts'
import { setLogLevel } from '../../src/util/log-levels.ts'
import type {
  ConnectorFacts,
  ConnectorWorker,
  TaskFacts,
  ThreadFacts,
  WorkerListener,
  WorkerSnapshot,
} from '../../src/worker/types.ts'
import { MemoryOffsetStore } from '../../src/stores/memory-offset-store.ts'
import { ConnectorOffsets } from '../../src/worker/connector-offsets.ts'
import type { AlterOffsets, ConnectorRef } from '../../src/worker/offset-plugin.ts'
import { OffsetService } from '../../src/worker/offset-service.ts'
import { OffsetStores } from '../../src/worker/offset-stores.ts'

/** What a fake connector does when the worker calls it. What is left out succeeds at once. */
export interface FakePlugin {
  readonly className: string
  readonly type: 'source' | 'sink'
  readonly version: string
  start?(config: ConnectorConfig): Promise<void> | void
  stop?(): Promise<void> | void
  taskConfigs?(config: ConnectorConfig, max: number): readonly ConnectorConfig[]
  startTask?(config: ConnectorConfig): Promise<void> | void
  stopTask?(): Promise<void> | void
  validate?(config: RawConfig): readonly string[]
  /** False where it is left out, as of a connector that knows nothing of it. */
  alterOffsets?(
    config: ConnectorConfig,
    offsets: Parameters<AlterOffsets>[0]['offsets'],
    signal: AbortSignal,
  ): Promise<boolean> | boolean
  /** Whether a task fails as soon as it runs. */
  failAfterStart?(config: ConnectorConfig): boolean
  /** Topics that a task is seen to use. */
  topics?(config: ConnectorConfig): readonly string[]
}

interface Running {
  readonly plugin: FakePlugin
  readonly config: ConnectorConfig
  /** Of a task. */
  readonly connectorConfig?: ConnectorConfig
  state: TargetState
}

/**
 * A worker without threads, for tests of what stands above it: connectors are the callbacks of a {@link FakePlugin}.
 * Every answer takes a turn of the event loop, and statuses are told in order, as by the real one.
 */
export class FakeWorker implements ConnectorWorker {
  readonly kafkaClusterId: string
  readonly running = new Map<string, Running>()
  readonly tasks = new Map<string, Running>()
  /** What a real worker would have to refuse: a second start of what runs. */
  readonly violations: string[] = []
  /** What tasks have counted, by name: for the test to set. */
  readonly counters = new Map<string, TaskCounters>()
  /** What else is known of connectors and tasks. */
  readonly facts = new Map<string, Partial<ConnectorFacts & TaskFacts>>()
  /** Names of threads that do not end. */
  stuck: readonly string[] = []
  /** How long everything takes. */
  pace: () => Promise<unknown> = () => setImmediate()
  /** What was asked of it, in order: `start a`, `stop a-0`. */
  readonly calls: string[] = []
  /** The stored offsets of sources, and the committed ones of sinks. */
  readonly offsets = new MemoryOffsetStore()
  readonly groups = new FakeGroups()
  readonly #connectorOffsets = new ConnectorOffsets({
    service: new OffsetService(new OffsetStores(this.offsets), () => ({})),
    groups: ({ name }) => this.groups.of(`connect-${name}`),
    alterOffsets: async ({ connectorClass, config, offsets }, signal) => {
      await this.pace()
      return (await this.#plugin(connectorClass).alterOffsets?.(config, offsets, signal)) ?? false
    },
  })
  readonly #plugins: readonly FakePlugin[]
  readonly #listener: WorkerListener

  constructor(
    plugins: readonly FakePlugin[],
    listener: WorkerListener,
    kafkaClusterId = 'cluster',
  ) {
    this.kafkaClusterId = kafkaClusterId
    this.#plugins = plugins
    this.#listener = listener
  }

  get listener(): WorkerListener {
    return this.#listener
  }

  plugins(): readonly PluginDescriptor[] {
    return this.#plugins.map(({ className, type, version }) => ({
      className,
      type,
      version,
      aliases: [],
      moduleUrl: 'test:',
      exportName: 'none',
      location: 'classpath',
    }))
  }

  connectorType(connectorClass: string): 'source' | 'sink' {
    return this.#plugin(connectorClass).type
  }

  connectorVersion(connectorClass: string, _range: string | null): string | null {
    return this.#plugin(connectorClass).version
  }

  preview = (): Promise<string> => Promise.reject(new Error('There are no threads.'))

  async validate(
    config: RawConfig,
    _pluginName: string | null,
    _signal: AbortSignal,
  ): Promise<ConfigInfos> {
    await this.pace()
    const connectorClass = config['connector.class'] ?? null
    if (connectorClass === null) {
      const pairs = Object.entries(config).map(([key, value]) => `${key}=${value ?? 'null'}`)
      throw new BadRequestError(`Connector config {${pairs.join(', ')}} contains no connector type`)
    }
    const errors = this.#plugin(connectorClass).validate?.(config) ?? []
    const value = { name: 'all', value: null, recommended_values: [], errors, visible: true }
    return {
      name: connectorClass,
      error_count: errors.length,
      groups: [],
      configs: [{ definition: null, value }],
    }
  }

  resetTopics(connector: string): void {
    this.calls.push(`reset topics of ${connector}`)
  }

  stuckThreads(): readonly string[] {
    return this.stuck
  }

  async pluginConfig(
    pluginName: string,
    _version: string | null,
    _signal: AbortSignal,
  ): Promise<readonly ConfigKeyInfo[]> {
    await this.pace()
    if (!this.#find(pluginName)) throw new NotFoundError(`Unknown plugin ${pluginName}.`)
    return []
  }

  setLogLevel(logger: string, level: LogLevel): void {
    setLogLevel(logger, level)
  }

  async startConnector(name: string, config: ConnectorConfig, state: TargetState): Promise<void> {
    this.calls.push(`start ${name}`)
    const plugin = this.#plugin(config['connector.class'] ?? '')
    const running = { plugin, config, state }
    if (this.running.has(name)) this.violations.push(`connector ${name} runs already`)
    this.running.set(name, running)
    await this.pace()
    try {
      if (state === 'STARTED') await plugin.start?.(config)
    } catch (error) {
      this.#listener.connectorStatus(name, 'FAILED', wire(error))
      throw error
    }
    this.#tellConnector(name, running)
  }

  async setConnectorState(name: string, state: TargetState): Promise<void> {
    this.calls.push(`${state.toLowerCase()} ${name}`)
    await this.pace()
    const running = this.running.get(name)
    if (!running) throw new Error(`No connector ${name}.`)
    running.state = state
    this.#tellConnector(name, running)
  }

  async stopConnector(name: string): Promise<void> {
    this.calls.push(`stop ${name}`)
    await this.running.get(name)?.plugin.stop?.()
    await this.pace()
    this.running.delete(name)
    this.#listener.connectorStatus(name, 'UNASSIGNED')
  }

  async taskConfigs(name: string, max: number): Promise<readonly ConnectorConfig[]> {
    this.calls.push(`taskConfigs ${name}`)
    await this.pace()
    const { plugin, config } = this.running.get(name) ?? {}
    if (!plugin || !config) throw new Error(`No connector ${name}.`)
    return plugin.taskConfigs?.(config, max) ?? [config]
  }

  async startTask(
    id: ConnectorTaskId,
    connectorConfig: ConnectorConfig,
    config: ConnectorConfig,
    state: TargetState,
  ): Promise<void> {
    this.calls.push(`start ${taskIdText(id)}`)
    const plugin = this.#plugin(connectorConfig['connector.class'] ?? '')
    const running = { plugin, config, connectorConfig, state }
    if (this.tasks.has(taskIdText(id))) this.violations.push(`task ${taskIdText(id)} runs already`)
    this.tasks.set(taskIdText(id), running)
    await this.pace()
    try {
      await plugin.startTask?.(config)
    } catch (error) {
      if (this.tasks.get(taskIdText(id)) === running) {
        this.#listener.taskStatus(id, 'FAILED', wire(error))
      }
      throw error
    }
    if (this.tasks.get(taskIdText(id)) !== running) return
    this.#tellTask(id, running.state)
    for (const topic of plugin.topics?.(config) ?? []) this.#listener.topicUsed(id, topic)
    if (plugin.failAfterStart?.(config) === true) {
      this.#listener.taskStatus(id, 'FAILED', wire(new Error()))
    }
  }

  async setTaskState(id: ConnectorTaskId, state: TargetState): Promise<void> {
    this.calls.push(`${state.toLowerCase()} ${taskIdText(id)}`)
    await this.pace()
    const running = this.tasks.get(taskIdText(id))
    if (!running) throw new Error(`No task ${taskIdText(id)}.`)
    running.state = state
    this.#tellTask(id, state)
  }

  async stopTasks(ids: readonly ConnectorTaskId[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#stopTask(id)))
  }

  /** What is to be known of the connector; null where it does not run. */
  connectorFacts(name: string): ConnectorFacts | null {
    if (!this.running.has(name)) return null
    const thread = idleThread('connector-thread-1')
    const facts = { name: `connector ${name}`, thread, call: null }
    return { ...facts, ...this.facts.get(name) }
  }

  taskFacts(id: ConnectorTaskId): TaskFacts | null {
    const name = taskIdText(id)
    const task = this.tasks.get(name)
    if (!task) return null
    const counters = this.counters.get(name) ?? new TaskCounters()
    this.counters.set(name, counters)
    const facts = { name: `task ${name}`, thread: idleThread('task-thread-1') }
    return { ...facts, counters: counters.snapshot(), ...this.facts.get(name) }
  }

  connectorOffsets(
    name: string,
    config: ConnectorConfig,
    signal: AbortSignal,
  ): Promise<readonly ConnectorOffset[]> {
    return this.#connectorOffsets.read(this.#ref(name, config), signal)
  }

  modifyOffsets(
    name: string,
    config: ConnectorConfig,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<boolean> {
    this.calls.push(`${changes === null ? 'reset' : 'alter'} ${name}`)
    return this.#connectorOffsets.modify(this.#ref(name, config), changes, signal)
  }

  metrics(): Promise<WorkerSnapshot> {
    return Promise.resolve({ names: 'both', readings: [], families: [] })
  }

  stop(): Promise<void> {
    this.running.clear()
    this.tasks.clear()
    return Promise.resolve()
  }

  async #stopTask(id: ConnectorTaskId): Promise<void> {
    this.calls.push(`stop ${taskIdText(id)}`)
    await this.tasks.get(taskIdText(id))?.plugin.stopTask?.()
    await this.pace()
    this.tasks.delete(taskIdText(id))
    this.#listener.taskStatus(id, 'UNASSIGNED')
  }

  #ref(name: string, config: ConnectorConfig): ConnectorRef {
    const connectorClass = config['connector.class'] ?? ''
    return { name, type: this.connectorType(connectorClass), connectorClass, config }
  }

  #tellConnector(name: string, running: Running): void {
    if (this.running.get(name) !== running) return
    const state = running.state === 'STARTED' ? 'RUNNING' : running.state
    this.#listener.connectorStatus(name, state)
  }

  #tellTask(id: ConnectorTaskId, state: TargetState): void {
    this.#listener.taskStatus(id, state === 'STARTED' ? 'RUNNING' : 'PAUSED')
  }

  #plugin(name: string): FakePlugin {
    const plugin = this.#find(name)
    if (plugin) return plugin
    const known = this.#plugins.map(({ className }) => className).join(', ')
    throw new BadRequestError(
      `Failed to find any class that implements Connector and which name matches ${name}, available connectors are: ${known}`,
    )
  }

  #find(name: string): FakePlugin | undefined {
    return this.#plugins.find(({ className }) => {
      const simple = className.slice(className.lastIndexOf('.') + 1)
      return [className, simple, simple.replace(/Connector$/, '')].includes(name)
    })
  }
}

function idleThread(name: string): ThreadFacts {
  return { name, turnedAt: Date.now(), lateMs: 0, running: null }
}

function wire(error: unknown): WireError {
  return {
    javaName: 'java.lang.RuntimeException',
    message: asError(error).message,
    trace: traceOf(error),
    retriable: false,
  }
}
