import {
  ConfigError,
  configDef,
  configDefOf,
  nonEmptyString,
  oneOf,
  oneOfIgnoringCase,
  validator,
} from 'sluice/api'
import type { ConfigOf } from 'sluice/api'
import { connectionKeys, lowerOrUpper, zoneValidator } from '../config/common-config.ts'

/** A sink's URL is asked for by the key's own check. */
export const requiredUrl = validator('a JDBC URL', (name, value) => {
  if (value === '')
    throw new ConfigError(`Missing required configuration "${name}" which has no default value.`)
})

/** Ours, for each vendor's connector. */
export const onceKeys = configDef({
  'exactly.once': {
    type: 'string',
    default: 'off',
    importance: 'medium',
    group: 'Exactly Once',
    doc: 'on keeps offsets in a table, written in the transaction of the rows, so that no row is written twice; off leaves them to Kafka.',
    validator: oneOf('off', 'on'),
  },
  'offsets.table': {
    type: 'string',
    default: '__connect_offsets',
    importance: 'low',
    group: 'Exactly Once',
    doc: 'Table of the offsets where exactly.once is on; created where it is missing.',
    validator: nonEmptyString,
  },
})

/** What Confluent's sink and Aiven's have beside the connection. Either connector takes it all; Aiven's own come last. */
const ownKeys = configDef({
  'insert.mode': {
    type: 'string',
    default: 'insert',
    importance: 'high',
    group: 'Writes',
    doc: 'How rows are written: insert; upsert, which replaces the row that has the key; update, which changes rows that are there. multi is Aiven’s name for an insert of many rows at once, which all are here.',
    validator: lowerOrUpper('insert', 'multi', 'upsert', 'update'),
  },
  'batch.size': {
    type: 'int',
    default: 3000,
    min: 0,
    importance: 'medium',
    group: 'Writes',
    doc: 'How many records gather, while a batch is on its way, before the next one waits for the database.',
  },
  'delete.enabled': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'Writes',
    doc: 'Whether a record without a value deletes the row of its key. Requires pk.mode to be record_key.',
  },
  'table.types': {
    type: 'list',
    default: 'TABLE',
    importance: 'low',
    group: 'Writes',
    doc: 'Kinds of objects that may be written to: TABLE, PARTITIONED TABLE, VIEW.',
  },
  'table.name.format': {
    type: 'string',
    default: '${topic}',
    importance: 'medium',
    group: 'Data Mapping',
    doc: 'Name of the table, in which ${topic} stands for the name of the topic.',
    validator: nonEmptyString,
  },
  'pk.mode': {
    type: 'string',
    default: 'none',
    importance: 'high',
    group: 'Data Mapping',
    doc: 'Where the primary key comes from: none, kafka (topic, partition and offset), record_key, record_value.',
    validator: lowerOrUpper('none', 'kafka', 'record_key', 'record_value'),
  },
  'pk.fields': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: 'Data Mapping',
    doc: 'Names of the columns of the primary key; what they mean depends on pk.mode.',
  },
  'fields.whitelist': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: 'Data Mapping',
    doc: 'Fields of the value that are written; empty for all. Columns of the primary key are written in any case.',
  },
  'db.timezone': {
    type: 'string',
    default: 'UTC',
    importance: 'medium',
    group: 'Data Mapping',
    doc: 'Time zone in which times and timestamps without one are written.',
    validator: zoneValidator,
  },
  'date.timezone': {
    type: 'string',
    default: 'DB_TIMEZONE',
    importance: 'medium',
    group: 'Data Mapping',
    doc: 'Time zone in which dates are written: DB_TIMEZONE for that of db.timezone, or UTC.',
    validator: oneOfIgnoringCase('DB_TIMEZONE', 'UTC'),
  },
  'date.calendar.system': {
    type: 'string',
    default: 'LEGACY',
    importance: 'low',
    group: 'Data Mapping',
    doc: 'Calendar of days before 15 October 1582: LEGACY, the Julian one, or PROLEPTIC_GREGORIAN.',
    validator: oneOfIgnoringCase('LEGACY', 'PROLEPTIC_GREGORIAN'),
  },
  'timestamp.fields.list': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: 'Data Mapping',
    doc: 'INT64 and STRING fields that are written as timestamps of microseconds or nanoseconds.',
  },
  'timestamp.precision.mode': {
    type: 'string',
    default: 'microseconds',
    importance: 'medium',
    group: 'Data Mapping',
    doc: 'Unit of the fields in timestamp.fields.list: microseconds or nanoseconds.',
    validator: lowerOrUpper('microseconds', 'nanoseconds'),
  },
  'replace.null.with.default': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    group: 'Data Mapping',
    doc: 'Whether a null in an optional field with a default is written as that default.',
  },
  'string.output.value.column.name': {
    type: 'string',
    default: 'record_value',
    importance: 'low',
    group: 'Data Mapping',
    doc: 'Column that values go to which are plain strings.',
    validator: nonEmptyString,
  },
  'auto.create': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'DDL Support',
    doc: 'Whether a table that is missing is created.',
  },
  'auto.evolve': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'DDL Support',
    doc: 'Whether columns that are missing are added.',
  },
  'quote.sql.identifiers': {
    type: 'string',
    default: 'ALWAYS',
    importance: 'medium',
    group: 'DDL Support',
    doc: 'Whether names of tables and columns are quoted: ALWAYS or NEVER.',
    validator: oneOfIgnoringCase('ALWAYS', 'NEVER'),
  },
  'max.retries': {
    type: 'int',
    default: 10,
    min: 0,
    importance: 'medium',
    group: 'Retries',
    doc: 'How often in a row a write may fail for a reason that may pass before the task fails.',
  },
  'retry.backoff.ms': {
    type: 'int',
    default: 3000,
    min: 0,
    importance: 'medium',
    group: 'Retries',
    doc: 'Pause before a write is tried again, in milliseconds.',
  },
  'mssql.use.merge.holdlock': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: 'DML Support',
    doc: 'Whether a MERGE on SQL Server holds its lock to the end of the transaction.',
  },
  'trim.sensitive.log': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group: 'DML Support',
    doc: 'Whether messages about a row that is refused hold the codes of the database alone, and not its words, in which there may be values of the row.',
  },
  'tombstone.handling': {
    type: 'string',
    default: 'fail',
    importance: 'low',
    group: 'Writes',
    doc: 'What becomes of a record without a value where deletes are off: fail, or ignore, which passes it over.',
    validator: oneOf('fail', 'ignore'),
  },
  'sql.quote.identifiers': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    group: 'Aiven',
    doc: 'Aiven’s name for quote.sql.identifiers: false never quotes.',
  },
  'table.name.normalize': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'Aiven',
    doc: 'Whether every character of a table’s name but ASCII letters, digits and _ is replaced by _.',
  },
  'topics.to.tables.mapping': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: 'Aiven',
    doc: 'Tables of topics, as topic:table. Once set, records of any other topic fail.',
  },
})

export type SinkConfig = ConfigOf<typeof connectionKeys> &
  ConfigOf<typeof ownKeys> &
  ConfigOf<typeof onceKeys>

/** Every key of the sink: those of the connection with it. */
export const sinkConfig = configDefOf<SinkConfig>([
  ...[...connectionKeys.keys.values()].map((key) =>
    key.name === 'connection.url'
      ? { ...key, hasDefault: false, default: null, validator: requiredUrl }
      : key,
  ),
  ...ownKeys.keys.values(),
  ...onceKeys.keys.values(),
])
