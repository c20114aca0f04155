import { SinkTask, createLogger } from 'sluice/api'
import type {
  ConnectorConfig,
  PartitionOffset,
  RejectedRecord,
  SinkRecord,
  TopicPartition,
} from 'sluice/api'
import { sinkWorkerOf } from 'sluice/storage'
import { hdfsUser, openHdfs } from '../config/open-hdfs.ts'
import type { HiveTables } from '../hive/hive-tables.ts'
import { openHiveTables } from '../hive/open-hive-tables.ts'
import { parseHdfsSinkConfig, version } from './hdfs-sink-config.ts'
import { HdfsPaths } from './hdfs-paths.ts'
import { HdfsWriters } from './hdfs-writers.ts'
import { openParts, prepareDirectories } from './open-parts.ts'

const log = createLogger('io.confluent.connect.hdfs.HdfsSinkTask')

/** Keeps what it is given in files that have their names before their offsets are committed. */
export class HdfsSinkTask extends SinkTask {
  static readonly className: string = 'io.confluent.connect.hdfs.HdfsSinkTask'

  #writers: HdfsWriters | null = null
  #close: (() => Promise<void>) | null = null
  #tables: HiveTables | null = null
  /** How long what is left to do for tables may take at the end. */
  #tablesMs = 0

  version(): string {
    return version
  }

  async start(props: ConnectorConfig, signal: AbortSignal): Promise<void> {
    const config = parseHdfsSinkConfig(props)
    const { client, address, close } = await openHdfs(config)
    this.#close = close
    const paths = HdfsPaths.of(config, address.base)
    const place = { config, hdfs: client, log }
    this.#tables = await openHiveTables({
      ...{ ...place, paths, root: address.root, user: hdfsUser(config) },
    })
    this.#tablesMs = Number(config['shutdown.timeout.ms'])
    const parts = await openParts({ ...place, address, tables: this.#tables })
    await prepareDirectories(config, parts, log, signal)
    this.#writers = new HdfsWriters({
      parts,
      retryBackoffMs: Number(config['retry.backoff.ms']),
      ...sinkWorkerOf(this.context),
    })
  }

  override open(partitions: readonly TopicPartition[]): void {
    this.#started().open(partitions)
  }

  async put(
    records: readonly SinkRecord[],
    signal: AbortSignal,
  ): Promise<readonly RejectedRecord[] | undefined> {
    return await this.#started().put(records, signal)
  }

  override preCommit(): Promise<readonly PartitionOffset[]> {
    return Promise.resolve(this.#started().takeCommittable())
  }

  override close(partitions: readonly TopicPartition[]): void {
    this.#writers?.close(partitions)
  }

  async stop(): Promise<void> {
    const writers = this.#writers
    this.#writers = null
    await writers?.stop()
    await this.#tables?.stop(this.#tablesMs)
    this.#tables = null
    await this.#close?.()
    this.#close = null
  }

  #started(): HdfsWriters {
    if (this.#writers === null) throw new Error('The HDFS sink task was not started.')
    return this.#writers
  }
}

/** The same, by the name that it has with HDFS 3. */
export class Hdfs3SinkTask extends HdfsSinkTask {
  static override readonly className = 'io.confluent.connect.hdfs3.Hdfs3SinkTask'
}
