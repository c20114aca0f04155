import { ConfigError } from 'sluice/api'
import type { ConfigValue, ConnectorConfig, SinkRecord } from 'sluice/api'
import { databaseSettingsFrom } from '../config/common-config.ts'
import type { Vendor } from '../config/common-config.ts'
import type { CalendarSystem } from '../core/calendar.ts'
import type { DatabaseSettings } from '../core/connect.ts'
import type { InsertMode, PkMode, SinkSettings } from './settings.ts'
import { sinkConfig } from './sink-keys.ts'
import type { SinkConfig } from './sink-keys.ts'

export interface SinkConfiguration {
  readonly settings: SinkSettings
  readonly database: DatabaseSettings
  /** What records are made into before they are written; null where they are taken as they are. */
  readonly records: RecordAdapter | null
}

export interface RecordAdapter {
  /** Null where it is not to be written; throws where it cannot be. */
  adapt(record: SinkRecord): SinkRecord | null
}

/** Reads a configuration; a ConfigError at the first thing that is wrong with it. */
export function sinkSettingsOf(vendor: Vendor, props: ConnectorConfig): SinkConfiguration {
  const config = sinkConfig.parse(props)
  const [problem] = problemsOf(vendor, config)
  if (problem !== undefined) throw new ConfigError(problem.message)
  return {
    settings: settingsOf(vendor, props, config),
    database: databaseSettingsFrom(config, props, sinkConfig.keys),
    records: null,
  }
}

function settingsOf(vendor: Vendor, props: ConnectorConfig, config: SinkConfig): SinkSettings {
  const timeZone = config['db.timezone']
  const isUtcDate = config['date.timezone'].toUpperCase() === 'UTC'
  const whitelist = config['fields.whitelist']
  const mapping = config['topics.to.tables.mapping']
  const isNever = config['quote.sql.identifiers'].toUpperCase() === 'NEVER'
  return {
    connector: props.name ?? '',
    insertMode: config['insert.mode'].toLowerCase() as InsertMode,
    batchSize: Math.max(1, config['batch.size']),
    deleteEnabled: config['delete.enabled'],
    tableTypes: tableTypesOf(vendor, props, config),
    tableNameFormat: config['table.name.format'],
    normalizeTableName: config['table.name.normalize'],
    topicsToTables: mapping.length === 0 ? null : mappingOf(mapping),
    dotsToUnderscores: false,
    pkMode: config['pk.mode'].toLowerCase() as PkMode,
    pkFields: config['pk.fields'],
    whitelist: whitelist.length === 0 ? null : new Set(whitelist),
    fieldFilter: null,
    autoCreate: config['auto.create'],
    autoEvolve: config['auto.evolve'],
    quoteIdentifiers: !isNever && config['sql.quote.identifiers'],
    mergeHoldlock: config['mssql.use.merge.holdlock'],
    identityInsert: false,
    maxRetries: config['max.retries'],
    retryBackoffMs: config['retry.backoff.ms'],
    trimsValues: config['trim.sensitive.log'],
    temporal: {
      timeZone,
      dateTimeZone: isUtcDate ? 'UTC' : timeZone,
      calendar: config['date.calendar.system'].toUpperCase() as CalendarSystem,
      timestampFields: new Set(config['timestamp.fields.list']),
      timestampUnit:
        config['timestamp.precision.mode'].toLowerCase() === 'nanoseconds'
          ? 'nanoseconds'
          : 'microseconds',
    },
    replaceNullWithDefault: config['replace.null.with.default'],
    stringColumn: vendor === 'aiven' ? null : config['string.output.value.column.name'],
    exactlyOnce: config['exactly.once'] === 'on',
    offsetsTable: config['offsets.table'],
    ignoresTombstones: config['tombstone.handling'] === 'ignore',
    semantics: null,
    originalCoordinates: false,
  }
}

/** Aiven's connector has no such key: on PostgreSQL it writes to partitioned tables as to others. */
function tableTypesOf(
  vendor: Vendor,
  props: ConnectorConfig,
  config: SinkConfig,
): readonly string[] {
  if (vendor === 'aiven' && !('table.types' in props)) return ['TABLE', 'PARTITIONED TABLE']
  return config['table.types'].map((type) => type.trim().toUpperCase())
}

function mappingOf(entries: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    entries.map((entry) => {
      const colon = entry.indexOf(':')
      if (colon > 0 && colon < entry.length - 1) {
        return [entry.slice(0, colon).trim(), entry.slice(colon + 1).trim()]
      }
      throw new ConfigError(
        `Invalid value ${entry} for topics.to.tables.mapping: expected <topic>:<table>.`,
      )
    }),
  )
}

export interface Problem {
  /** The keys that the error is shown at. */
  readonly keys: readonly string[]
  readonly message: string
}

/** What is wrong between keys of a configuration whose keys are each fine. */
function problemsOf(vendor: Vendor, config: SinkConfig): readonly Problem[] {
  const pkMode = config['pk.mode'].toLowerCase()
  const insertMode = config['insert.mode'].toLowerCase()
  const fields = config['pk.fields']
  const problems: Problem[] = []
  if (config['delete.enabled'] && pkMode !== 'record_key') {
    const message = 'Deletes are only supported for pk.mode record_key'
    problems.push({ keys: ['pk.mode', 'delete.enabled'], message })
  }
  if (pkMode === 'none' && (insertMode === 'upsert' || insertMode === 'update')) {
    const message = `insert.mode is ${insertMode}, which needs a key: set pk.mode to kafka, record_key or record_value.`
    problems.push({ keys: ['pk.mode', 'insert.mode'], message })
  }
  if (pkMode === 'kafka' && fields.length !== 0 && fields.length !== 3) {
    const message = `pk.mode is kafka, and pk.fields names ${fields.length} columns: expected three, for topic, partition and offset, or none.`
    problems.push({ keys: ['pk.fields'], message })
  }
  if (vendor === 'aiven' && pkMode === 'none' && fields.length > 0) {
    const message = 'Primary key fields should not be set when pkMode is none'
    problems.push({ keys: ['pk.fields'], message })
  }
  return problems
}

/** Adds to the values of a validation what is wrong between them; says nothing where a key is wrong by itself. */
export function addProblems(
  vendor: Vendor,
  props: ConnectorConfig,
  values: readonly ConfigValue[],
): void {
  if (hasErrors(values)) return
  addMessages(problemsOf(vendor, sinkConfig.parse(props)), values)
}

/** Shows each problem at its keys. */
export function addMessages(problems: readonly Problem[], values: readonly ConfigValue[]): void {
  for (const { keys, message } of problems) {
    for (const key of keys) {
      values.find(({ name }) => name === key)?.errorMessages.push(message)
    }
  }
}

export function hasErrors(values: readonly ConfigValue[]): boolean {
  return values.some(({ errorMessages }) => errorMessages.length > 0)
}
