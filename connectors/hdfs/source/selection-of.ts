import { joinPath } from '../webhdfs/path-text.ts'
import { isGeneric } from './hdfs-source-config.ts'
import type { HdfsSourceConfig } from './hdfs-source-config.ts'
import { AnyFiles, SinkFiles } from './source-files.ts'
import type { FileSelection } from './source-files.ts'

/** Which files a configuration means. Throws a ConfigError. */
export function selectionOf(config: HdfsSourceConfig): FileSelection {
  return isGeneric(config)
    ? new AnyFiles(config['topic.regex.list'])
    : new SinkFiles(config['filename.regex'])
}

/** The directory that is read, below the one of the URL. */
export function directoryOf(config: HdfsSourceConfig, base: string): string {
  return joinPath('/', base, config['topics.dir'])
}
