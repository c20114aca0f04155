import { ConfigError, SourceConnector, createLogger } from 'sluice/api'
import type {
  ConfigDef,
  ConfigValue,
  ConnectorConfig,
  ExactlyOnceSupport,
  SourceOffsetChange,
  TaskClass,
  SourceTask,
} from 'sluice/api'
import { databaseFrom } from '../config/common-config.ts'
import type { Vendor } from '../config/common-config.ts'
import { allSourceKeys, sourceConfigOf } from '../config/source-config.ts'
import type { Database } from '../core/connect.ts'
import { tableSql } from '../core/identifiers.ts'
import { version } from '../version.ts'
import { AivenJdbcSourceTask, JdbcSourceTask } from './jdbc-source-task.ts'
import { checkOffsetChange } from './offset-changes.ts'
import { queryOf, sourceSettings } from './settings.ts'
import { groupTables, hasFilter, rejectSameNames } from './table-filter.ts'
import { TableMonitor } from './table-monitor.ts'
import { validateSource } from './validate.ts'

/** How long the first `taskConfigs` waits for the first listing of tables. */
const FIRST_LISTING_MS = 10_000

/** Reads tables, or a query, of a database. Answers to Confluent's class name. */
export class JdbcSourceConnector extends SourceConnector {
  readonly vendor: Vendor = 'confluent'
  readonly #log = createLogger('io.confluent.connect.jdbc.JdbcSourceConnector')
  #props: ConnectorConfig = {}
  #database: Database | null = null
  #monitor: TableMonitor | null = null

  version(): string {
    return version
  }

  config(): ConfigDef {
    return sourceConfigOf(this.vendor)
  }

  override validate(config: ConnectorConfig, signal: AbortSignal): Promise<ConfigValue[]> {
    return validateSource(config, this.vendor, signal)
  }

  start(props: ConnectorConfig): void {
    this.#props = props
    const keys = allSourceKeys(this.vendor)
    const values = keys.parse(props)
    // Throws for what is missing: a connector without a mode fails here and not in its tasks.
    sourceSettings(props, this.vendor)
    const database = databaseFrom(values, props, keys.keys)
    this.#database = database
    const filtered = hasFilter(values)
    if (queryOf(values) !== null) {
      if (filtered)
        throw new ConfigError('query may not be combined with whole-table copying settings.')
      return
    }
    this.#monitor = new TableMonitor({
      ...{ database, values, log: this.#log },
      onChange: () => this.context.requestTaskReconfiguration(),
      onFatal: (error) => this.context.raiseError(error),
    })
  }

  taskClass(): TaskClass<SourceTask> {
    return JdbcSourceTask
  }

  async taskConfigs(maxTasks: number, signal: AbortSignal): Promise<readonly ConnectorConfig[]> {
    const monitor = this.#monitor
    const database = this.#database
    if (monitor === null || database === null) return [this.#props]
    const tables = await monitor.tables(FIRST_LISTING_MS, signal)
    if (tables === null) return [{ ...this.#props, tables: '', 'tables.fetched': 'false' }]
    rejectSameNames(tables)
    if (tables.length === 0) return [{ ...this.#props, tables: '', 'tables.fetched': 'true' }]
    return groupTables(tables, maxTasks).map((group) => ({
      ...this.#props,
      tables: group.map((id) => tableSql(id, database.dialect.identifiers, true)).join(','),
      'tables.fetched': 'true',
    }))
  }

  async stop(): Promise<void> {
    const monitor = this.#monitor
    this.#monitor = null
    await monitor?.stop()
  }

  /** Where each record carries a position of its own, a restart goes on behind the last one that was committed. */
  override exactlyOnceSupport(config: ConnectorConfig): ExactlyOnceSupport {
    return (config.mode ?? '').toLowerCase().includes('incrementing') ? 'SUPPORTED' : 'UNSUPPORTED'
  }

  override alterOffsets(_config: ConnectorConfig, changes: readonly SourceOffsetChange[]): boolean {
    for (const change of changes) checkOffsetChange(change)
    return true
  }
}

/** Answers to Aiven's class name; its keys and defaults are others. */
export class AivenJdbcSourceConnector extends JdbcSourceConnector {
  override readonly vendor = 'aiven'

  override taskClass(): TaskClass<SourceTask> {
    return AivenJdbcSourceTask
  }
}
