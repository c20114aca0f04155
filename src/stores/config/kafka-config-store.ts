import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import { ConfigError, ConnectError, asError } from '../../errors/connect-error.ts'
import type { TopicLogRecord } from '../../kafka/consumer/topic-log.ts'
import type { ClientConfig } from '../../kafka/types.ts'
import { createLogger } from '../../util/logger.ts'
import { InternalLog } from '../internal-log.ts'
import type { InternalTopicOptions } from '../internal-log.ts'
import type { RawRecord } from '../raw-record.ts'
import { ClusterConfig } from './cluster-config.ts'
import type { ClusterConfigState, ConfigChange } from './cluster-config.ts'
import { encodeConfigRecord, readConfigRecord } from './config-records.ts'
import type { ConfigRecord, SessionKey } from './config-records.ts'
import { LeaderWriter, PrivilegedWriteError } from './leader-writer.ts'

const log = createLogger('org.apache.kafka.connect.storage.KafkaConfigBackingStore')

const purpose = { configKey: 'config.storage.topic', purpose: 'connector configurations' } as const

/** How long one operation may take, with all that it writes and reads. */
const OPERATION_MS = 30_000

export interface KafkaConfigStoreOptions extends InternalTopicOptions {
  /**
   * Has what only the leader may write written in transactions, with a producer of this configuration, which names the transactional id
   * of the cluster (`exactly.once.source.support`); without it whoever wants writes.
   */
  readonly leaderConfig?: ClientConfig
  /** Hears what changes once the topic has been read at the start; is not to wait, and not to throw. */
  readonly onChange: (change: ConfigChange) => void
  /** The topic could not be read for a while: anything may have changed. */
  readonly onReloaded: () => void
}

/**
 * Connectors, tasks and target states in a compacted topic of one partition (`config.storage.topic`), as Java's
 * KafkaConfigBackingStore keeps them. Any worker reads; which one writes what is for its callers to decide.
 */
export class KafkaConfigStore {
  readonly #log: InternalLog<ClusterConfig>
  readonly #onChange: (change: ConfigChange) => void
  readonly #topic: string
  readonly #leader: LeaderWriter | null
  #isLoaded = false

