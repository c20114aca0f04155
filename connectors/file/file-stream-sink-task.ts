import { ConnectError, SinkTask, createLogger, javaToString } from 'sluice/api'
import type { ConnectorConfig, SinkRecord } from 'sluice/api'
import { fileSinkConfig, version } from './config.ts'
import { LineWriter } from './line-writer.ts'
import { openFileOutput, openStandardOutput } from './output.ts'

const log = createLogger('org.apache.kafka.connect.file.FileStreamSinkTask')

/** Writes each record's value as a line, as Java prints it, to a file or to standard output. */
export class FileStreamSinkTask extends SinkTask {
  static readonly className = 'org.apache.kafka.connect.file.FileStreamSinkTask'

  #writer: LineWriter | null = null

  version(): string {
    return version
  }

  async start(props: ConnectorConfig): Promise<void> {
    const { file } = fileSinkConfig.parse(props)
    const output =
      file === null || file === '' ? openStandardOutput() : await openFileOutput(file, log)
    this.#writer = new LineWriter(output)
  }

  put(records: readonly SinkRecord[]): undefined | Promise<undefined> {
    const writer = this.#started()
    for (let index = 0; index < records.length; index++) {
      const record = records[index]
      if (record === undefined || writer.append(lineOf(record))) continue
      return this.#putRest(writer, records.slice(index))
    }
    writer.pushOut()
    return undefined
  }

  override flush(): Promise<void> {
    return this.#started().flush()
  }

  async stop(): Promise<void> {
    const writer = this.#writer
    this.#writer = null
    await writer?.close()
  }

  #started(): LineWriter {
    if (this.#writer === null) throw new ConnectError('The file sink task was not started.')
    return this.#writer
  }

  /** Goes on where the buffer was full. */
  async #putRest(writer: LineWriter, records: readonly SinkRecord[]): Promise<undefined> {
    for (const record of records) {
      const line = lineOf(record)
      if (writer.append(line)) continue
      await writer.makeRoom()
      if (!writer.append(line)) await writer.writeLong(line)
    }
    writer.pushOut()
  }
}

function lineOf({ value, valueSchema }: SinkRecord): string {
  return typeof value === 'string' ? value : javaToString(value, valueSchema)
}
