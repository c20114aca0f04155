import { setTimeout as delay } from 'node:timers/promises'
import { ConnectError, SinkTask, createLogger } from 'sluice/api'
import type {
  ConnectorConfig,
  PartitionOffset,
  RejectedRecord,
  SinkRecord,
  TopicPartition,
} from 'sluice/api'
import { abortable } from '../core/abortable.ts'
import { databaseOf } from '../core/connect.ts'
import { mayBeRetried } from '../core/sql-error.ts'
import { fateOf } from './acceptance.ts'
import { debeziumSettingsOf } from './debezium/debezium-config.ts'
import { BatchStore } from './batch-store.ts'
import { partitionKey } from './offset-claims.ts'
import { sinkSettingsOf } from './sink-config.ts'
import type { RecordAdapter, SinkConfiguration } from './sink-config.ts'
import type { SinkSettings } from './settings.ts'
import { SinkWriter } from './sink-writer.ts'
import { version } from '../version.ts'

const log = createLogger('io.confluent.connect.jdbc.sink.JdbcSinkTask')

interface Started {
  readonly settings: SinkSettings
  readonly store: BatchStore
  readonly writer: SinkWriter
  readonly records: RecordAdapter | null
  /** Aborts when the task stops: no connection is opened any more. */
  readonly stopped: AbortController
}

/** Writes records as rows of tables. Of a batch of records that cannot all be written, the others are. */
export class JdbcSinkTask extends SinkTask {
  static readonly className: string = 'io.confluent.connect.jdbc.sink.JdbcSinkTask'

  #started: Started | null = null
  /** Of an exactly-once sink: which offset of a partition is to be written next; what lies before is there. */
  readonly #next = new Map<string, number>()
  /** Partitions of {@link #next} of which no record has come since they were opened. */
  readonly #unseen = new Set<string>()

  version(): string {
    return version
  }

  async start(props: ConnectorConfig, signal: AbortSignal): Promise<void> {
    const { settings, database, records } = this.configuration(props)
    const source = databaseOf(database)
    const stopped = new AbortController()
    signal.addEventListener('abort', () => stopped.abort(signal.reason), { once: true })
    const store = new BatchStore({
      settings,
      dialect: source.dialect,
      connect: () => source.connect(stopped.signal, log),
    })
    await store.start()
    const writer = new SinkWriter({ settings, store, context: this.context })
    this.#started = { settings, store, writer, records, stopped }
  }

  /** A vendor's keys, read. */
  protected configuration(props: ConnectorConfig): SinkConfiguration {
    return sinkSettingsOf('confluent', props)
  }

  /** Partitions go on where the table of offsets says, which is written with the rows. */
  override async open(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    const started = this.#running()
    if (!started.settings.exactlyOnce) return
    const stored = await storedOffsets(started, signal)
    const mine = new Set(partitions.map(({ topic, partition }) => partitionKey(topic, partition)))
    for (const key of mine) {
      this.#next.delete(key)
      this.#unseen.delete(key)
    }
    const rewinds: PartitionOffset[] = []
    for (const { topic, partition, next } of stored) {
      const key = partitionKey(topic, partition)
      if (!mine.has(key)) continue
      this.#next.set(key, next)
      this.#unseen.add(key)
      rewinds.push({ topic, partition, offset: next })
    }
    if (rewinds.length > 0) this.context.offset(rewinds)
  }

  async put(
    records: readonly SinkRecord[],
    signal: AbortSignal,
  ): Promise<readonly RejectedRecord[] | undefined> {
    const started = this.#running()
    const rejected: RejectedRecord[] = []
    const accepted = this.#accepted(started, records, rejected)
    await started.writer.write(accepted, signal)
    return rejected.length === 0 ? undefined : rejected
  }

  override preCommit(
    offsets: readonly PartitionOffset[],
    signal: AbortSignal,
  ): Promise<readonly PartitionOffset[]> {
    return this.#running().writer.durable(offsets, signal)
  }

  override async close(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    await this.#running().writer.forget(partitions, signal)
  }

  async stop(signal: AbortSignal): Promise<void> {
    const started = this.#started
    this.#started = null
    if (started === null) return
    started.stopped.abort(new ConnectError('The task was stopped.'))
    await started.writer.close(signal)
  }

  #running(): Started {
    if (this.#started === null) throw new ConnectError('The JDBC sink task was not started.')
    return this.#started
  }

  /** Hot: those that can be rows of a table and are not there already. */
  #accepted(
    { settings, records: adapter }: Started,
    records: readonly SinkRecord[],
    rejected: RejectedRecord[],
  ): readonly SinkRecord[] {
    const accepted: SinkRecord[] = []
    if (this.#unseen.size > 0) for (const record of records) this.#checkFirst(record)
    for (const record of records) {
      if (settings.exactlyOnce && this.#isWritten(record)) continue
      try {
        const adapted = adapter === null ? record : adapter.adapt(record)
        if (adapted === null || fateOf(settings, adapted) === 'ignored') continue
        accepted.push(adapted)
      } catch (error) {
        rejected.push({ record, error })
      }
    }
    return accepted
  }

  /** Kafka was asked for the offset that comes next: where it begins before that, the partition is another one than it was. */
  #checkFirst({ originalTopic, originalKafkaPartition, originalKafkaOffset }: SinkRecord): void {
    const key = partitionKey(originalTopic, originalKafkaPartition)
    if (!this.#unseen.has(key)) return
    const next = this.#next.get(key) ?? 0
    if (Number(originalKafkaOffset) < next) {
      throw new ConnectError(
        `Topic '${originalTopic}', partition ${originalKafkaPartition} begins at offset ${originalKafkaOffset}, and the table of offsets says that everything before ${next} is written. Was the topic made anew? Stop the connector and DELETE /connectors/{name}/offsets to have the topic written from its beginning, or PATCH them.`,
      )
    }
    this.#unseen.delete(key)
  }

  #isWritten(record: SinkRecord): boolean {
    const key = partitionKey(record.originalTopic, record.originalKafkaPartition)
    return Number(record.originalKafkaOffset) < (this.#next.get(key) ?? 0)
  }
}

/** Asks on the connection that the rows go by, once nothing is on its way there; on a new one where that is lost. */
async function storedOffsets(
  { settings, store, writer }: Started,
  signal: AbortSignal,
): ReturnType<BatchStore['nextOffsets']> {
  await writer.rest(signal)
  for (let failures = 0; ; failures++) {
    try {
      return await abortable(store.nextOffsets(), signal)
    } catch (error) {
      // Of a connection that was given up in the midst nobody knows what it answers next.
      await store.close()
      // What lay idle may have been cut: that is found out by the first question, and a new connection is no try yet.
      if (signal.aborted || !mayBeRetried(error) || failures > settings.maxRetries) throw error
      if (failures > 0) await delay(settings.retryBackoffMs, undefined, { signal })
    }
  }
}

/** The same under Aiven's name, with its defaults. */
export class AivenJdbcSinkTask extends JdbcSinkTask {
  static override readonly className: string = 'io.aiven.connect.jdbc.sink.JdbcSinkTask'

  protected override configuration(props: ConnectorConfig): SinkConfiguration {
    return sinkSettingsOf('aiven', props)
  }
}

/** The same under Debezium's name, with its keys, for change events. */
export class DebeziumJdbcSinkTask extends JdbcSinkTask {
  static override readonly className: string = 'io.debezium.connector.jdbc.JdbcSinkConnectorTask'

  protected override configuration(props: ConnectorConfig): SinkConfiguration {
    return debeziumSettingsOf(props)
  }
}
