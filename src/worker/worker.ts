import type { ConnectorConfig, RawConfig, TargetState } from '../config/types.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../messages/config-infos.ts'
import type { TaskCounters } from '../messages/counters.ts'
import { taskIdText } from '../messages/ids.ts'
import type { ConnectorOffset, OffsetChange } from '../messages/connector-offsets.ts'
import { WorkerLease } from '../messages/worker-lease.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { ResolvedPreview } from '../messages/preview.ts'
import type { Run } from '../messages/protocol.ts'
import type { PluginDescriptor } from '../plugins/plugin-descriptor.ts'
import { abortable } from '../util/abort.ts'
import { setLogLevel } from '../util/log-levels.ts'
import type { LogLevel } from '../util/log-levels.ts'
import { ConnectorOffsets } from './connector-offsets.ts'
import { ConnectorRunner } from './connector-runner.ts'
import { alterOffsetsIn } from './offset-plugin.ts'
import type { ConnectorRef } from './offset-plugin.ts'
import { ownThreadOf } from './own-thread.ts'
import { logNotices } from './log-notices.ts'
import { OffsetService } from './offset-service.ts'
import { OffsetStores } from './offset-stores.ts'
import { Previews } from './previews.ts'
import { TaskRunner } from './task-runner.ts'
import { TaskStarts } from './task-starts.ts'
import { ThreadPool } from './thread-pool.ts'
import type { ConnectorThread, TaskThread } from './thread-pool.ts'
import { threadFacts } from './thread-facts.ts'
import { threadRequests } from './thread-requests.ts'
import { ThreadWatch, watchSettings } from './thread-watch.ts'
import type { WatchSettings } from './thread-watch.ts'
import type {
  ConnectorFacts,
  ConnectorWorker,
  TaskFacts,
  ThreadFacts,
  WorkerListener,
  WorkerSnapshot,
} from './types.ts'
import { Validations } from './validations.ts'
import { WorkerMetrics } from './worker-metrics.ts'
import type { WorkerOptions } from './worker-options.ts'

/** Runs connectors and tasks in plugin threads, on behalf of the herder. Constructed it runs nothing yet. */
export class Worker implements ConnectorWorker {
  readonly kafkaClusterId: string | null
  readonly #options: WorkerOptions
  readonly #pool: ThreadPool
  readonly #connectors: ConnectorRunner
  readonly #tasks: TaskRunner
  readonly #validations: Validations
  readonly #previews: Previews
  readonly #starts: TaskStarts
  readonly #offsets: OffsetService
  readonly #connectorOffsets: ConnectorOffsets
  readonly #metrics: WorkerMetrics
  readonly #watch: ThreadWatch
  readonly #settings: WatchSettings
  #runs = 0

