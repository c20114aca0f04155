import { JavaPattern, configDef, isBlank, mergeConfigDefs } from 'sluice/api'
import type { ConfigOf, ConnectorConfig } from 'sluice/api'
import { refuseConflicts, simpleName } from 'sluice/storage'
import type { Conflict } from 'sluice/storage'
import { storeSettingsOf } from '../s3-sink-store.ts'
import type { StoreSettings } from '../store-settings.ts'
import { csvConflicts } from './confluent-csv.ts'
import { confluentSourceKeys, ownSourceKeys } from './confluent-source-keys.ts'
import type { FolderLayout } from './folders.ts'

/** The release of Confluent's source whose keys these are. */
export const version = '2.6.15'

/** Confluent's keys, which the REST API lists. */
export const confluentSourceConfig = configDef(confluentSourceKeys)
type OfConfluent = ConfigOf<typeof confluentSourceConfig>
const allKeys = mergeConfigDefs(confluentSourceConfig, configDef(ownSourceKeys))
/** With ours. */
export type ConfluentSourceConfig = ConfigOf<typeof allKeys>

/** Reads a configuration. Throws a ConfigError. */
export function parseConfluentSource(props: ConnectorConfig): ConfluentSourceConfig {
  const config = allKeys.parse(props)
  // Taken as it stands: a separator may be white space.
  const separator = props['format.bytearray.separator'] ?? null
  const parsed = { ...config, 'format.bytearray.separator': separator }
  refuseConflicts(sourceConflicts(parsed))
  return parsed
}

/** What keys say against each other. */
export function sourceConflicts(config: OfConfluent): Conflict[] {
  const csv = formatName(config['format.class']) === 'CsvFormat' ? csvConflicts(config) : []
  if (csv.length > 0) return csv
  if (!isGeneric(config)) {
    return [...patternFault('filename.regex', config['filename.regex']), ...depthFault(config)]
  }
  const list = config['topic.regex.list']
  if (list.length === 0) {
    const message = 'topic.regex.list cannot be empty when the connector runs in GENERIC mode.'
    return [{ name: 'topic.regex.list', message }]
  }
  return list.flatMap((entry) => {
    const colon = entry.indexOf(':')
    if (colon > 0) return patternFault('topic.regex.list', entry.slice(colon + 1))
    return [{ name: 'topic.regex.list', message: `expected topic:regex and found ${entry}.` }]
  })
}

function patternFault(name: string, pattern: string): Conflict[] {
  try {
    new JavaPattern(pattern)
    return []
  } catch (error) {
    return [{ name, message: error instanceof Error ? error.message : String(error) }]
  }
}

function depthFault(config: OfConfluent): Conflict[] {
  if (folderDepth(config) > 0) return []
  const isField = simpleName(config['partitioner.class']) === 'FieldPartitioner'
  const name = isField ? 'partition.field.name' : 'path.format'
  return [{ name, message: `it cannot be empty with ${config['partitioner.class']}.` }]
}

export function isGeneric({ mode }: Pick<OfConfluent, 'mode'>): boolean {
  return mode.toUpperCase() === 'GENERIC'
}

/** CloudStorageAvroFormat is AvroFormat; CSV may be spelt in capitals. */
export function formatName(className: string): string {
  return simpleName(className)
    .replace(/^CloudStorage/, '')
    .replace(/^CSV/, 'Csv')
}

/** Where the sink put its objects. */
export function folderLayout(config: ConfluentSourceConfig): FolderLayout {
  return {
    topicsDir: config['topics.dir'],
    delimiter: config['directory.delim'],
    depth: folderDepth(config),
    atOnce: config['bucket.scan.executor.threads'],
  }
}

/** How many levels of folders the partitioner makes. */
function folderDepth(config: OfConfluent): number {
  switch (simpleName(config['partitioner.class'])) {
    case 'FieldPartitioner':
      return config['partition.field.name'].length
    case 'TimeBasedPartitioner':
      return pathDepth(config['path.format'], config['directory.delim'])
    case 'DailyPartitioner':
      return 3
    case 'HourlyPartitioner':
      return 4
    default:
      return 1
  }
}

function pathDepth(format: string, delimiter: string): number {
  if (isBlank(format)) return 0
  const path = format.endsWith(delimiter) ? format.slice(0, -delimiter.length) : format
  return path.split(delimiter).length
}

/** The way to the bucket, by the sink's keys: two of the source's are called otherwise. Throws a ConfigError. */
export function confluentBucket(config: ConfluentSourceConfig): StoreSettings {
  return storeSettingsOf({
    ...config,
    's3.path.style.access.enabled': config['s3.path.style.access'],
    's3.proxy.user': config['s3.proxy.username'],
    // Nothing is written.
    ...{ 's3.sse.kms.key.id': '', 's3.acl.canned': null, 's3.send.digest': false },
  })
}

/** The topic of an object by `topic.regex.list`; null where none matches. */
export function topicChooser(list: readonly string[]): (key: string) => string | null {
  const rules = list.map((entry) => {
    const colon = entry.indexOf(':')
    return { topic: entry.slice(0, colon), pattern: new JavaPattern(entry.slice(colon + 1)) }
  })
  return (key) => rules.find(({ pattern }) => pattern.matches(key))?.topic ?? null
}
