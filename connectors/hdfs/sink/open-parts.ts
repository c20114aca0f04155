import { ConfigError } from 'sluice/api'
import type { Logger } from 'sluice/api'
import { JodaZone, SpillFile, createPartitioner, schemaCompatibilityOf } from 'sluice/storage'
import type { TableKeeper } from '../hive/hive-tables.ts'
import type { HdfsAddress } from '../webhdfs/find-addresses.ts'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import { joinPath } from '../webhdfs/path-text.ts'
import { loadFormat } from './file-formats.ts'
import { HdfsPaths } from './hdfs-paths.ts'
import type { HdfsSinkConfig } from './hdfs-sink-config.ts'
import type { SinkParts } from './sink-parts.ts'

export interface OpenPartsOptions {
  readonly config: HdfsSinkConfig
  readonly hdfs: Hdfs
  readonly address: Pick<HdfsAddress, 'root' | 'base'>
  readonly log: Logger
  readonly tables?: TableKeeper | null
}

/** What the writers of a task share, by its configuration. Rejects with a ConfigError. */
export async function openParts(options: OpenPartsOptions): Promise<SinkParts> {
  const { config, hdfs, address, log, tables = null } = options
  const partitioner = createPartitioner(config)
  const scheduleMs = Number(config['rotate.schedule.interval.ms'])
  return {
    ...{ log, hdfs, partitioner, tables, root: address.root },
    paths: HdfsPaths.of(config, address.base),
    format: await loadFormat(config),
    rotation: {
      flushSize: config['flush.size'],
      intervalMs: Number(config['rotate.interval.ms']),
      byRecordTime: partitioner.byTime && partitioner.deterministic,
      scheduleMs,
      zone: scheduleMs > 0 ? new JodaZone(config.timezone) : null,
      compatibility: schemaCompatibilityOf(config['schema.compatibility']),
    },
    // Other delimiters may be set, and are not used.
    names: {
      topicsDir: config['topics.dir'],
      directoryDelimiter: '/',
      fileDelimiter: '+',
      padWidth: config['filename.offset.zero.pad.width'],
    },
    spill: new SpillFile(),
    budget: { used: 0, limit: Number(config['hdfs.buffer.memory']) },
  }
}

/**
 * Makes the directories, where their names do not depend on topics, and looks whether the server keeps a plus in a name: some
 * releases of Hadoop 3.1 and 3.2 make a space of it, and every file would get a wrong name.
 */
export async function prepareDirectories(
  config: HdfsSinkConfig,
  { hdfs, paths }: Pick<SinkParts, 'hdfs' | 'paths'>,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  if (config['topics.dir'].includes('${')) return
  const topics = paths.topicsDir('')
  log.debug(`Files are kept below ${topics}`)
  await hdfs.makeDirectory(joinPath(topics, '+tmp'), signal)
  const names = (await hdfs.list(topics, signal)) ?? []
  if (names.some(({ name }) => name === '+tmp')) return
  throw new ConfigError(
    `This server does not keep a plus in names: ${topics}/+tmp is not there after it was made. Hadoop 3.1.0 to 3.1.2 and 3.2.0 are known for it (HDFS-14423): use a later release, or HttpFS of one.`,
  )
}
