import type { Logger } from 'sluice/api'
import type { FileFormat, NameStyle, Partitioner, SpillFile } from 'sluice/storage'
import type { TableKeeper } from '../hive/hive-tables.ts'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import type { HdfsPaths } from './hdfs-paths.ts'
import type { HdfsRotationRules } from './hdfs-rotation.ts'
import type { MemoryBudget } from './spooled-file.ts'

/** What the writers of a task share. */
export interface SinkParts {
  readonly log: Logger
  readonly hdfs: Hdfs
  readonly paths: HdfsPaths
  /** What stands before paths in logs: `hdfs://host:9000`. */
  readonly root: string
  readonly partitioner: Partitioner
  readonly format: FileFormat
  readonly rotation: HdfsRotationRules
  readonly names: NameStyle
  readonly spill: SpillFile
  readonly budget: MemoryBudget
  /** Null where no tables are kept. */
  readonly tables: TableKeeper | null
}
