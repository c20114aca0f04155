import { installClasses } from '../registry/install.ts'

/** Avro's and Parquet's readers of files, for an oracle. */
export function installFileReaders(): Promise<string> {
  return installClasses('files', 'storage/parquet-pom.xml')
}
