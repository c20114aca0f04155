import { ConfigError, configDef, configDefOf, nonEmptyString, validator } from 'sluice/api'
import type { ConfigOf } from 'sluice/api'
import { lowerOrUpper, zoneValidator } from '../../config/common-config.ts'
import { onceKeys, requiredUrl } from '../sink-keys.ts'

const connection = 'Connection'
const writes = 'Writes'

/** Classes of Java that name tables: here there are none but the usual one. */
const usualNaming = validator('the default strategy', (name, value) => {
  const isUsual = typeof value !== 'string' || /(?:^|\.)Default\w*NamingStrategy$/.test(value)
  if (isUsual || value === '') return
  throw new ConfigError(
    `Invalid value ${value} for configuration ${name}: a Java class cannot run here. Leave it out, and name tables by collection.name.format or a transformation.`,
  )
})

const keys = configDef({
  'connection.url': {
    type: 'string',
    importance: 'high',
    group: connection,
    doc: 'JDBC connection URL, such as jdbc:postgresql://localhost/db.',
    validator: requiredUrl,
  },
  'connection.username': {
    type: 'string',
    default: null,
    importance: 'high',
    group: connection,
    doc: 'User to connect as.',
  },
  'connection.password': {
    type: 'password',
    default: null,
    importance: 'high',
    group: connection,
    doc: 'Password of that user.',
  },
  'connection.restart.on.errors': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: connection,
    doc: 'Taken for compatibility: a connection that has failed is replaced in any case.',
  },
  'insert.mode': {
    type: 'string',
    default: 'insert',
    importance: 'high',
    group: writes,
    doc: 'How rows are written: insert, upsert or update.',
    validator: lowerOrUpper('insert', 'upsert', 'update'),
  },
  'delete.enabled': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: writes,
    doc: 'Whether deletes, and records without a value, delete the row of their key.',
  },
  'truncate.enabled': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: writes,
    doc: 'Whether the truncation of a table empties the table it is written to.',
  },
  'primary.key.mode': {
    type: 'string',
    default: 'none',
    importance: 'high',
    group: writes,
    doc: 'Where the primary key comes from: none, kafka, record_key, record_value, record_header.',
    validator: lowerOrUpper('none', 'kafka', 'record_key', 'record_value', 'record_header'),
  },
  'primary.key.fields': {
    type: 'list',
    default: '',
    importance: 'high',
    group: writes,
    doc: 'Names of the columns of the primary key; what they mean depends on primary.key.mode.',
  },
  'schema.evolution': {
    type: 'string',
    default: 'none',
    importance: 'high',
    group: writes,
    doc: 'none and validate-only leave tables as they are; basic creates tables and adds columns that are missing.',
    validator: lowerOrUpper('none', 'validate-only', 'basic'),
  },
  'quote.identifiers': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: writes,
    doc: 'Whether names of tables and columns are quoted.',
  },
  'collection.name.format': {
    type: 'string',
    default: '${topic}',
    importance: 'medium',
    group: writes,
    doc: 'Name of the table: ${topic} is the topic with underscores for its dots, ${source.<field>} a field of the event’s source.',
    validator: nonEmptyString,
  },
  'table.name.format': {
    type: 'string',
    default: null,
    importance: 'low',
    group: writes,
    doc: 'The older name of collection.name.format.',
  },
  'collection.naming.strategy': {
    type: 'string',
    default: '',
    importance: 'low',
    group: writes,
    doc: 'Taken where it is the default.',
    validator: usualNaming,
  },
  'table.naming.strategy': {
    type: 'string',
    default: '',
    importance: 'low',
    group: writes,
    doc: 'The older name of collection.naming.strategy.',
    validator: usualNaming,
  },
  'column.naming.strategy': {
    type: 'string',
    default: '',
    importance: 'low',
    group: writes,
    doc: 'Taken where it is the default.',
    validator: usualNaming,
  },
  'field.include.list': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: writes,
    doc: 'The only fields that are written, as regular expressions of field or topic:field; empty for all.',
  },
  'field.exclude.list': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: writes,
    doc: 'Fields that are not written, as regular expressions of field or topic:field. Not both lists.',
  },
  'use.time.zone': {
    type: 'string',
    default: 'UTC',
    importance: 'medium',
    group: writes,
    doc: 'Time zone in which times and timestamps are written to columns that keep none.',
    validator: zoneValidator,
  },
  'database.time_zone': {
    type: 'string',
    default: null,
    importance: 'low',
    group: writes,
    doc: 'The older name of use.time.zone.',
    validator: zoneValidator,
  },
  'batch.size': {
    type: 'int',
    default: 500,
    min: 1,
    importance: 'medium',
    group: writes,
    doc: 'How many records gather, while a batch is on its way, before the next one waits for the database.',
  },
  'use.reduction.buffer': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group: writes,
    doc: 'Taken for compatibility: of the records of one key in a batch the last one counts in any case.',
  },
  'flush.max.retries': {
    type: 'int',
    default: 5,
    min: 0,
    importance: 'medium',
    group: writes,
    doc: 'How often in a row a write may fail for a reason that may pass before the task fails.',
  },
  'flush.retry.delay.ms': {
    type: 'int',
    default: 1000,
    min: 0,
    importance: 'medium',
    group: writes,
    doc: 'Pause before a write is tried again, in milliseconds.',
  },
  'dialect.postgres.postgis.schema': {
    type: 'string',
    default: 'public',
    importance: 'low',
    group: writes,
    doc: 'Schema that PostGIS is installed in, for new columns of shapes.',
  },
  'dialect.sqlserver.identity.insert': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: writes,
    doc: 'Whether values are written to identity columns of SQL Server.',
  },
})

export type DebeziumConfig = ConfigOf<typeof keys> & ConfigOf<typeof onceKeys>

/** The keys of Debezium's sink, and ours of exactly once. */
export const debeziumConfig = configDefOf<DebeziumConfig>([
  ...keys.keys.values(),
  ...onceKeys.keys.values(),
])

/** Keys of Debezium's that say how Java reaches databases; they mean nothing here. */
export const poolKeys = /^(?:connection\.pool\.|connection\.provider$|hibernate\.)/
