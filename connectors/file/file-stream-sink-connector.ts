import { SinkConnector, createLogger } from 'sluice/api'
import type { ConfigDef, ConnectorConfig } from 'sluice/api'
import { fileSinkConfig, version } from './config.ts'
import { FileStreamSinkTask } from './file-stream-sink-task.ts'

const log = createLogger('org.apache.kafka.connect.file.FileStreamSinkConnector')

/** Writes topics to one file, or to standard output. Several tasks append whole lines to the same file. */
export class FileStreamSinkConnector extends SinkConnector {
  #props: ConnectorConfig = {}

  version(): string {
    return version
  }

  config(): ConfigDef {
    return fileSinkConfig
  }

  start(props: ConnectorConfig): void {
    this.#props = props
    const { file } = fileSinkConfig.parse(props)
    const name = file === null || file === '' ? 'standard output' : file
    log.info(`Starting file sink connector writing to ${name}`)
  }

  taskClass(): typeof FileStreamSinkTask {
    return FileStreamSinkTask
  }

  taskConfigs(maxTasks: number): readonly ConnectorConfig[] {
    return Array.from({ length: maxTasks }, () => this.#props)
  }

  stop(): void {
    // Nothing was opened.
  }

  /** Nothing is kept beyond the group's offsets, so any change is fine. */
  override alterOffsets(): boolean {
    return true
  }
}
