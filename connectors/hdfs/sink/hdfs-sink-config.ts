import { configDef, isBlank, mergeConfigDefs } from 'sluice/api'
import type { ConfigOf, ConnectorConfig, KeySpec } from 'sluice/api'
import {
  partitionerKeys,
  refuseConflicts,
  simpleName,
  storageCommonKeys,
  storageSinkKeys,
} from 'sluice/storage'
import type { Conflict } from 'sluice/storage'
import {
  bufferKeys,
  hdfs3Keys,
  hdfsKeys,
  kerberosConflicts,
  kerberosKeys,
  ownKeys,
} from '../config/hdfs-keys.ts'
import { hiveKeys, hiveServerKeys } from '../config/hive-keys.ts'
import { hiveConflicts } from '../hive/check-hive-config.ts'
import { HdfsPaths } from './hdfs-paths.ts'

/** The releases of Confluent's sinks whose keys and files these are. */
export const version = '10.3.0'
export const version3 = '1.2.0'

const formats = [
  'avro.AvroFormat',
  'json.JsonFormat',
  'parquet.ParquetFormat',
  'orc.OrcFormat',
  'string.StringFormat',
]
const formatClasses = (name: string): string[] =>
  formats.map((format) => `io.confluent.connect.${name}.${format}`)
const allFormats = [...formatClasses('hdfs'), ...formatClasses('hdfs3')]

const formatKey = (name: string) =>
  ({
    'format.class': {
      type: 'class',
      classes: allFormats,
      default: `io.confluent.connect.${name}.avro.AvroFormat`,
      importance: 'high',
      doc: 'What files hold: Avro, JSON, Parquet or text.',
    },
  }) as const satisfies Record<string, KeySpec>

const keys = {
  ...storageSinkKeys,
  ...hdfsKeys,
  ...kerberosKeys,
  ...hiveKeys,
  ...storageCommonKeys,
  ...partitionerKeys,
}

/** The keys of Confluent's HdfsSinkConnector. */
export const hdfsSinkConfig = configDef({ ...formatKey('hdfs'), ...keys })
/** The keys of Confluent's Hdfs3SinkConnector. */
export const hdfs3SinkConfig = configDef({ ...formatKey('hdfs3'), ...keys, ...hdfs3Keys })

const allKeys = mergeConfigDefs(
  hdfsSinkConfig,
  configDef({ ...ownKeys, ...bufferKeys, ...hiveServerKeys }),
)
export type HdfsSinkConfig = ConfigOf<typeof allKeys>

/** Reads a configuration of either connector. Throws a ConfigError. */
export function parseHdfsSinkConfig(props: ConnectorConfig): HdfsSinkConfig {
  const config = allKeys.parse(props)
  refuseConflicts(conflicts(config))
  return config
}

/** What keys say against each other, and what is not to be had here. */
export function conflicts(config: ConfigOf<typeof hdfsSinkConfig>): Conflict[] {
  const found: Conflict[] = []
  const add = (name: string, message: string): void => {
    found.push({ name, message })
  }
  if (isBlank(config['store.url']) && isBlank(config['hdfs.url'])) {
    add('store.url', 'Configuration store.url cannot be empty.')
  }
  if (config['rotate.schedule.interval.ms'] > 0 && isBlank(config.timezone)) {
    add('timezone', 'timezone configuration must be set when using scheduled rotation')
  }
  if (simpleName(config['format.class']) === 'OrcFormat') {
    add('format.class', 'ORC files cannot be written here. Use Avro, Parquet, JSON or text.')
  }
  found.push(...kerberosConflicts(config), ...hiveConflicts(config))
  try {
    HdfsPaths.of(config, '/')
  } catch (error) {
    add('topics.dir', error instanceof Error ? error.message : String(error))
  }
  return found
}
