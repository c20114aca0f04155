import type { KeySpec } from 'sluice/api'

const hive = { group: 'Hive' } as const

/** Confluent's keys for Hive. */
export const hiveKeys = {
  'hive.integration': {
    type: 'boolean',
    default: false,
    importance: 'high',
    doc: 'Whether tables of Hive are kept beside the files: one for each topic, with a partition for each directory. It needs schema.compatibility, and Avro or Parquet.',
    dependents: [
      'hive.metastore.uris',
      'hive.conf.dir',
      'hive.home',
      'hive.database',
      'hive.table.name',
    ],
    ...hive,
  },
  'hive.metastore.uris': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: "Where Hive's metastore is, as in thrift://host:9083. Tables are kept by HiveServer2, which is looked for on the same host.",
    ...hive,
  },
  'hive.conf.dir': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'The folder with hive-site.xml, which may name the metastore, and the port of HiveServer2.',
    ...hive,
  },
  'hive.home': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'Where Hive is installed. Taken and not used.',
    ...hive,
  },
  'hive.database': {
    type: 'string',
    default: 'default',
    importance: 'high',
    doc: 'The database of the tables. It is made where there is none.',
    ...hive,
  },
  'hive.table.name': {
    type: 'string',
    default: '${topic}',
    importance: 'low',
    doc: 'What tables are called. ${topic} stands for the topic, in whose name dots and hyphens become underscores.',
    ...hive,
  },
} as const satisfies Record<string, KeySpec>

/** What we take beyond Confluent's keys: tables are kept by HiveServer2, not by the metastore. */
export const hiveServerKeys = {
  'hive.server2.url': {
    type: 'string',
    default: '',
    importance: 'medium',
    doc: 'HiveServer2, as in jdbc:hive2://host:10000/default. Else it follows from hive.metastore.uris and hive.conf.dir.',
    ...hive,
  },
  'hive.server2.user': {
    type: 'string',
    default: '',
    importance: 'medium',
    doc: 'The user of HiveServer2. Else the one to write as.',
    ...hive,
  },
  'hive.server2.password': {
    type: 'password',
    default: null,
    importance: 'medium',
    doc: 'The password of that user.',
    ...hive,
  },
  'hive.server2.timeout.ms': {
    type: 'int',
    default: 60_000,
    min: 1000,
    importance: 'low',
    doc: 'How many milliseconds a statement may take. Records are written on meanwhile.',
    ...hive,
  },
} as const satisfies Record<string, KeySpec>
