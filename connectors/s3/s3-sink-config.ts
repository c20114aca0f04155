import { configDef, mergeConfigDefs } from 'sluice/api'
import type { ConfigOf, ConnectorConfig, KeySpec } from 'sluice/api'
import {
  partitionerKeys,
  refuseConflicts,
  storageCommonKeys,
  storageSinkKeys,
} from 'sluice/storage'
import type { Conflict } from 'sluice/storage'
import { s3ClientKeys } from './s3-client-keys.ts'
import { s3ObjectKeys } from './s3-object-keys.ts'

/** The release of Confluent's sink whose keys and objects these are. */
export const version = '12.2.0'

const formats = [
  'avro.AvroFormat',
  'json.JsonFormat',
  'bytearray.ByteArrayFormat',
  'parquet.ParquetFormat',
]
const formatClasses = formats.map((name) => `io.confluent.connect.s3.format.${name}`)
const [avroFormat = ''] = formatClasses

const formatKeys = {
  'format.class': {
    type: 'class',
    classes: formatClasses,
    importance: 'high',
    doc: 'What objects hold: Avro, JSON, bytes or Parquet.',
  },
  'keys.format.class': {
    type: 'class',
    classes: formatClasses,
    default: avroFormat,
    importance: 'low',
    doc: 'What the objects of keys hold.',
  },
  'headers.format.class': {
    type: 'class',
    classes: formatClasses.filter((name) => !name.endsWith('.ByteArrayFormat')),
    default: avroFormat,
    importance: 'low',
    doc: 'What the objects of headers hold.',
  },
} as const satisfies Record<string, KeySpec>

/** The keys of Confluent's S3SinkConnector. */
export const s3SinkConfig = configDef({
  ...formatKeys,
  ...storageSinkKeys,
  ...s3ClientKeys,
  ...s3ObjectKeys,
  ...storageCommonKeys,
  ...partitionerKeys,
})

/** What we take beyond Confluent's keys. Apart, so that the keys the REST API lists stay Confluent's. */
export const ownConfig = configDef({
  's3.buffer.memory': {
    type: 'long',
    default: 256 * 1024 * 1024,
    min: 16 * 1024 * 1024,
    importance: 'medium',
    doc: 'How many bytes of objects a task holds in memory. Beyond it what is largest goes to a temporary file.',
  },
})

const allKeys = mergeConfigDefs(s3SinkConfig, ownConfig)
export type S3SinkConfig = ConfigOf<typeof allKeys>

/** Reads a configuration. Throws a ConfigError. */
export function parseS3SinkConfig(props: ConnectorConfig): S3SinkConfig {
  const config = allKeys.parse(props)
  // Taken as it stands: a separator may be white space.
  const separator = props['format.bytearray.separator'] ?? null
  const parsed = { ...config, 'format.bytearray.separator': separator }
  refuseConflicts(conflicts(parsed))
  return parsed
}

/** What keys say against each other. */
export function conflicts(
  config: Pick<S3SinkConfig, keyof ConfigOf<typeof s3SinkConfig>>,
): Conflict[] {
  const found: Conflict[] = []
  if (config['rotate.schedule.interval.ms'] > 0 && config.timezone.trim() === '') {
    const message = 'timezone configuration must be set when using scheduled rotation'
    found.push({ name: 'timezone', message })
  }
  if (config['s3.wan.mode'] && config['s3.path.style.access.enabled']) {
    const message = 's3.wan.mode and s3.path.style.access.enabled cannot both be true'
    found.push({ name: 's3.wan.mode', message })
    found.push({ name: 's3.path.style.access.enabled', message })
  }
  const writesTombstones = config['behavior.on.null.values'].toLowerCase() === 'write'
  if (writesTombstones && !config['store.kafka.keys']) {
    const message = 'store.kafka.keys must be true to write records without a value'
    found.push({ name: 'behavior.on.null.values', message })
  }
  const tagKey = 's3.object.tagging.key.value.pairs'
  const noPair = config[tagKey].find((pair) => !/^[^:]+:/.test(pair))
  if (noPair !== undefined) {
    found.push({ name: tagKey, message: `expected key:value, and found ${noPair}` })
  }
  if (config['s3.compression.type'] === 'gzip') found.push(...compressionConflicts(config))
  return found
}

function compressionConflicts(
  config: Pick<S3SinkConfig, keyof ConfigOf<typeof s3SinkConfig>>,
): Conflict[] {
  const used = [['data', 'format.class', true] as const]
  const more = [
    ['keys', 'keys.format.class', config['store.kafka.keys']] as const,
    ['headers', 'headers.format.class', config['store.kafka.headers']] as const,
  ]
  return [...used, ...more]
    .filter(([, key, on]) => on && /\.(?:Avro|Parquet)Format$/.test(config[key]))
    .map(([what, key]) => ({
      name: key,
      message: `Compression Type gzip not valid for ${what} format class: ( ${config[key]} ).`,
    }))
}