  constructor({ onChange, onReloaded, leaderConfig, ...options }: KafkaConfigStoreOptions) {
    this.#onChange = onChange
    this.#topic = options.topic.name
    this.#leader = leaderConfig ? new LeaderWriter(options.topic.name, leaderConfig) : null
    this.#log = new InternalLog({
      ...options,
      purpose,
      logger: log,
      create: () => new ClusterConfig(),
      load: (cluster, record) => this.#load(cluster, record),
      onReopened: onReloaded,
    })
  }

  /** Reads everything. Rejects with a ConfigError where the topic is not compacted, or has more than one partition. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#log.start(signal)
    const count = this.#log.partitionCount
    if (count > 1) throw new ConfigError(tooManyPartitions(this.#topic, count))
    this.#isLoaded = true
  }

  /** Has the right of the leader to write; whoever had it before writes nothing any more (invariant 4). */
  async claimWritePrivileges(signal: AbortSignal): Promise<void> {
    await this.#leader?.claim(signal)
  }

  /** Gives that right up, where this worker has it: to be called when another one leads. */
  async releaseWritePrivileges(): Promise<void> {
    await this.#leader?.close()
  }

  /** `onLost` is called where a write has failed, so that the right is to be claimed again. */
  watchWritePrivileges(onLost: () => void): void {
    this.#leader?.watch(onLost)
  }

  /** What is known so far. */
  snapshot(): ClusterConfigState {
    return this.#log.state.snapshot()
  }

  /** What is known once all is read that was written before. */
  async refresh(signal: AbortSignal): Promise<ClusterConfigState> {
    const cluster = await this.#log.readToEnd(signal)
    return cluster.snapshot()
  }

  /** Stores a connector, with the state it is to begin in where one is given: that one first, so that it never starts otherwise. */
  async putConnectorConfig(
    connector: string,
    config: RawConfig,
    targetState: TargetState | null,
    signal: AbortSignal,
  ): Promise<void> {
    const state = { kind: 'target-state', connector, state: targetState } as const
    const records: ConfigRecord[] = [{ kind: 'connector', connector, config }]
    await this.#do('Error writing connector configuration to Kafka', signal, async (limit) => {
      await this.#write(targetState === null ? records : [state, ...records], limit)
      await this.#log.readToEnd(limit)
    })
  }

  async removeConnectorConfig(connector: string, signal: AbortSignal): Promise<void> {
    await this.#do('Error removing connector configuration from Kafka', signal, async (limit) => {
      await this.#write(
        [
          { kind: 'connector', connector, config: null },
          { kind: 'target-state', connector, state: null },
        ],
        limit,
      )
      await this.#log.readToEnd(limit)
    })
  }

  /** Invariant 5: the tasks' configurations count from the commit record on, which is written once they are durable. */
  async putTaskConfigs(
    connector: string,
    configs: readonly ConnectorConfig[],
    signal: AbortSignal,
  ): Promise<void> {
    const records = configs.map((config, task): ConfigRecord => ({
      kind: 'task',
      connector,
      task,
      config,
    }))
    await this.#do('Error writing task configurations to Kafka', signal, async (limit) => {
      await this.#log.readToEnd(limit)
      if (records.length > 0) await this.#write(records, limit)
      await this.#write([{ kind: 'commit', connector, tasks: configs.length }], limit)
      await this.#log.readToEnd(limit)
    })
  }

  /** Any worker may say so. */
  putTargetState(connector: string, state: TargetState, signal: AbortSignal): Promise<void> {
    return this.#say(
      'Error writing target state to Kafka',
      { kind: 'target-state', connector, state },
      signal,
    )
  }

  putTaskCount(connector: string, tasks: number, signal: AbortSignal): Promise<void> {
    return this.#put(
      'Error writing task count record to Kafka',
      { kind: 'fencing', connector, tasks },
      signal,
    )
  }

  putSessionKey(sessionKey: SessionKey, signal: AbortSignal): Promise<void> {
    return this.#put(
      'Error writing session key to Kafka',
      { kind: 'session-key', sessionKey },
      signal,
    )
  }

  putRestartRequest(
    request: {
      readonly connector: string
      readonly includeTasks: boolean
      readonly onlyFailed: boolean
    },
    signal: AbortSignal,
  ): Promise<void> {
    return this.#put(
      `Error writing a request to restart ${request.connector} to Kafka`,
      { kind: 'restart', ...request },
      signal,
    )
  }

  /** Any worker may say so; the level as the client sent it. */
  putLoggerLevel(logger: string, level: string, signal: AbortSignal): Promise<void> {
    return this.#say(
      'Error writing logger level to Kafka',
      { kind: 'logger', logger, level },
      signal,
    )
  }

  /** Why the topic is not read, null while it is. */
  problem(): string | null {
    return this.#log.problem()
  }

  async stop(signal: AbortSignal): Promise<void> {
    await this.#leader?.close()
    await this.#log.stop(signal)
  }

  #load(cluster: ClusterConfig, { key, value, offset }: TopicLogRecord): void {
    const record = readConfigRecord(key?.toString() ?? null, value)
    if (record.kind === 'invalid') {
      log.error(record.problem)
      if (record.counts) cluster.skip(offset)
      return
    }
    const change = cluster.apply(record, offset)
    // A topic that is read again from its beginning tells nothing new before its end.
    if (change !== null && this.#isLoaded && cluster === this.#log.state) this.#onChange(change)
  }

  #put(failure: string, record: ConfigRecord, signal: AbortSignal): Promise<void> {
    return this.#do(failure, signal, (limit) => this.#write([record], limit))
  }

  /** What any worker may say, whoever leads. */
  #say(failure: string, record: ConfigRecord, signal: AbortSignal): Promise<void> {
    return this.#do(failure, signal, (limit) => this.#log.write(encoded([record]), limit))
  }

  #write(records: readonly ConfigRecord[], signal: AbortSignal): Promise<void> {
    const raw = encoded(records)
    return this.#leader === null ? this.#log.write(raw, signal) : this.#leader.write(raw, signal)
  }

  async #do(
    failure: string,
    signal: AbortSignal,
    operation: (limit: AbortSignal) => Promise<void>,
  ): Promise<void> {
    try {
      await operation(AbortSignal.any([signal, AbortSignal.timeout(OPERATION_MS)]))
    } catch (error) {
      signal.throwIfAborted()
      // Its own sentence says what to do.
      if (error instanceof PrivilegedWriteError) throw error
      throw new ConnectError(`${failure}: ${asError(error).message}`, { cause: error })
    }
  }
}

function tooManyPartitions(topic: string, count: number): string {
  return (
    `Topic '${topic}' supplied via the 'config.storage.topic' property is required to have a single partition in order to ` +
    `guarantee consistency of connector configurations, but found ${count} partitions.`
  )
}

function encoded(records: readonly ConfigRecord[]): readonly RawRecord[] {
  return records.map((record) => {
    const { key, value } = encodeConfigRecord(record)
    return { key: Buffer.from(key), value }
  })
}
