import type { ConnectorConfig, RawConfig, TargetState } from '../config/types.ts'
import type { SourceOffset, SourcePartition } from '../data/records.ts'
import type { LogLevel } from '../util/log-levels.ts'
import type { LogEntry } from '../util/logger.ts'
import type { ConfigInfos, ConfigKeyInfo } from './config-infos.ts'
import type { ConnectorTaskId } from './ids.ts'

/**
 * What the main thread and the plugin threads say to each other. Requests are answered once, within the
 * caller's time limit; notices are not answered. Every message carries the thread's incarnation, and
 * an answer of a dead incarnation is dropped. Everything here survives a structured clone.
 */

/** A failure as it crosses between threads. */
export interface WireError {
  readonly javaName: string
  readonly message: string
  /** As `GET …/status` shows it. */
  readonly trace: string
  readonly retriable: boolean
}

/** Everything a task thread needs to run one task. */
export interface TaskStart {
  readonly id: ConnectorTaskId
  readonly type: 'source' | 'sink'
  /** As written in `connector.class`; the loader resolves it. */
  readonly connectorClass: string
  /** The connector's configuration, variables resolved: converters, transformations, errors, overrides. */
  readonly connectorConfig: ConnectorConfig
  readonly taskConfig: ConnectorConfig
  /** The worker's configuration, for default converters and client settings. */
  readonly workerConfig: ConnectorConfig
  /** What is secret in these configurations; of what config providers gave, only the main thread knows it (invariant 8). */
  readonly secrets: readonly string[]
  readonly kafkaClusterId: string | null
  readonly targetState: TargetState
  /** Of a source task that writes in transactions. */
  readonly exactlyOnce?: ExactlyOnceStart
}

/** How a source task writes its records and offsets in transactions (KIP-618). */
export interface ExactlyOnceStart {
  readonly transactionalId: string
  readonly offsetsTopic: string
  /** Whether its offsets are kept in the worker's own topic, too. */
  readonly hasSecondStore: boolean
}

/**
 * Numbers every start of a connector or task, over all threads, so that what an earlier one still has to say
 * (a status, an offset write after it was given up) is told apart from its successor's.
 */
export type Run = number

/** Requests the main thread makes of the connector thread: [argument, answer]. */
export interface ConnectorThreadRequests {
  validate: [
    { readonly run: Run; readonly config: RawConfig; readonly pluginName: string | null },
    ConfigInfos,
  ]
  pluginConfig: [
    { readonly run: Run; readonly pluginName: string; readonly version: string | null },
    readonly ConfigKeyInfo[],
  ]
  startConnector: [
    {
      readonly name: string
      readonly run: Run
      readonly type: 'source' | 'sink'
      readonly connectorClass: string
      readonly config: ConnectorConfig
      readonly targetState: TargetState
    },
    undefined,
  ]
  setConnectorState: [{ readonly run: Run; readonly targetState: TargetState }, undefined]
  stopConnector: [{ readonly run: Run }, undefined]
  /** Answers at once; proves that the thread is alive. */
  ping: [undefined, undefined]
  /** The configurations of the tasks with `task.class` and topics filled in. */
  taskConfigs: [
    { readonly run: Run; readonly maxTasks: number },
    { readonly configs: readonly ConnectorConfig[] },
  ]
  /** Of a connector without tasks, in an instance of its own that is not started. The run is not that of the connector. */
  alterOffsets: [
    {
      readonly name: string
      readonly run: Run
      readonly type: 'source' | 'sink'
      readonly connectorClass: string
      readonly config: ConnectorConfig
      readonly offsets: readonly {
        readonly partition: SourcePartition | null
        readonly offset: SourceOffset | null
      }[]
    },
    { readonly handled: boolean },
  ]
}

/** Requests the main thread makes of a task thread. */
export interface TaskThreadRequests {
  /** Answers once the task has started or, paused, is ready to. */
  startTask: [
    {
      readonly run: Run
      readonly start: TaskStart
      /** Memory of the task's `TaskCounters`. */
      readonly counters: SharedArrayBuffer
    },
    undefined,
  ]
  setTaskState: [{ readonly run: Run; readonly targetState: TargetState }, undefined]
  /** Drains, commits and stops. Answers once the task is gone. */
  stopTask: [{ readonly run: Run; readonly graceMs: number }, undefined]
  /** The stop came too late: the task may do nothing more. Answers at once; proves that the thread is alive. */
  cancelTask: [{ readonly run: Run }, undefined]
  /** Answers once a task that was stopped, was cancelled or has failed is over, and no call of its plugin is open. */
  taskFree: [{ readonly run: Run }, undefined]
}

/** Requests a plugin thread makes of the main thread. They are refused where the run is no longer the current one. */
export interface MainThreadRequests {
  readOffsets: [
    {
      readonly connector: string
      readonly run: Run
      readonly partitions: readonly SourcePartition[]
    },
    readonly (SourceOffset | null)[],
  ]
  /** Answers once the offsets are durable (invariant 1). */
  writeOffsets: [
    {
      readonly connector: string
      readonly run: Run
      readonly offsets: readonly (readonly [SourcePartition | null, SourceOffset | null])[]
    },
    undefined,
  ]
  /** As `writeOffsets`, to the worker's own topic, where the connector has another one. */
  copyOffsets: [
    {
      readonly connector: string
      readonly run: Run
      readonly offsets: readonly (readonly [SourcePartition | null, SourceOffset | null])[]
    },
    undefined,
  ]
  /** The bytes under which offsets are stored: those of the entries there are, so that no partition has two. */
  offsetKeys: [
    {
      readonly connector: string
      readonly run: Run
      readonly partitions: readonly (SourcePartition | null)[]
    },
    readonly Uint8Array[],
  ]
  /** Answers once no task of an earlier configuration of the connector can commit a transaction any more. */
  fenceZombies: [{ readonly connector: string; readonly run: Run }, undefined]
  /** Refused where the connector was configured anew since the task was started, or it is no longer this worker's. */
  confirmTask: [{ readonly connector: string; readonly run: Run }, undefined]
  /** Creates a topic where it is missing, by the connector's `topic.creation.*` rules. */
  createTopic: [
    { readonly connector: string; readonly run: Run; readonly topic: string },
    { readonly created: boolean },
  ]
}

/** What the main thread tells every plugin thread. */
export interface MainThreadNotices {
  logLevel: { readonly logger: string; readonly level: LogLevel }
}

/** What a plugin thread tells the main thread. */
export interface PluginThreadNotices {
  ready: Record<string, never>
  connectorStatus: {
    readonly name: string
    readonly run: Run
    readonly state: 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED'
    readonly error?: WireError
  }
  taskStatus: {
    readonly id: ConnectorTaskId
    readonly run: Run
    readonly state: 'RUNNING' | 'PAUSED' | 'FAILED'
    readonly error?: WireError
  }
  requestTaskReconfiguration: { readonly connector: string; readonly run: Run }
  topicUsed: { readonly id: ConnectorTaskId; readonly run: Run; readonly topic: string }
  /** Member and transactional ids opened, so that the main thread can fence them when the thread dies. */
  kafkaIdOpened: {
    readonly id: ConnectorTaskId
    readonly run: Run
    readonly ids: KafkaIds
  }
  log: LogEntry
  /** A value of type PASSWORD that the thread has parsed. */
  secret: { readonly secret: string }
  /** Names of loggers created in the thread: all there are with its birth, then each new one. */
  loggers: { readonly names: readonly string[] }
}

/** Under which names a task is known to Kafka. */
export interface KafkaIds {
  readonly groupId?: string
  readonly memberId?: string
  readonly transactionalId?: string
}
