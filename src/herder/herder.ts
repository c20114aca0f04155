import type { ConnectorConfig, RawConfig, TargetState } from '../config/types.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../messages/config-infos.ts'
import type { ConnectorOffset, OffsetChange } from '../messages/connector-offsets.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { MetricFamily } from '../metrics/metric-family.ts'
import type { PluginDescriptor } from '../plugins/plugin-descriptor.ts'
import type { LogHistory } from '../util/log-history.ts'
import type { LogLevel } from '../util/log-levels.ts'
import type { RequestSignature } from './distributed/request-signature.ts'
import type { ConnectorHealth } from './health.ts'
import type { Previews } from './previews.ts'

/** What a connector or task is doing, as `GET …/status` reports it. */
export type State = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'STOPPED' | 'RESTARTING'

/** Members in wire order. */
export interface ConnectorInfo {
  readonly name: string
  readonly config: RawConfig
  readonly tasks: readonly ConnectorTaskId[]
  readonly type: 'source' | 'sink' | 'unknown'
}

export interface TaskInfo {
  readonly id: ConnectorTaskId
  readonly config: ConnectorConfig
}

export interface ConnectorState {
  readonly state: State
  readonly worker_id: string
  readonly version: string | null
  readonly trace?: string
}

export interface TaskState extends ConnectorState {
  readonly id: number
}

export interface ConnectorStateInfo {
  readonly name: string
  readonly connector: ConnectorState
  readonly tasks: readonly TaskState[]
  readonly type: 'source' | 'sink' | 'unknown'
}

export interface RestartRequest {
  readonly connector: string
  readonly includeTasks: boolean
  readonly onlyFailed: boolean
}

export interface Health {
  readonly status: 'starting' | 'healthy' | 'unhealthy'
  readonly message: string
}

/** What a worker still runs that gives it to others, as `/admin/drain` shows it. */
export interface DrainView {
  readonly state: 'active' | 'draining' | 'drained'
  readonly message: string
  readonly connectors: readonly string[]
  readonly tasks: readonly ConnectorTaskId[]
}

/** Has the others of the cluster take over what this worker runs. Neither waits for that, and both may be asked twice. */
export interface Drain {
  begin(): DrainView
  end(): DrainView
  view(): DrainView
}

/** A logger as `/admin/loggers` shows it. `last_modified` is in ms; null where it was never changed. */
export interface LoggerLevel {
  readonly level: LogLevel
  readonly last_modified: number | null
}

/** The levels of this worker's loggers (KIP-495), of whichever thread. */
export interface LoggerLevels {
  /** Null for a logger that has never been there. */
  level(logger: string): LoggerLevel | null
  /** By name. Those that are off are left out, as by Java. */
  all(): Readonly<Record<string, LoggerLevel>>
  /** Sets `namespace` and every logger whose name begins so. Answers those that had another level, by name. */
  setLevel(namespace: string, level: LogLevel): readonly string[]
  /** Has every worker of the cluster do so (KIP-976); one that stands alone is the cluster. `level` is as whoever asks wrote it. */
  setClusterLevel(namespace: string, level: string, signal: AbortSignal): Promise<void>
}

/**
 * The one that knows which connectors there are and what each is meant to do. Standalone and distributed
 * herders answer to this alike; REST knows nothing else. Every call is queued to one serial loop and ends
 * when `signal` aborts. Errors carry the HTTP status where Java's does (`RestError`), or name the worker that is to be asked instead
 * (`NotLeaderError`, `NotAssignedError`).
 */
export interface Herder {
  start(signal: AbortSignal): Promise<void>
  stop(signal: AbortSignal): Promise<void>
  readonly kafkaClusterId: string | null
  readonly loggers: LoggerLevels
  /** The last lines of its connectors and tasks. */
  readonly logs: LogHistory
  /** Runs configurations on a few records, and keeps nothing of it; ours. */
  readonly previews: Pick<Previews, 'run'>
  /** Of a worker of a cluster; ours. Null where it has no others. */
  readonly drain: Drain | null
  health(signal: AbortSignal): Promise<Health>
  connectors(): readonly string[]
  connectorInfo(name: string, signal: AbortSignal): Promise<ConnectorInfo>
  connectorConfig(name: string, signal: AbortSignal): Promise<RawConfig>
  connectorStatus(name: string): ConnectorStateInfo
  taskStatus(id: ConnectorTaskId): TaskState
  /**
   * How a connector and its tasks are, and why not well; ours. Waits for no plugin, no thread and no queue. Throws a
   * NotFoundError where there is no such connector.
   */
  connectorHealth(name: string): ConnectorHealth
  taskConfigs(name: string, signal: AbortSignal): Promise<readonly TaskInfo[]>
  /** Creates, or where `allowReplace` says so replaces. */
  putConnectorConfig(
    name: string,
    config: RawConfig,
    options: { readonly targetState?: TargetState; readonly allowReplace: boolean },
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>
  /** Merges `patch` into the stored configuration (KIP-477): a null removes its key. */
  patchConnectorConfig(name: string, patch: RawConfig, signal: AbortSignal): Promise<ConnectorInfo>
  deleteConnector(name: string, signal: AbortSignal): Promise<void>
  pauseConnector(name: string, signal: AbortSignal): Promise<void>
  resumeConnector(name: string, signal: AbortSignal): Promise<void>
  stopConnector(name: string, signal: AbortSignal): Promise<void>
  restartConnector(request: RestartRequest, signal: AbortSignal): Promise<ConnectorStateInfo | null>
  restartTask(id: ConnectorTaskId, signal: AbortSignal): Promise<void>
  /** How far the connector has come (KIP-875), in Java's order. */
  connectorOffsets(name: string, signal: AbortSignal): Promise<readonly ConnectorOffset[]>
  /** Alters offsets of a connector that is STOPPED, or resets all of them where `changes` is null; resolves with Java's message. */
  modifyConnectorOffsets(
    name: string,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<string>
  /** Topics the connector has used since they were last reset (KIP-558); empty for one that is not known. */
  activeTopics(name: string): readonly string[]
  resetActiveTopics(name: string): void
  /** Of the internal API: another worker hands the leader new task configurations. */
  putTaskConfigs(
    name: string,
    configs: readonly ConnectorConfig[],
    signature: RequestSignature | null,
    signal: AbortSignal,
  ): Promise<void>
  /** Of the internal API: another worker asks the leader to fence earlier tasks of a source connector. */
  fenceZombieSourceTasks(
    name: string,
    signature: RequestSignature | null,
    signal: AbortSignal,
  ): Promise<void>
  /** Everything measured at this moment, under the names of `metrics.names`. Waits for no plugin and no queue. */
  metrics(): Promise<readonly MetricFamily[]>
  /** Every plugin there is, in the order of `GET /connector-plugins`. */
  plugins(): readonly PluginDescriptor[]
  /** The newest version within `version`, a range of KIP-891; null for the newest of all. */
  pluginConfig(
    pluginName: string,
    version: string | null,
    signal: AbortSignal,
  ): Promise<readonly ConfigKeyInfo[]>
  validateConnectorConfig(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos>
}
