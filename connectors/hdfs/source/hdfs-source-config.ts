import { atLeast, configDef, isBlank, mergeConfigDefs, oneOfIgnoringCase } from 'sluice/api'
import type { ConfigOf, ConnectorConfig, KeySpec } from 'sluice/api'
import {
  AvroReader,
  ParquetReader,
  bytesReader,
  jsonDocumentsReader,
  jsonReader,
  refuseConflicts,
  simpleName,
  textReader,
} from 'sluice/storage'
import type { Conflict, FileReader } from 'sluice/storage'
import { EOL } from 'node:os'
import { hdfsUrlKeys, kerberosConflicts, kerberosKeys, ownKeys } from '../config/hdfs-keys.ts'

/** The releases of Confluent's sources whose keys these are. */
export const version = '2.6.0'

const source = { group: 'Source', importance: 'medium' } as const

const sourceKeys = {
  mode: {
    type: 'string',
    default: 'RESTORE_BACKUP',
    validator: oneOfIgnoringCase('RESTORE_BACKUP', 'GENERIC'),
    doc: 'What is read: what the sink wrote (RESTORE_BACKUP), to the partitions that it came from, or any files (GENERIC).',
    ...source,
  },
  'format.class': {
    type: 'string',
    importance: 'high',
    group: 'Source',
    doc: "What files hold: AvroFormat, ParquetFormat, JsonFormat, StringFormat or ByteArrayFormat, with the package of any of Confluent's connectors.",
  },
  'topics.dir': {
    type: 'string',
    default: 'topics',
    importance: 'high',
    group: 'Source',
    doc: 'The directory that is read, with all below it.',
  },
  'topic.regex.list': {
    type: 'list',
    default: '',
    doc: 'Of GENERIC: which files go to which topic, as topic:regular expression of the whole path. The first that matches counts; a file that none matches is left out.',
    ...source,
  },
  'filename.regex': {
    type: 'string',
    default: '(.+)\\+(\\d+)\\+\\d+\\+\\d+.*',
    doc: 'Of RESTORE_BACKUP: the names of files, with groups for topic and partition. Others are left out.',
    ...source,
  },
  'hdfs.poll.interval.ms': {
    type: 'long',
    default: 60_000,
    validator: atLeast(1),
    doc: 'How often directories are listed, in milliseconds.',
    ...source,
  },
  'record.batch.max.size': {
    type: 'int',
    default: 200,
    validator: atLeast(1),
    doc: 'Most records of a poll.',
    ...source,
  },
  'behavior.on.error': {
    type: 'string',
    default: 'fail',
    validator: oneOfIgnoringCase('fail', 'ignore', 'log'),
    doc: 'Whether a record or file that cannot be read fails the task, or is passed over, silently (ignore) or not (log).',
    ...source,
  },
  'format.bytearray.separator': {
    type: 'string',
    default: null,
    doc: 'Of ByteArrayFormat: what stands behind each record; a newline where it is left out.',
    ...source,
  },
  'format.json.schema.enable': {
    type: 'boolean',
    default: false,
    doc: 'Of JsonFormat: whether each value is in an envelope with its schema.',
    ...source,
  },
  // Taken and not used: directories are walked as they are.
  'directory.delim': { type: 'string', default: '/', doc: 'Taken and not used.', ...source },
  'partitioner.class': {
    type: 'string',
    default: null,
    doc: 'Taken and not used: all directories are read.',
    ...source,
  },
  'partition.field.name': { type: 'list', default: '', doc: 'Taken and not used.', ...source },
  'path.format': { type: 'string', default: '', doc: 'Taken and not used.', ...source },
  'task.batch.size': { type: 'int', default: 10, doc: 'Taken and not used.', ...source },
  'schema.cache.size': { type: 'int', default: 50, doc: 'Taken and not used.', ...source },
  'store.url': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'HDFS',
    doc: 'The file system, as in hdfs://namenode:8020 or hdfs://nameservice.',
  },
} as const satisfies Record<string, KeySpec>

/** The keys of Confluent's Hdfs2SourceConnector and Hdfs3SourceConnector. */
export const hdfsSourceConfig = configDef({ ...sourceKeys, ...hdfsUrlKeys, ...kerberosKeys })
const allKeys = mergeConfigDefs(hdfsSourceConfig, configDef(ownKeys))
export type HdfsSourceConfig = ConfigOf<typeof allKeys>

const readable = ['AvroFormat', 'ParquetFormat', 'JsonFormat', 'StringFormat', 'ByteArrayFormat']

/** Reads a configuration. Throws a ConfigError. */
export function parseHdfsSourceConfig(props: ConnectorConfig): HdfsSourceConfig {
  const separator = props['format.bytearray.separator'] ?? null
  const config = { ...allKeys.parse(props), 'format.bytearray.separator': separator }
  refuseConflicts(conflicts(config))
  return config
}

export function isGeneric(config: Pick<HdfsSourceConfig, 'mode'>): boolean {
  return config.mode.toUpperCase() === 'GENERIC'
}

/** What keys say against each other, and what is not to be had here. */
export function conflicts(config: ConfigOf<typeof hdfsSourceConfig>): Conflict[] {
  const found: Conflict[] = []
  if (isBlank(config['store.url']) && isBlank(config['hdfs.url'])) {
    found.push({ name: 'store.url', message: 'Configuration store.url cannot be empty.' })
  }
  found.push(...kerberosConflicts(config))
  if (!readable.includes(kindOf(config['format.class']))) {
    const message = `expected one of ${readable.join(', ')}.`
    found.push({ name: 'format.class', message })
  }
  if (isGeneric(config) && config['topic.regex.list'].length === 0) {
    const message = 'topic.regex.list cannot be empty when the connector runs in GENERIC mode.'
    found.push({ name: 'topic.regex.list', message })
  }
  return found
}

/** The reader that the configuration names. */
export function readerOf(config: HdfsSourceConfig): FileReader {
  const schemas = config['format.json.schema.enable']
  switch (kindOf(config['format.class'])) {
    case 'ParquetFormat':
      return new ParquetReader()
    case 'JsonFormat':
      return isGeneric(config) ? jsonDocumentsReader(schemas) : jsonReader(schemas)
    case 'StringFormat':
      return textReader()
    case 'ByteArrayFormat':
      return bytesReader(config['format.bytearray.separator'] ?? EOL)
    default:
      return new AvroReader()
  }
}

/** CloudStorageAvroFormat is AvroFormat. */
function kindOf(className: string): string {
  return simpleName(className).replace(/^CloudStorage/, '')
}