  constructor(options: WorkerOptions) {
    this.#options = options
    this.kafkaClusterId = options.kafkaClusterId
    const stores = new OffsetStores(options.offsets, options.offsetPlaces)
    this.#starts = new TaskStarts(options, stores)
    this.#offsets = new OffsetService(
      stores,
      (of) => this.#tasks.configOf(of) ?? this.#connectors.configOf(of),
    )
    this.#pool = this.#createPool()
    this.#metrics = this.#createMetrics()
    const parts = {
      pool: this.#pool,
      listener: this.#measuring(options.listener),
      newRun: (): Run => ++this.#runs,
    }
    this.#connectors = new ConnectorRunner(parts)
    this.#validations = new Validations(this.#pool, parts.newRun)
    const { groups } = options
    this.#previews = new Previews({ ...parts, offsets: this.#offsets, groups })
    this.#settings = watchSettings(options.config)
    const { graceMs, watchdogMs } = this.#settings
    this.#tasks = new TaskRunner({ ...parts, cleaner: options.cleaner, graceMs })
    this.#watch = new ThreadWatch(this.#pool, watchdogMs)
    this.#connectorOffsets = new ConnectorOffsets({
      service: this.#offsets,
      groups,
      alterOffsets: alterOffsetsIn(this.#pool, parts.newRun),
    })
  }

  /** Starts threads for connectors and so many tasks, so that they load while the rest of the worker starts. */
  warmUp(tasks: number): void {
    this.#pool.warmUp(tasks)
  }

  plugins(): readonly PluginDescriptor[] {
    return this.#options.plugins.plugins
  }

  connectorType(connectorClass: string): 'source' | 'sink' {
    return this.#options.plugins.connector(connectorClass).type === 'source' ? 'source' : 'sink'
  }

  connectorVersion(connectorClass: string, range: string | null): string | null {
    return this.#options.plugins.connector(connectorClass, range).version
  }

  validate(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos> {
    return this.#validations.validate(config, pluginName, signal)
  }

  pluginConfig(
    pluginName: string,
    version: string | null,
    signal: AbortSignal,
  ): Promise<readonly ConfigKeyInfo[]> {
    return this.#validations.pluginConfig(pluginName, version, signal)
  }

  preview(request: ResolvedPreview, signal: AbortSignal): Promise<string> {
    const id = { connector: request.config.name ?? '', task: 0 }
    return this.#previews.run(request, this.#starts.of(id, request.config, {}), signal)
  }

  async startConnector(
    name: string,
    config: ConnectorConfig,
    targetState: TargetState,
  ): Promise<void> {
    this.#options.logs?.begin({ connector: name })
    const connectorClass = config['connector.class'] ?? ''
    const type = this.connectorType(connectorClass)
    ownThreadOf(config, this.#options)
    const connector = { name, type, connectorClass, config, targetState }
    const started = this.#metrics.connectorStart(connector, () => this.#connectors.start(connector))
    // Its tasks come next: their thread is born while the connector starts.
    if (targetState === 'STARTED') this.#pool.warmUp(1)
    await started
  }

  setConnectorState(name: string, targetState: TargetState): Promise<void> {
    return this.#connectors.setState(name, targetState)
  }

  stopConnector(name: string): Promise<void> {
    return this.#connectors.stop(name)
  }

  taskConfigs(
    name: string,
    maxTasks: number,
    signal: AbortSignal,
  ): Promise<readonly ConnectorConfig[]> {
    return this.#connectors.taskConfigs(name, maxTasks, signal)
  }

  async startTask(
    id: ConnectorTaskId,
    connectorConfig: ConnectorConfig,
    taskConfig: ConnectorConfig,
    targetState: TargetState,
  ): Promise<void> {
    this.#options.logs?.begin(id)
    const start = { ...this.#starts.of(id, connectorConfig, taskConfig), targetState }
    const own = ownThreadOf(connectorConfig, this.#options)
    await this.#metrics.taskStart(start, () => this.#tasks.start(start, own))
  }

  setTaskState(id: ConnectorTaskId, targetState: TargetState): Promise<void> {
    return this.#tasks.setState(id, targetState)
  }

  stopTasks(ids: readonly ConnectorTaskId[]): Promise<void> {
    return this.#tasks.stop(ids, this.#settings.graceMs)
  }

  resetTopics(connector: string): void {
    this.#tasks.resetTopics(connector)
  }

  /** Names of threads that were ended and do not go. */
  stuckThreads(): readonly string[] {
    return this.#pool.stuck()
  }

  async connectorOffsets(
    name: string,
    config: ConnectorConfig,
    signal: AbortSignal,
  ): Promise<readonly ConnectorOffset[]> {
    return this.#connectorOffsets.read(this.#ref(name, config), signal)
  }

  async modifyOffsets(
    name: string,
    config: ConnectorConfig,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<boolean> {
    return this.#connectorOffsets.modify(this.#ref(name, config), changes, signal)
  }

  /** What a task has counted, read from memory it shares; null where it does not run here. */
  taskCounters(id: ConnectorTaskId): TaskCounters | null {
    return this.#tasks.counters(id)
  }

  connectorFacts(name: string): ConnectorFacts | null {
    const place = this.#connectors.placeOf(name)
    if (!place) return null
    const { thread, call } = place
    return { name: `connector ${name}`, thread: this.#threadFacts(thread), call }
  }

  taskFacts(id: ConnectorTaskId): TaskFacts | null {
    const thread = this.#tasks.threadOf(id)
    const counters = this.#tasks.counters(id)
    if (!thread || !counters) return null
    return {
      name: `task ${taskIdText(id)}`,
      counters: counters.snapshot(),
      thread: this.#threadFacts(thread),
    }
  }

  metrics(): Promise<WorkerSnapshot> {
    return this.#metrics.snapshot()
  }

  /** Sets the level of `logger` and what is below it, here and in every plugin thread. */
  setLogLevel(logger: string, level: LogLevel): void {
    setLogLevel(logger, level)
    this.#pool.setLogLevel(logger, level)
  }

  /** Invariant 7: everything drains and commits, unless `signal` aborts first; then the threads are ended. */
  async stop(signal: AbortSignal): Promise<void> {
    try {
      await abortable(this.#drain(), signal)
    } finally {
      this.#metrics.close()
      this.#watch.close()
      await this.#pool.stop()
      await Promise.all([this.#tasks.idle(), this.#connectors.idle(), this.#offsets.idle()])
    }
  }

  #ref(name: string, config: ConnectorConfig): ConnectorRef {
    const connectorClass = config['connector.class'] ?? ''
    return { name, type: this.connectorType(connectorClass), connectorClass, config }
  }

  async #drain(): Promise<void> {
    await Promise.all([this.stopTasks(this.#tasks.ids()), this.#connectors.stopAll()])
  }

  #threadFacts(thread: ConnectorThread | TaskThread): ThreadFacts {
    return threadFacts(thread, (run) => {
      const [task, connector] = [this.#tasks.nameOfRun(run), this.#connectors.nameOfRun(run)]
      if (task !== null) return `task ${task}`
      return connector === null ? null : `connector ${connector}`
    })
  }

  #createMetrics(): WorkerMetrics {
    const { config, plugins } = this.#options
    return new WorkerMetrics({
      ...{ config, plugins },
      connectors: () => this.#connectors.names(),
      tasks: () => this.#tasks.ids(),
      counters: (id) => this.#tasks.counters(id),
      threads: () => this.#pool.threads(),
      buffers: this.#options.memory,
    })
  }

  #measuring(listener: WorkerListener): WorkerListener {
    return {
      connectorStatus: (...status) => listener.connectorStatus(...status),
      taskStatus: (id, state, error) => {
        this.#metrics.taskStatus(id, state)
        listener.taskStatus(id, state, error)
      },
      taskReconfigurationRequested: (name) => listener.taskReconfigurationRequested(name),
      topicUsed: (id, topic) => listener.topicUsed(id, topic),
    }
  }

  #createPool(): ThreadPool {
    const { threads, plugins, config, lease } = this.#options
    return new ThreadPool({
      entry: threads.entry,
      maxTaskThreads: threads.max,
      heapMb: threads.heapMb,
      plugins: plugins.plugins,
      workerConfig: config,
      lease: (lease ?? new WorkerLease()).shared,
      memory: this.#options.memory,
      requests: threadRequests(this.#offsets, (run) => this.#tasks.find(run), this.#options),
      notices: {
        ready: () => undefined,
        connectorStatus: (notice) => this.#connectors.onStatus(notice),
        taskStatus: (notice) => this.#tasks.onStatus(notice),
        requestTaskReconfiguration: (notice) => this.#connectors.onReconfiguration(notice),
        topicUsed: (notice) => this.#tasks.onTopicUsed(notice),
        kafkaIdOpened: (notice) => this.#tasks.onKafkaIdOpened(notice),
        ...logNotices,
      },
      onEnded: (thread, reason) => {
        if (thread.role === 'connectors') {
          this.#connectors.onThreadEnded(thread as ConnectorThread, reason)
        } else if (thread.role === 'tasks') {
          this.#tasks.onThreadEnded(thread as TaskThread, reason)
        }
      },
    })
  }
}
