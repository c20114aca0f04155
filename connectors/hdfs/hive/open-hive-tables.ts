import { ConfigError, isBlank } from 'sluice/api'
import type { Logger } from 'sluice/api'
import { schemaCompatibilityOf, simpleName } from 'sluice/storage'
import { avroMapping } from '../sink/file-formats.ts'
import type { HdfsPaths } from '../sink/hdfs-paths.ts'
import type { HdfsSinkConfig } from '../sink/hdfs-sink-config.ts'
import { readHadoopConf } from '../webhdfs/hadoop-conf.ts'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import { joinPath } from '../webhdfs/path-text.ts'
import { topicPlace } from './check-hive-config.ts'
import { hiveSessions } from './driver-session.ts'
import { hiveEndpoint } from './hive-endpoint.ts'
import type { OpenHiveSession } from './hive-session.ts'
import { HiveTable } from './hive-table.ts'
import { HiveTables } from './hive-tables.ts'
import { AvroTableFormat, parquetTableFormat } from './table-format.ts'
import { TableLayout } from './table-layout.ts'

/** What Java's driver sends where none is set: HiveServer2 asks for some. */
const noPassword = 'anonymous'

export interface HiveOptions {
  readonly config: HdfsSinkConfig
  readonly hdfs: Hdfs
  /** What stands before paths in tables: `hdfs://host:9000`. */
  readonly root: string
  readonly paths: HdfsPaths
  /** Who writes to HDFS. */
  readonly user: string
  readonly log: Logger
}

/** The tables of a task; null where none are to be kept. Hive is not asked yet. Rejects with a ConfigError. */
export async function openHiveTables(options: HiveOptions): Promise<HiveTables | null> {
  const { config, user } = options
  if (!config['hive.integration']) return null
  const folder = config['hive.conf.dir']
  const endpoint = hiveEndpoint({
    url: config['hive.server2.url'],
    metastoreUris: config['hive.metastore.uris'],
    conf: isBlank(folder) ? new Map<string, string>() : await readHiveConf(folder),
  })
  const own = config['hive.server2.user']
  const open = await hiveSessions({
    endpoint,
    user: endpoint.user ?? (isBlank(own) ? user : own),
    password: endpoint.password ?? config['hive.server2.password']?.value ?? noPassword,
    timeoutMs: config['hive.server2.timeout.ms'],
  })
  return hiveTables(options, open)
}

/** The same, with other sessions. */
export function hiveTables(
  { config, hdfs, root, paths, log }: Omit<HiveOptions, 'user'>,
  open: OpenHiveSession,
): HiveTables {
  const layout = new TableLayout(config)
  const parquet = simpleName(config['format.class']) === 'ParquetFormat'
  const format = parquet ? parquetTableFormat : new AvroTableFormat(avroMapping(config))
  const compatibility = schemaCompatibilityOf(config['schema.compatibility'])
  const tableNameOf = (topic: string): string =>
    // Hive has no capitals in names.
    config['hive.table.name']
      .replaceAll(topicPlace, () => topic.replace(/[.-]/g, '_'))
      .toLowerCase()
  return new HiveTables({
    ...{ open, log, tableNameOf },
    retryBackoffMs: Math.max(1, Number(config['retry.backoff.ms'])),
    tableOf: (topic) => {
      const directory = joinPath(paths.topicsDir(topic), topic)
      return new HiveTable({
        ...{ topic, layout, format, compatibility },
        name: { database: config['hive.database'], table: tableNameOf(topic) },
        location: `${root}${directory}`,
        listDirectories: (signal) =>
          directoriesBelow(hdfs, directory, layout.columns.length, signal),
      })
    },
  })
}

async function readHiveConf(folder: string): Promise<ReadonlyMap<string, string>> {
  try {
    return await readHadoopConf(folder, ['hive-site.xml'])
  } catch (cause) {
    throw new ConfigError(
      `Invalid value ${folder} for configuration hive.conf.dir: there is no hive-site.xml in it that can be read.`,
      { cause },
    )
  }
}

/** The directories so many levels below one, by their paths from there. */
async function directoriesBelow(
  hdfs: Hdfs,
  top: string,
  levels: number,
  signal: AbortSignal,
): Promise<string[]> {
  let found = ['']
  for (let level = 0; level < levels; level++) {
    const deeper: string[] = []
    for (const each of found) {
      for (const { name, isDirectory } of (await hdfs.list(joinPath(top, each), signal)) ?? []) {
        if (isDirectory) deeper.push(each === '' ? name : `${each}/${name}`)
      }
    }
    found = deeper
  }
  return found
}
