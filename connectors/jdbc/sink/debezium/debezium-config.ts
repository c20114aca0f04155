import { ConfigError, JavaPattern } from 'sluice/api'
import type { ConnectorConfig } from 'sluice/api'
import type { InsertMode, SinkSettings } from '../settings.ts'
import type { Problem, SinkConfiguration } from '../sink-config.ts'
import { driverExtras } from '../../config/common-config.ts'
import { debeziumConfig, poolKeys } from './debezium-keys.ts'
import type { DebeziumConfig } from './debezium-keys.ts'
import { DebeziumRecords } from './debezium-records.ts'
import type { KeyMode } from './debezium-records.ts'

/** What is wrong between keys that are each fine. */
export function debeziumProblems(config: DebeziumConfig): readonly Problem[] {
  const mode = config['primary.key.mode'].toLowerCase()
  const insertMode = config['insert.mode'].toLowerCase()
  const fields = config['primary.key.fields']
  const problems: Problem[] = []
  const add = (keys: readonly (keyof DebeziumConfig)[], message: string): void => {
    problems.push({ keys, message })
  }
  if (config['delete.enabled'] && (mode === 'none' || mode === 'kafka')) {
    const message = `Deletes need the key of a row: set primary.key.mode to record_key, record_value or record_header.`
    add(['primary.key.mode', 'delete.enabled'], message)
  }
  if (mode === 'none' && insertMode !== 'insert') {
    const message = `insert.mode is ${insertMode}, which needs a key: set primary.key.mode.`
    add(['primary.key.mode', 'insert.mode'], message)
  }
  if (mode === 'kafka' && fields.length !== 0 && fields.length !== 3) {
    const message = `primary.key.mode is kafka, and primary.key.fields names ${fields.length} columns: expected three, or none.`
    add(['primary.key.fields'], message)
  }
  if (mode === 'record_header' && fields.length === 0) {
    add(['primary.key.fields'], 'primary.key.mode is record_header: name the headers.')
  }
  if (config['field.include.list'].length > 0 && config['field.exclude.list'].length > 0) {
    add(
      ['field.include.list', 'field.exclude.list'],
      'field.include.list and field.exclude.list cannot both be set.',
    )
  }
  return problems
}

/** Reads a configuration of Debezium's sink; a ConfigError at the first thing that is wrong with it. */
export function debeziumSettingsOf(props: ConnectorConfig): SinkConfiguration {
  const config = debeziumConfig.parse(props)
  const [problem] = debeziumProblems(config)
  if (problem !== undefined) throw new ConfigError(problem.message)
  const format = config['table.name.format'] ?? config['collection.name.format']
  const keyMode = config['primary.key.mode'].toLowerCase() as KeyMode
  const records = new DebeziumRecords({
    keyMode,
    keyFields: config['primary.key.fields'],
    deleteEnabled: config['delete.enabled'],
    truncateEnabled: config['truncate.enabled'],
    nameFormat: format,
  })
  return {
    settings: settingsOf(props, config, records),
    records,
    database: databaseOf(props, config),
  }
}

function settingsOf(
  props: ConnectorConfig,
  config: DebeziumConfig,
  records: DebeziumRecords,
): SinkSettings {
  const timeZone = config['database.time_zone'] ?? config['use.time.zone']
  const evolves = config['schema.evolution'].toLowerCase() === 'basic'
  return {
    connector: props.name ?? '',
    insertMode: config['insert.mode'].toLowerCase() as InsertMode,
    batchSize: config['batch.size'],
    deleteEnabled: config['delete.enabled'],
    tableTypes: ['TABLE', 'PARTITIONED TABLE', 'VIEW'],
    tableNameFormat: records.tableNameFormat,
    normalizeTableName: false,
    topicsToTables: null,
    dotsToUnderscores: !records.namesTables,
    pkMode: records.pkMode,
    pkFields: records.pkFields,
    whitelist: null,
    fieldFilter: fieldFilter(config),
    autoCreate: evolves,
    autoEvolve: evolves,
    quoteIdentifiers: config['quote.identifiers'],
    mergeHoldlock: true,
    identityInsert: config['dialect.sqlserver.identity.insert'],
    maxRetries: config['flush.max.retries'],
    retryBackoffMs: config['flush.retry.delay.ms'],
    trimsValues: false,
    temporal: {
      timeZone,
      // A date is a count of days, which no zone changes.
      dateTimeZone: 'UTC',
      calendar: 'PROLEPTIC_GREGORIAN',
      timestampFields: new Set(),
      timestampUnit: 'microseconds',
    },
    replaceNullWithDefault: false,
    stringColumn: null,
    exactlyOnce: config['exactly.once'] === 'on',
    offsetsTable: config['offsets.table'],
    ignoresTombstones: true,
    semantics: { postgisSchema: config['dialect.postgres.postgis.schema'] },
    originalCoordinates: records.namesTables,
  }
}

/** Entries are `field` or `topic:field`, as regular expressions of the whole. */
function fieldFilter(config: DebeziumConfig): SinkSettings['fieldFilter'] {
  const included = config['field.include.list']
  const excluded = config['field.exclude.list']
  if (included.length === 0 && excluded.length === 0) return null
  const patterns = (included.length > 0 ? included : excluded).map((entry) => ({
    pattern: new JavaPattern(entry.trim()),
    ofTopic: entry.includes(':'),
  }))
  const isIncluding = included.length > 0
  return (topic, field) => {
    const isListed = patterns.some(({ pattern, ofTopic }) =>
      pattern.matches(ofTopic ? `${topic}:${field}` : field),
    )
    return isListed === isIncluding
  }
}

function databaseOf(props: ConnectorConfig, config: DebeziumConfig): SinkConfiguration['database'] {
  const forDriver = Object.fromEntries(
    Object.entries(props).filter(([name]) => !poolKeys.test(name)),
  )
  return {
    url: config['connection.url'],
    user: config['connection.username'],
    password: config['connection.password']?.value ?? null,
    dialectName: '',
    extras: driverExtras(forDriver, debeziumConfig.keys),
    attempts: 3,
    backoffMs: config['flush.retry.delay.ms'],
    applicationName: `sluice ${props.name ?? ''}`.trim(),
  }
}
