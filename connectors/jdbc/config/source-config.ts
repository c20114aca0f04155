import { configDef, configDefOf, validator, ConfigError } from 'sluice/api'
import type { ConfigDef, ConfigKey, ConfigOf } from 'sluice/api'
import { connectionKeys, lowerOrUpper, zoneValidator } from './common-config.ts'
import type { Vendor } from './common-config.ts'
import { aivenKeys, confluentKeys, ownSourceKeys } from './source-vendor-keys.ts'

const database = 'Database'
const mode = 'Mode'
const connector = 'Connector'

const topicPrefix = validator('letters, digits, ".", "_" and "-", at most 249', (name, value) => {
  if (typeof value !== 'string' || /^[\w.-]{0,249}$/.test(value)) return
  throw new ConfigError(
    `Invalid value ${value} for configuration ${name}: a topic has letters, digits, ".", "_" and "-", at most 249 of them.`,
  )
})

export const tableTypes = [
  ...['TABLE', 'VIEW', 'SYSTEM TABLE', 'GLOBAL TEMPORARY', 'LOCAL TEMPORARY', 'ALIAS', 'SYNONYM'],
  ...['PARTITIONED TABLE', 'FOREIGN TABLE', 'MATERIALIZED VIEW'],
]

/** Keys of both vendors, with Confluent's defaults. */
const sharedKeys = configDef({
  'catalog.pattern': {
    type: 'string',
    default: null,
    importance: 'medium',
    group: database,
    doc: 'Pattern (LIKE) of the catalogs to look for tables in; all where it is not given.',
  },
  'schema.pattern': {
    type: 'string',
    default: null,
    importance: 'high',
    group: database,
    doc: 'Pattern (LIKE) of the schemas to look for tables in; all where it is not given.',
  },
  'table.whitelist': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: database,
    dependents: ['table.blacklist'],
    doc: 'The only tables to copy, by name or by schema.name.',
  },
  'table.blacklist': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: database,
    doc: 'Tables not to copy, by name or by schema.name.',
  },
  'table.types': {
    type: 'list',
    default: 'TABLE',
    importance: 'low',
    group: connector,
    doc: `Kinds of tables to look for, of: ${tableTypes.join(', ')}.`,
  },
  'numeric.mapping': {
    type: 'string',
    default: null,
    validator: lowerOrUpper('none', 'precision_only', 'best_fit', 'best_fit_eager_double'),
    importance: 'low',
    group: database,
    doc: 'What NUMERIC columns become: none (Decimal), precision_only (integers where they have no scale), best_fit and best_fit_eager_double (integers and doubles where they fit).',
  },
  'numeric.precision.mapping': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group: database,
    doc: 'Old form of numeric.mapping=precision_only.',
  },
  mode: {
    type: 'string',
    default: '',
    importance: 'high',
    group: mode,
    validator: lowerOrUpper('', 'bulk', 'timestamp', 'incrementing', 'timestamp+incrementing'),
    dependents: ['incrementing.column.name', 'timestamp.column.name', 'validate.non.null'],
    doc: 'How to find what is new: bulk (everything, each time), incrementing (a column that grows), timestamp (columns that say when a row changed), timestamp+incrementing (both).',
  },
  'incrementing.column.name': {
    type: 'string',
    default: '',
    importance: 'medium',
    group: mode,
    doc: 'The column that grows; empty has it found out.',
  },
  'timestamp.column.name': {
    type: 'list',
    default: '',
    importance: 'medium',
    group: mode,
    doc: 'Columns that say when a row changed; the first that is not null counts.',
  },
  'validate.non.null': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: mode,
    doc: 'Refuse tables whose incrementing or timestamp columns may be null.',
  },
  query: {
    type: 'string',
    default: '',
    importance: 'medium',
    group: mode,
    doc: 'A SELECT whose rows to copy, instead of tables.',
  },
  'poll.interval.ms': {
    type: 'int',
    default: 5000,
    min: 0,
    importance: 'high',
    group: connector,
    doc: 'How long after a table was read to look again, in milliseconds.',
  },
  'batch.max.rows': {
    type: 'int',
    default: 1000,
    min: 1,
    importance: 'low',
    group: connector,
    doc: 'Most rows of one poll.',
  },
  'table.poll.interval.ms': {
    type: 'long',
    default: 60000,
    min: 1,
    importance: 'low',
    group: connector,
    doc: 'How often to look for new or deleted tables, in milliseconds.',
  },
  'topic.prefix': {
    type: 'string',
    default: '',
    validator: topicPrefix,
    importance: 'high',
    group: connector,
    doc: 'What topics begin with, before the name of the table; with a query the whole name of the topic.',
  },
  'timestamp.delay.interval.ms': {
    type: 'long',
    default: 0,
    min: 0,
    importance: 'high',
    group: connector,
    doc: 'How old a row has to be by its timestamp before it is read, so that transactions that are still open can end.',
  },
  'db.timezone': {
    type: 'string',
    default: 'UTC',
    validator: zoneValidator,
    importance: 'medium',
    group: connector,
    doc: 'Time zone of timestamps that have none.',
  },
})

type Shared = ConfigOf<typeof sharedKeys> & ConfigOf<typeof connectionKeys>

export type SourceValues = Shared &
  ConfigOf<typeof confluentKeys> &
  ConfigOf<typeof aivenKeys> &
  ConfigOf<typeof ownSourceKeys>

/** Keys that one vendor's ConfigDef says more strictly, or with another default. */
const aivenChanges: Readonly<Record<string, Partial<ConfigKey>>> = {
  'connection.url': { hasDefault: false, default: null },
  mode: { hasDefault: false, default: null },
  'topic.prefix': { hasDefault: false, default: null },
  'batch.max.rows': { default: 100 },
}

/** The keys that a vendor's connector lists. */
export function sourceConfigOf(vendor: Vendor): ConfigDef {
  return vendor === 'confluent' ? confluentConfig : aivenConfig
}

const confluentConfig = configDefOf([
  ...connectionKeys.keys.values(),
  ...sharedKeys.keys.values(),
  ...confluentKeys.keys.values(),
])

const aivenConfig = configDefOf(
  [...connectionKeys.keys.values(), ...sharedKeys.keys.values(), ...aivenKeys.keys.values()].map(
    (key) => ({ ...key, ...aivenChanges[key.name] }),
  ),
)

const everything = {
  confluent: configDefOf<SourceValues>([
    ...confluentConfig.keys.values(),
    ...aivenKeys.keys.values(),
    ...ownSourceKeys.keys.values(),
  ]),
  aiven: configDefOf<SourceValues>([
    ...aivenConfig.keys.values(),
    ...confluentKeys.keys.values(),
    ...ownSourceKeys.keys.values(),
  ]),
}

/** Every key that either vendor or we have, with the defaults of one vendor. */
export function allSourceKeys(vendor: Vendor): ConfigDef<SourceValues> {
  return everything[vendor]
}
