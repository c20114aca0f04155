import type { ConnectorConfig, RawConfig, TargetState } from '../config/types.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../messages/config-infos.ts'
import type { CounterName } from '../messages/counters.ts'
import type { ConnectorOffset, OffsetChange } from '../messages/connector-offsets.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { ResolvedPreview } from '../messages/preview.ts'
import type { WireError } from '../messages/protocol.ts'
import type { TaskStage } from '../messages/stages.ts'
import type { MetricFamily } from '../metrics/metric-family.ts'
import type { MetricNames } from '../metrics/names.ts'
import type { Reading } from '../metrics/groups.ts'
import type { PluginDescriptor } from '../plugins/plugin-descriptor.ts'
import type { LogLevel } from '../util/log-levels.ts'

/** What the worker tells the herder. Called in the order things happened; must not throw. */
export interface WorkerListener {
  connectorStatus(
    name: string,
    state: 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'UNASSIGNED',
    error?: WireError,
  ): void
  taskStatus(
    id: ConnectorTaskId,
    state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED',
    error?: WireError,
  ): void
  taskReconfigurationRequested(connector: string): void
  topicUsed(id: ConnectorTaskId, topic: string): void
}

/** What a worker measures of itself at one moment. */
export interface WorkerSnapshot {
  /** Under which names it is to be served: `metrics.names`. */
  readonly names: MetricNames
  readonly readings: readonly Reading[]
  /** What Kafka Connect has no name for. */
  readonly families: readonly MetricFamily[]
}

/** A plugin call that has not returned. Times here are in ms since the epoch. */
export interface OpenCall {
  readonly stage: TaskStage
  readonly since: number
}

/** What a plugin thread is at, read from memory it shares. */
export interface ThreadFacts {
  readonly name: string
  /** When its event loop last turned; 0 before it runs. */
  readonly turnedAt: number
  /** How late the event loop is at this moment. */
  readonly lateMs: number
  /** The plugin call that holds it now, and whose: `task orders-0`, `connector orders`; null for one that is gone. */
  readonly running: { readonly of: string | null; readonly stage: TaskStage } | null
}

export interface ConnectorFacts {
  /** As {@link ThreadFacts.running} names it. */
  readonly name: string
  readonly thread: ThreadFacts
  readonly call: OpenCall | null
}

export interface TaskFacts {
  /** As {@link ThreadFacts.running} names it. */
  readonly name: string
  readonly counters: Readonly<Record<CounterName, number>>
  readonly thread: ThreadFacts
}

/** The worker as the herder sees it: runs connectors and tasks in plugin threads, whatever they do. */
export interface ConnectorWorker {
  readonly kafkaClusterId: string | null
  /** Every plugin found, from the manifests, in the order of `GET /connector-plugins`. */
  plugins(): readonly PluginDescriptor[]
  /** Whether `connectorClass` (class name or alias) is a source or sink; throws Java's message where it is unknown. */
  connectorType(connectorClass: string): 'source' | 'sink'
  /** The newest version installed within `range` (KIP-891), of all where that is null. Throws where there is none. */
  connectorVersion(connectorClass: string, range: string | null): string | null
  validate(config: RawConfig, pluginName: string | null, signal: AbortSignal): Promise<ConfigInfos>
  pluginConfig(
    pluginName: string,
    version: string | null,
    signal: AbortSignal,
  ): Promise<readonly ConfigKeyInfo[]>
  /**
   * Takes records through the stages of a configuration that is valid, in a thread of its own, and answers with what each made
   * of them, as JSON. Nothing is written. Rejects where nothing can be shown, or too many previews are under way.
   */
  preview(request: ResolvedPreview, signal: AbortSignal): Promise<string>
  /** Resolves once the connector runs, or rests where `targetState` says so; rejects where it failed to start. */
  startConnector(name: string, config: ConnectorConfig, targetState: TargetState): Promise<void>
  setConnectorState(name: string, targetState: TargetState): Promise<void>
  /** Resolves once the connector is gone, within five seconds. */
  stopConnector(name: string): Promise<void>
  taskConfigs(
    name: string,
    maxTasks: number,
    signal: AbortSignal,
  ): Promise<readonly ConnectorConfig[]>
  /** Rejects where the task could not start; its status is then FAILED. */
  startTask(
    id: ConnectorTaskId,
    connectorConfig: ConnectorConfig,
    taskConfig: ConnectorConfig,
    targetState: TargetState,
  ): Promise<void>
  setTaskState(id: ConnectorTaskId, targetState: TargetState): Promise<void>
  /** Stops them together; resolves once all are gone or cancelled, within `task.shutdown.graceful.timeout.ms`. */
  stopTasks(ids: readonly ConnectorTaskId[]): Promise<void>
  /** Sets the level of one logger, here and in every plugin thread there is or will be. */
  setLogLevel(logger: string, level: LogLevel): void
  /** The topics that a connector uses are forgotten: its tasks tell each again with its next use (KIP-558). */
  resetTopics(connector: string): void
  /** What is known of a connector without asking its thread; null where it does not run here. */
  connectorFacts(name: string): ConnectorFacts | null
  /** What is known of a task, also while its thread hangs; null where it does not run here. */
  taskFacts(id: ConnectorTaskId): TaskFacts | null
  /** How far a connector has come: the stored offsets of a source, the committed ones of a sink's group; in Java's order. */
  connectorOffsets(
    name: string,
    config: ConnectorConfig,
    signal: AbortSignal,
  ): Promise<readonly ConnectorOffset[]>
  /**
   * Alters the offsets of a connector without tasks, or resets all of them where `changes` is null. Answers whether the
   * connector says that it has done its part; rejects where it refuses, or does not answer within 80 seconds.
   */
  modifyOffsets(
    name: string,
    config: ConnectorConfig,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<boolean>
  /** What is measured at this moment, also of tasks that hang. */
  metrics(): Promise<WorkerSnapshot>
  /** Names of threads that were ended and do not go: the worker is to be started again. */
  stuckThreads(): readonly string[]
  /** Stops everything, tasks first, then the threads. */
  stop(signal: AbortSignal): Promise<void>
}
