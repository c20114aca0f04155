import { ConfigError, SinkConnector, asError } from 'sluice/api'
import type {
  ConfigDef,
  ConfigValue,
  ConnectorConfig,
  SinkOffsetChange,
  TaskClass,
  SinkTask,
} from 'sluice/api'
import { databaseOf } from '../core/connect.ts'
import { AivenJdbcSinkTask, JdbcSinkTask } from './jdbc-sink-task.ts'
import { OffsetsTable } from './offsets-table.ts'
import { addProblems, hasErrors, sinkSettingsOf } from './sink-config.ts'
import type { Vendor } from './sink-config.ts'
import { sinkConfig } from './sink-keys.ts'
import { version } from '../version.ts'

/** How long a validation waits for the database. */
const connectLimitMs = 10_000

/** Writes topics to tables of a relational database. Every task has one connection. */
export class JdbcSinkConnector extends SinkConnector {
  protected readonly vendor: Vendor = 'confluent'
  #props: ConnectorConfig = {}

  version(): string {
    return version
  }

  config(): ConfigDef {
    return sinkConfig
  }

  /** The database is asked only where nothing else is wrong, and its answer stands at `connection.url` alone. */
  override async validate(
    config: ConnectorConfig,
    signal: AbortSignal,
  ): Promise<readonly ConfigValue[]> {
    const values = sinkConfig.validate(config)
    addProblems(this.vendor, config, values)
    if (hasErrors(values)) return values
    const url = values.find(({ name }) => name === 'connection.url')
    try {
      const { database } = sinkSettingsOf(this.vendor, config)
      const limit = AbortSignal.any([signal, AbortSignal.timeout(connectLimitMs)])
      const connection = await databaseOf({ ...database, attempts: 1 }).connect(limit)
      await connection.close()
    } catch (error) {
      signal.throwIfAborted()
      url?.errorMessages.push(`Could not connect to database. ${asError(error).message}`)
    }
    return values
  }

  start(props: ConnectorConfig): void {
    sinkSettingsOf(this.vendor, props)
    this.#props = props
  }

  taskClass(): TaskClass<SinkTask> {
    return JdbcSinkTask
  }

  taskConfigs(maxTasks: number): readonly ConnectorConfig[] {
    return Array.from({ length: maxTasks }, () => this.#props)
  }

  stop(): void {
    // Nothing was opened.
  }

  /** Offsets that the database keeps are changed there too, or else they would win. */
  override async alterOffsets(
    config: ConnectorConfig,
    changes: readonly SinkOffsetChange[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { settings, database } = sinkSettingsOf(this.vendor, config)
    if (!settings.exactlyOnce) return true
    if (settings.connector === '') throw new ConfigError('The configuration has no name.')
    const source = databaseOf(database)
    const { dialect } = source
    const style = { dialect: dialect.kind, rules: dialect.identifiers, quote: true }
    const table = new OffsetsTable(style, settings.offsetsTable, settings.connector)
    const connection = await source.connect(signal)
    try {
      await table.ensure(connection)
      for (const { topic, partition, offset } of changes) {
        await table.set(connection, topic, partition, offset === null ? null : Number(offset))
      }
    } finally {
      await connection.close()
    }
    return true
  }
}

/** The same under Aiven's name, with its defaults. */
export class AivenJdbcSinkConnector extends JdbcSinkConnector {
  protected override readonly vendor: Vendor = 'aiven'

  override taskClass(): TaskClass<SinkTask> {
    return AivenJdbcSinkTask
  }
}
