import { configDef } from 'sluice/api'
import { lowerOrUpper } from './common-config.ts'

const database = 'Database'
const mode = 'Mode'
const connector = 'Connector'

const granularities = [
  ...['connect_logical', 'micros_long', 'micros_string', 'micros_iso_datetime_string'],
  ...['nanos_long', 'nanos_string', 'nanos_iso_datetime_string'],
]

/** What Confluent's connector alone has. */
export const confluentKeys = configDef({
  'table.include.list': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: database,
    doc: 'Regular expressions of the full names of tables to copy.',
  },
  'table.exclude.list': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: database,
    doc: 'Regular expressions of the full names of tables that table.include.list matches and that are not to be copied.',
  },
  'incrementing.column.mapping': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: mode,
    doc: 'For tables of table.include.list: regex:column.',
  },
  'timestamp.columns.mapping': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: mode,
    doc: 'For tables of table.include.list: regex:[column|column].',
  },
  'timestamp.initial': {
    type: 'long',
    default: null,
    importance: 'low',
    group: mode,
    doc: 'Where to begin where no offset is stored, in milliseconds since the epoch; -1 is now.',
  },
  'query.masked': {
    type: 'password',
    default: null,
    importance: 'medium',
    group: mode,
    doc: 'As query, but shown nowhere.',
  },
  'query.suffix': {
    type: 'string',
    default: '',
    importance: 'low',
    group: mode,
    doc: 'What to append to every query, e.g. LIMIT 1000.',
  },
  'quote.sql.identifiers': {
    type: 'string',
    default: 'ALWAYS',
    validator: lowerOrUpper('always', 'never'),
    importance: 'medium',
    group: database,
    doc: 'Whether to quote the names of tables and columns: ALWAYS or NEVER.',
  },
  'query.retry.attempts': {
    type: 'int',
    default: -1,
    importance: 'low',
    group: connector,
    doc: 'How often to try a failed query again; -1 is for ever.',
  },
  'transaction.isolation.mode': {
    type: 'string',
    default: 'DEFAULT',
    validator: lowerOrUpper(
      'default',
      'read_uncommitted',
      'read_committed',
      'repeatable_read',
      'serializable',
      'sql_server_snapshot',
    ),
    importance: 'low',
    group: connector,
    doc: 'Isolation of the transactions that read.',
  },
  'max.buffer.size': {
    type: 'int',
    default: 0,
    min: 0,
    importance: 'low',
    group: connector,
    doc: 'Of the Java connector: rows to read ahead. One page is read ahead here.',
  },
  'poll.linger.ms': {
    type: 'long',
    default: 5000,
    min: 0,
    importance: 'low',
    group: connector,
    doc: 'Most time that one poll waits for a row.',
  },
  'timestamp.granularity': {
    type: 'string',
    default: 'connect_logical',
    validator: lowerOrUpper(...granularities),
    importance: 'low',
    group: connector,
    doc: `What TIMESTAMP columns become: ${granularities.join(', ')}.`,
  },
  'date.calendar.system': {
    type: 'string',
    default: 'LEGACY',
    validator: lowerOrUpper('legacy', 'proleptic_gregorian'),
    importance: 'low',
    group: connector,
    doc: 'Calendar of dates before 1582-10-15: LEGACY (Julian) or PROLEPTIC_GREGORIAN.',
  },
})

/** What Aiven's connector alone has. */
export const aivenKeys = configDef({
  'sql.quote.identifiers': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    group: database,
    doc: 'Whether to quote the names of tables and columns.',
  },
  'incrementing.initial': {
    type: 'long',
    default: -1,
    importance: 'low',
    group: mode,
    doc: 'Where to begin where no offset is stored: with what is greater.',
  },
  'timestamp.initial.ms': {
    type: 'long',
    default: 0,
    importance: 'low',
    group: mode,
    doc: 'Where to begin where no offset is stored, in milliseconds since the epoch.',
  },
  'table.names.qualify': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: database,
    doc: 'Whether to name tables with their schema in queries and offsets.',
  },
})

/** Ours beyond both. Not among what the REST API lists, whose keys stay the vendor's. */
export const ownSourceKeys = configDef({
  'numeric.mapping.include.decimal': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Whether numeric.mapping is for DECIMAL columns too.',
  },
  'unsupported.column.handling': {
    type: 'string',
    default: 'drop',
    oneOf: ['drop', 'string', 'fail'],
    importance: 'low',
    doc: 'What becomes of columns of types that Connect has no schema for: left out, their text, or an error.',
  },
  'snapshot.horizon': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'PostgreSQL: read no row before which an open transaction may still commit another, so that no late commit is lost.',
  },
  'horizon.max.delay.ms': {
    type: 'long',
    default: 0,
    min: 0,
    importance: 'low',
    doc: 'How long snapshot.horizon waits for an open transaction at most; 0 is without a limit.',
  },
  'wakeup.channel': {
    type: 'string',
    default: '',
    importance: 'low',
    doc: 'PostgreSQL: a channel to LISTEN on; a notification has the tables read at once.',
  },
})
