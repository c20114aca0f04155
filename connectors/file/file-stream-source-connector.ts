import { ConnectError, SourceConnector, createLogger } from 'sluice/api'
import type {
  ConfigDef,
  ConfigValue,
  ConnectorConfig,
  ExactlyOnceSupport,
  SourceOffsetChange,
} from 'sluice/api'
import { fileSourceConfig, lineConfig, version } from './config.ts'
import { FileStreamSourceTask } from './file-stream-source-task.ts'

const log = createLogger('org.apache.kafka.connect.file.FileStreamSourceConnector')

/** Reads one file, or standard input, line by line. One task, whatever `tasks.max` says. */
export class FileStreamSourceConnector extends SourceConnector {
  #props: ConnectorConfig = {}

  version(): string {
    return version
  }

  config(): ConfigDef {
    return fileSourceConfig
  }

  override validate(config: ConnectorConfig): readonly ConfigValue[] {
    const values = fileSourceConfig.validate(config)
    return 'line.max.bytes' in config ? [...values, ...lineConfig.validate(config)] : values
  }

  start(props: ConnectorConfig): void {
    this.#props = props
    log.info(`Starting file source connector reading from ${fileOf(props) ?? 'standard input'}`)
  }

  taskClass(): typeof FileStreamSourceTask {
    return FileStreamSourceTask
  }

  taskConfigs(): readonly ConnectorConfig[] {
    return [this.#props]
  }

  stop(): void {
    // Nothing was opened.
  }

  /** A file can be read again from any position, standard input cannot. */
  override exactlyOnceSupport(config: ConnectorConfig): ExactlyOnceSupport {
    return fileOf(config) === null ? 'UNSUPPORTED' : 'SUPPORTED'
  }

  override alterOffsets(config: ConnectorConfig, changes: readonly SourceOffsetChange[]): boolean {
    if (fileOf(config) === null) {
      throw new ConnectError(
        "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked.",
      )
    }
    for (const change of changes) checkChange(change)
    return true
  }
}

function fileOf(props: ConnectorConfig): string | null {
  const { file } = fileSourceConfig.parse(props)
  return file === '' ? null : file
}

/** The order of the checks is Java's, and with it which message a client sees. */
function checkChange({ partition, offset }: SourceOffsetChange): void {
  if (offset === null) return
  if (!('position' in offset)) {
    throw new ConnectError("Offset objects should either be null or contain the key 'position'")
  }
  const { position } = offset
  if (typeof position !== 'bigint' && !Number.isInteger(position)) {
    throw new ConnectError(
      "The value for the 'position' key in the offset is expected to be a Long value",
    )
  }
  if ((position as number | bigint) < 0) {
    throw new ConnectError(
      "The value for the 'position' key in the offset should be a non-negative value",
    )
  }
  if (partition === null) throw new ConnectError('Partition objects cannot be null')
  if (!('filename' in partition)) {
    throw new ConnectError("Partition objects should contain the key 'filename'")
  }
}
