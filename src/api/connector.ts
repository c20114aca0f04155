import type { ConfigDef } from '../config/config-def.ts'
import type { ConfigValue, ConnectorConfig } from '../config/types.ts'
import type { SourceOffset, SourcePartition } from '../data/records.ts'
import type { Int64 } from '../util/int64.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import type { SinkTask } from './sink-task.ts'
import type { SourceTask } from './source-task.ts'
import type { TopicPartition } from './topic-partition.ts'

/** What the worker offers a connector. Lives as long as the connector instance. */
export interface ConnectorContext {
  /** Asks the worker to call `taskConfigs` again, e.g. because tables were added. */
  requestTaskReconfiguration(): void
  /** Fails the connector: its status becomes FAILED with this error's trace. Its tasks go on. */
  raiseError(error: unknown): void
}

/** Beside {@link ConnectorContext}, what a source connector may ask for. */
export interface SourceConnectorContext extends ConnectorContext {
  readonly offsetStorageReader: OffsetStorageReader
}

/** Reads the source offsets that were committed for this connector. */
export interface OffsetStorageReader {
  /** The offset of one source partition, or null where none was committed. Integers beyond 2^53 are bigints. */
  offset(partition: SourcePartition, signal?: AbortSignal): Promise<SourceOffset | null>
  /** The offsets of several source partitions, in the order asked for. */
  offsets(
    partitions: readonly SourcePartition[],
    signal?: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]>
}

/**
 * A connector: decides how its work is split into tasks. Runs in the connector thread and touches no record.
 * Life cycle: constructor, `initialize`, `start`, any number of `taskConfigs`, `stop`; after a pause `start` again.
 */
export abstract class Connector<C extends ConnectorContext = ConnectorContext> {
  #context: C | null = null

  initialize(context: C): void {
    this.#context = context
  }

  /** The context given to `initialize`. Throws before that. */
  get context(): C {
    if (this.#context === null) throw new Error('The connector was not initialized.')
    return this.#context
  }

  /** Reads the configuration and starts what watches for changes. Throwing fails the connector. */
  abstract start(config: ConnectorConfig, signal: AbortSignal): MaybePromise<void>
  /** One configuration a task, at most `maxTasks`. */
  abstract taskConfigs(
    maxTasks: number,
    signal: AbortSignal,
  ): MaybePromise<readonly ConnectorConfig[]>
  /** Releases what `start` opened. */
  abstract stop(signal: AbortSignal): MaybePromise<void>
  /** The keys this connector takes; from it come validation, documentation and `GET …/config`. */
  abstract config(): ConfigDef
  abstract version(): string

  /**
   * Checks a whole configuration. Override to check keys against each other or against the outside world:
   * add to the `errorMessages` of the values concerned.
   */
  validate(config: ConnectorConfig, _signal: AbortSignal): MaybePromise<readonly ConfigValue[]> {
    return this.config().validate(config)
  }
}

export type ExactlyOnceSupport = 'SUPPORTED' | 'UNSUPPORTED'

/** The class of a task. `className` is the Java name it answers to, shown as `task.class`. */
export interface TaskClass<T> {
  new (): T
  readonly className?: string
}

/** A connector that reads from elsewhere into Kafka. */
export abstract class SourceConnector extends Connector<SourceConnectorContext> {
  abstract taskClass(): TaskClass<SourceTask>
  /** Whether exactly once is possible with this configuration (KIP-618); null where it is not known. */
  exactlyOnceSupport(_config: ConnectorConfig): ExactlyOnceSupport | null {
    return null
  }
  /** Whether the tasks may define their own transactions. */
  canDefineTransactionBoundaries(_config: ConnectorConfig): ExactlyOnceSupport {
    return 'UNSUPPORTED'
  }
  /**
   * Called before stored offsets are altered or reset by `PATCH` or `DELETE /connectors/{name}/offsets` (KIP-875), while the
   * connector is STOPPED: on an instance of its own that is neither initialized nor started. `config` has its variables
   * resolved; a null offset resets its partition; a reset names every partition that has an offset, also none.
   *
   * Throw to refuse: nothing is changed then, and the error's message is the answer. Answer true where the offsets may be
   * written, false where the connector cannot say (the client is told to see to what is kept elsewhere). Throw an
   * {@link UnsupportedOperationError} where offsets cannot be altered from outside at all. The signal aborts when the
   * answer would come too late, or nobody waits for it any more.
   */
  alterOffsets(
    _config: ConnectorConfig,
    _offsets: readonly SourceOffsetChange[],
    _signal: AbortSignal,
  ): MaybePromise<boolean> {
    return false
  }
}

/** What the offset of a source partition is to be; null where it is to be forgotten. */
export interface SourceOffsetChange {
  readonly partition: SourcePartition | null
  readonly offset: SourceOffset | null
}

/** A connector that writes from Kafka to elsewhere. */
export abstract class SinkConnector extends Connector {
  abstract taskClass(): TaskClass<SinkTask>
  /** As {@link SourceConnector.alterOffsets}, with the offsets of the consumer group, which Kafka keeps. */
  alterOffsets(
    _config: ConnectorConfig,
    _offsets: readonly SinkOffsetChange[],
    _signal: AbortSignal,
  ): MaybePromise<boolean> {
    return false
  }
}

/** The next offset that the group is to read from a partition; null where it is to be forgotten. */
export interface SinkOffsetChange extends TopicPartition {
  readonly offset: Int64 | null
}
