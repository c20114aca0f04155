import { ConfigError } from 'sluice/api'
import { schemaCompatibilityOf, simpleName } from 'sluice/storage'
import type { Conflict, PartitionerConfig } from 'sluice/storage'
import { TableLayout } from './table-layout.ts'

export interface HiveCheckConfig extends PartitionerConfig {
  readonly 'hive.integration': boolean
  readonly 'hive.table.name': string
  readonly 'schema.compatibility': string
  readonly 'format.class': string
  readonly 'store.url': string | null
  readonly 'hdfs.url': string | null
}

export const topicPlace = '${topic}'

/** What the keys of Hive say against others. */
export function hiveConflicts(config: HiveCheckConfig): Conflict[] {
  if (!config['hive.integration']) return []
  const found: Conflict[] = []
  if (schemaCompatibilityOf(config['schema.compatibility']) === 'NONE') {
    const message = 'Hive Integration requires schema compatibility to be BACKWARD, FORWARD or FULL'
    found.push({ name: 'schema.compatibility', message })
  }
  const format = simpleName(config['format.class'])
  if (format !== 'AvroFormat' && format !== 'ParquetFormat') {
    const message = `tables of Hive are kept for Avro and Parquet, not for ${format}. Set io.confluent.connect.hdfs.avro.AvroFormat, or io.confluent.connect.hdfs.parquet.ParquetFormat.`
    found.push({ name: 'format.class', message })
  }
  const url = config['store.url'] ?? config['hdfs.url'] ?? ''
  if (/^https?:/.test(url)) {
    const message = `tables are to lie at ${url}, where Hive looks for no files. Set the hdfs:// URL, and this one as webhdfs.url.`
    found.push({ name: 'store.url', message })
  }
  const name = config['hive.table.name']
  if (!name.includes(topicPlace)) {
    const message = `${name} has to contain ${topicPlace}, so that every topic has a table of its own.`
    found.push({ name: 'hive.table.name', message })
  }
  try {
    new TableLayout(config)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    found.push({ name: 'path.format', message: error.message })
  }
  return found
}
