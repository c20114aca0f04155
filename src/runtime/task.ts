import type { TargetState } from '../config/types.ts'
import type { SinkConnector, SourceConnector } from '../api/connector.ts'
import type { Converter, HeaderConverter, InPlaceConverter } from '../api/converter.ts'
import type { Predicate, Transformation } from '../api/transformation.ts'
import type { SourceOffset, SourcePartition } from '../data/records.ts'
import type { TaskCounters } from '../messages/counters.ts'
import type { KafkaIds, TaskStart } from '../messages/protocol.ts'
import type { TaskStage } from '../messages/stages.ts'
import type { Logger } from '../util/logger.ts'
import type { LeaseGate } from './lease-gate.ts'
import type { MemoryShare } from '../util/memory-budget.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/**
 * One running task inside its thread. The host constructs it, calls `start`, and then watches `done`; it reports
 * FAILED where either rejects. The task itself reports RUNNING and PAUSED through {@link TaskServices.notify}.
 */
export interface WorkerTask {
  /**
   * Starts plugin and clients; rejects when that fails. Where the target state is PAUSED it reports PAUSED, resolves,
   * and starts the plugin once resumed. `signal` aborts when the task is stopped meanwhile.
   */
  start(signal: AbortSignal): Promise<void>
  /** Settles when the loop ends: resolves on stop, rejects on failure. Not read where `start` rejected. */
  readonly done: Promise<void>
  /** Pauses or resumes. */
  setTargetState(state: TargetState): void
  /**
   * Drains, commits and stops (invariant 7), within `graceMs`; resolves when all it opened is closed. Called once for
   * every task whose `start` was called, also where that rejected or the loop failed.
   */
  stop(graceMs: number): Promise<void>
  /** From now on context, producer, consumer and offset writer refuse every call, with `reason`. */
  cancel(reason: Error): void
}

/** Makes the task that `start` describes; nothing of the plugin has been called yet. */
export type WorkerTaskFactory = (
  start: TaskStart,
  services: TaskServices,
) => MaybePromise<WorkerTask>

/** What an instance of each kind of plugin is that a connector's configuration may name. */
export interface PluginInstances {
  source: SourceConnector
  sink: SinkConnector
  converter: Converter & Partial<InPlaceConverter>
  header_converter: HeaderConverter
  transformation: Transformation
  predicate: Predicate
}

/** Loads plugin classes by class name or alias; rejects with Java's message where there is none. */
export interface PluginLoader {
  /**
   * `version` is a range as in `connector.plugin.version` (KIP-891); without it what lies beside this connector is taken, or
   * the newest.
   */
  load<T extends keyof PluginInstances>(
    type: T,
    name: string,
    version?: string,
    beside?: { readonly connector: string; readonly version?: string | null },
  ): Promise<new () => PluginInstances[T]>
}

/** Makes a call into plugin code and returns what it returns. */
export type PluginCall = <T>(stage: TaskStage, call: () => MaybePromise<T>) => MaybePromise<T>

/** What a task asks of the main thread that writes in transactions (KIP-618). */
export interface TransactionServices {
  /** Resolves once no task of an earlier configuration of the connector can commit any more. */
  fenceZombies(signal: AbortSignal): Promise<void>
  /** Rejects where the connector was configured anew, or the task is another worker's, since it was started. */
  confirm(signal: AbortSignal): Promise<void>
  /** The bytes under which the offsets of these source partitions are stored, in this order. */
  offsetKeys(
    partitions: readonly (SourcePartition | null)[],
    signal: AbortSignal,
  ): Promise<readonly Uint8Array[]>
  /** Writes to the store that the connector has beside its own topic. */
  writeElsewhere(
    offsets: readonly (readonly [SourcePartition | null, SourceOffset | null])[],
    signal: AbortSignal,
  ): Promise<void>
}

/** What a task tells the main thread; returns at once, in order. */
export interface TaskNotices {
  status(state: 'RUNNING' | 'PAUSED'): void
  topicUsed(topic: string): void
  kafkaIdOpened(ids: KafkaIds): void
}

/** What a thread offers one run of one task. After `cancel` every request rejects with its reason. */
export interface TaskServices {
  readonly loader: PluginLoader
  /** The committed offsets of these partitions of the task's connector, in the order asked for. */
  readOffsets(
    partitions: readonly SourcePartition[],
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]>
  /** Resolves once the offsets are durable (invariant 1). Calls take effect in the order they were made. */
  writeOffsets(
    offsets: readonly (readonly [SourcePartition | null, SourceOffset | null])[],
    signal: AbortSignal,
  ): Promise<void>
  /** Makes sure that a topic is there, by the connector's `topic.creation.*` rules. */
  createTopic(topic: string, signal: AbortSignal): Promise<{ readonly created: boolean }>
  readonly transactions: TransactionServices
  readonly notify: TaskNotices
  readonly counters: TaskCounters
  /** Asked once a batch before anything is sent, put or committed (invariant 4). */
  readonly lease: LeaseGate
  /** A share of the process's memory for a Kafka client; its owner closes it. */
  openMemoryShare(): MemoryShare
  /** Ends the task as FAILED and cancels it, also while a call of its plugin is open. */
  fail(error: Error): void
  /** Its lines carry Java's context, `[connector|task-0] `. */
  readonly logger: Logger
  /**
   * Makes a call into the plugin: writes down that `stage` of this task is running, so that a hang is named.
   * Every call of plugin code goes through here, converters and transformations once a batch.
   */
  readonly call: PluginCall
}
