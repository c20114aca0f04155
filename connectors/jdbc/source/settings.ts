import { ConfigError } from 'sluice/api'
import type { ConnectorConfig, Int64 } from 'sluice/api'
import type { CalendarSystem } from '../core/calendar.ts'
import type { Database } from '../core/connect.ts'
import type { IsolationLevel } from '../core/dialect.ts'
import { Zone } from '../core/zone.ts'
import { databaseFrom } from '../config/common-config.ts'
import type { Vendor } from '../config/common-config.ts'
import { allSourceKeys } from '../config/source-config.ts'
import type { SourceValues } from '../config/source-config.ts'
import type { NumericMapping, TimestampGranularity } from './column-schema.ts'
import { columnMappings } from './column-mappings.ts'
import type { ColumnMappings } from './column-mappings.ts'

export type Mode = 'bulk' | 'timestamp' | 'incrementing' | 'timestamp+incrementing'

/** A source's configuration, read once into what cannot be wrong. */
export interface SourceSettings {
  readonly vendor: Vendor
  readonly name: string
  readonly database: Database
  readonly mode: Mode
  /** The SELECT to read instead of tables, or null. */
  readonly query: string | null
  readonly suffix: string
  readonly mappings: ColumnMappings
  readonly quotes: boolean
  readonly qualifies: boolean
  readonly validateNonNull: boolean
  readonly topicPrefix: string
  readonly batchMaxRows: number
  readonly pollIntervalMs: number
  readonly lingerMs: number
  readonly delayMs: number
  readonly retryAttempts: number
  readonly isolation: IsolationLevel | null
  readonly zone: Zone
  readonly calendar: CalendarSystem
  readonly granularity: TimestampGranularity
  readonly numericMapping: NumericMapping
  readonly mapsDecimal: boolean
  readonly unsupported: 'drop' | 'string' | 'fail'
  /** Where to begin without a stored offset; `now` is the database's. */
  readonly initialTimestampMs: number | 'now'
  readonly initialId: Int64
  readonly horizon: boolean
  readonly horizonMaxDelayMs: number
  readonly wakeupChannel: string
}

/** Throws a ConfigError at the first problem. */
export function sourceSettings(props: ConnectorConfig, vendor: Vendor): SourceSettings {
  const keys = allSourceKeys(vendor)
  const values = keys.parse(props)
  const database = databaseFrom(values, props, keys.keys)
  return {
    ...{ vendor, name: props.name ?? '', database, query: queryOf(values) },
    mode: modeOf(values),
    mappings: columnMappings(values),
    suffix: values['query.suffix'].trim(),
    quotes:
      values['quote.sql.identifiers'].toUpperCase() === 'ALWAYS' && values['sql.quote.identifiers'],
    qualifies: values['table.names.qualify'],
    validateNonNull: values['validate.non.null'],
    topicPrefix: values['topic.prefix'],
    ...pace(values),
    isolation: isolationOf(values['transaction.isolation.mode']),
    zone: new Zone(values['db.timezone']),
    ...valueSettings(values),
    ...beginning(values, vendor),
    horizon: values['snapshot.horizon'],
    horizonMaxDelayMs: Number(values['horizon.max.delay.ms']),
    wakeupChannel: values['wakeup.channel'],
  }
}

function modeOf(values: SourceValues): Mode {
  const mode = values.mode.toLowerCase()
  if (mode === '') {
    throw new ConfigError(
      'Missing required configuration "mode" which has no default value: expected bulk, timestamp, incrementing or timestamp+incrementing.',
    )
  }
  return mode as Mode
}

/** The query of either key, without the semicolon and comments that would end what is put around it. */
export function queryOf(values: SourceValues): string | null {
  const masked = values['query.masked']?.value ?? ''
  const query = (values.query.trim() === '' ? masked : values.query).trim()
  return query === '' ? null : query.replace(/(?:;|\s|--[^\n]*$|\/\*(?:[^*]|\*(?!\/))*\*\/)+$/, '')
}

function pace(
  values: SourceValues,
): Pick<
  SourceSettings,
  'batchMaxRows' | 'pollIntervalMs' | 'lingerMs' | 'delayMs' | 'retryAttempts'
> {
  return {
    batchMaxRows: values['batch.max.rows'],
    pollIntervalMs: values['poll.interval.ms'],
    lingerMs: Number(values['poll.linger.ms']),
    delayMs: Number(values['timestamp.delay.interval.ms']),
    retryAttempts: values['query.retry.attempts'],
  }
}

function valueSettings(
  values: SourceValues,
): Pick<
  SourceSettings,
  'calendar' | 'granularity' | 'numericMapping' | 'mapsDecimal' | 'unsupported'
> {
  const fallback = values['numeric.precision.mapping'] ? 'precision_only' : 'none'
  return {
    calendar: values['date.calendar.system'].toUpperCase() as CalendarSystem,
    granularity: values['timestamp.granularity'].toLowerCase() as TimestampGranularity,
    numericMapping: (values['numeric.mapping'] ?? fallback).toLowerCase() as NumericMapping,
    mapsDecimal: values['numeric.mapping.include.decimal'],
    unsupported: values['unsupported.column.handling'],
  }
}

/** Confluent's `timestamp.initial` knows -1 as now; Aiven's `timestamp.initial.ms` may lie before 1970. */
function beginning(
  values: SourceValues,
  vendor: Vendor,
): Pick<SourceSettings, 'initialTimestampMs' | 'initialId'> {
  const confluent = values['timestamp.initial']
  const isNow = vendor === 'confluent' && Number(confluent ?? 0) === -1
  const initial = vendor === 'confluent' ? (confluent ?? 0) : values['timestamp.initial.ms']
  return {
    initialTimestampMs: isNow ? 'now' : Number(initial),
    initialId: values['incrementing.initial'],
  }
}

function isolationOf(text: string): IsolationLevel | null {
  const level = text.toUpperCase()
  return level === 'DEFAULT' ? null : (level as IsolationLevel)
}
