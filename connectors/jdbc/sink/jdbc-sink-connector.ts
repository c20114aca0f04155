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
import type { Vendor } from '../config/common-config.ts'
import { debeziumProblems, debeziumSettingsOf } from './debezium/debezium-config.ts'
import { debeziumConfig } from './debezium/debezium-keys.ts'
import { AivenJdbcSinkTask, DebeziumJdbcSinkTask, JdbcSinkTask } from './jdbc-sink-task.ts'
import { OffsetsTable } from './offsets-table.ts'
import { addMessages, addProblems, hasErrors, sinkSettingsOf } from './sink-config.ts'
import type { SinkConfiguration } from './sink-config.ts'
import { sinkConfig } from './sink-keys.ts'
import { version } from '../version.ts'

/** How long a validation waits for the database. */
const connectLimitMs = 10_000

/** Whose keys a connector has. */
interface SinkVendor {
  readonly keys: ConfigDef
  /** A ConfigError at the first thing that is wrong. */
  read(props: ConnectorConfig): SinkConfiguration
  /** Adds what is wrong between keys to the values of a validation. */
  addProblems(props: ConnectorConfig, values: readonly ConfigValue[]): void
}

const vendors = {
  confluent: sinkVendor('confluent'),
  aiven: sinkVendor('aiven'),
  debezium: {
    keys: debeziumConfig,
    read: debeziumSettingsOf,
    addProblems(props, values) {
      if (hasErrors(values)) return
      addMessages(debeziumProblems(debeziumConfig.parse(props)), values)
    },
  },
} satisfies Record<string, SinkVendor>

function sinkVendor(vendor: Vendor): SinkVendor {
  return {
    keys: sinkConfig,
    read: (props) => sinkSettingsOf(vendor, props),
    addProblems: (props, values) => {
      addProblems(vendor, props, values)
    },
  }
}

/** Writes topics to tables of a relational database. Every task has one connection. */
export class JdbcSinkConnector extends SinkConnector {
  protected readonly vendor: SinkVendor = vendors.confluent
  #props: ConnectorConfig = {}

  version(): string {
    return version
  }

  config(): ConfigDef {
    return this.vendor.keys
  }

  /** The database is asked only where nothing else is wrong, and its answer stands at `connection.url` alone. */
  override async validate(
    config: ConnectorConfig,
    signal: AbortSignal,
  ): Promise<readonly ConfigValue[]> {
    const values = this.vendor.keys.validate(config)
    this.vendor.addProblems(config, values)
    if (hasErrors(values)) return values
    const url = values.find(({ name }) => name === 'connection.url')
    try {
      const { database } = this.vendor.read(config)
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
    this.vendor.read(props)
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
    const { settings, database } = this.vendor.read(config)
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
  protected override readonly vendor: SinkVendor = vendors.aiven

  override taskClass(): TaskClass<SinkTask> {
    return AivenJdbcSinkTask
  }
}

/** The same under Debezium's name, with its keys, for change events. */
export class DebeziumJdbcSinkConnector extends JdbcSinkConnector {
  protected override readonly vendor: SinkVendor = vendors.debezium

  override taskClass(): TaskClass<SinkTask> {
    return DebeziumJdbcSinkTask
  }
}
