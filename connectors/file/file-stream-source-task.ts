import { ConnectError, STRING_SCHEMA, SourceRecord, SourceTask, createLogger } from 'sluice/api'
import type {
  ConnectorConfig,
  SourceOffset,
  SourcePartition,
  SourceProgress,
  SourceTaskContext,
} from 'sluice/api'
import { fileSourceConfig, lineConfig, version } from './config.ts'
import type { LineSource } from './line-source.ts'
import { StandardInput } from './standard-input.ts'
import { TailedFile } from './tailed-file.ts'
import { watchFile } from './watch-file.ts'

const log = createLogger('org.apache.kafka.connect.file.FileStreamSourceTask')
const noPosition: SourceOffset = { position: null }

/** Sends the lines of a file, or of standard input, as strings. `position` is the byte after the line's terminator. */
export class FileStreamSourceTask extends SourceTask {
  static readonly className = 'org.apache.kafka.connect.file.FileStreamSourceTask'

  #input: LineSource | null = null
  #name = ''
  #isFile = false
  #topic = ''
  #batchSize = 0
  #partition: SourcePartition = {}
  #invalidLines = 0

  version(): string {
    return version
  }

  /** Lines so far that were not UTF-8 and went on with U+FFFD in place of what could not be read. */
  get invalidLines(): number {
    return this.#invalidLines
  }

  async start(props: ConnectorConfig, signal: AbortSignal): Promise<void> {
    const config = fileSourceConfig.parse(props)
    const maxLineBytes = lineConfig.parse(props)['line.max.bytes']
    const { file } = config
    this.#topic = config.topic
    // Java counts after it has added one, so a size below 1 works as 1.
    this.#batchSize = Math.max(config['batch.size'], 1)
    this.#partition = { filename: file }
    this.#isFile = file !== null && file !== ''
    this.#name = file !== null && file !== '' ? file : 'standard input'
    if (file === null || file === '') {
      this.#input = new StandardInput(maxLineBytes, log)
      return
    }
    const position = await storedPosition(this.context, this.#partition, signal)
    this.#input = new TailedFile({ file, position, maxLineBytes, log, watchFile })
  }

  poll(signal: AbortSignal): readonly SourceRecord[] | Promise<readonly SourceRecord[] | null> {
    const input = this.#started()
    const records = this.#takeLines(input)
    return records.length > 0 ? records : this.#readOn(input, signal)
  }

  async stop(): Promise<void> {
    const input = this.#input
    this.#input = null
    if (input === null) return
    if (this.#invalidLines > 0) {
      log.warn(`${this.#invalidLines} lines of ${this.#name} were not UTF-8.`)
    }
    await input.close()
  }

  override progress(): SourceProgress {
    const unread = this.#input?.unreadBytes ?? null
    return unread === null ? {} : { lag: unread, unit: 'bytes' }
  }

  #started(): LineSource {
    if (this.#input === null) throw new ConnectError('The file source task was not started.')
    return this.#input
  }

  /** Reads until there is a line; where there is nothing to read, waits once. */
  async #readOn(input: LineSource, signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    let waited = false
    while (!signal.aborted) {
      const outcome = await input.read()
      const records = outcome === 'ended' ? this.#takeRest(input) : this.#takeLines(input)
      if (records.length > 0) return records
      if (outcome !== 'nothing') continue
      if (waited) return null
      waited = true
      await input.wait(signal)
    }
    return null
  }

  /** Hot: whole lines that have been read, at most a batch of them. */
  #takeLines(input: LineSource): SourceRecord[] {
    const { lines } = input
    const records: SourceRecord[] = []
    const from = lines.position
    const timestamp = Date.now()
    while (records.length < this.#batchSize && lines.next()) {
      records.push(this.#record(lines.text(), lines.position, timestamp))
    }
    if (records.length > 0) this.#countInvalid(lines.countInvalid(from))
    return records
  }

  /** The unterminated end of a file that another has replaced. Position 0 is where the reading goes on. */
  #takeRest({ lines }: LineSource): SourceRecord[] {
    const from = lines.position
    const records = lines.takeRest() ? [this.#record(lines.text(), 0, Date.now())] : []
    this.#countInvalid(lines.countInvalid(from))
    lines.restart(0)
    return records
  }

  #record(line: string, position: number, timestamp: number): SourceRecord {
    return new SourceRecord(
      this.#partition,
      this.#isFile ? { position } : noPosition,
      this.#topic,
      null,
      null,
      null,
      STRING_SCHEMA,
      line,
      timestamp,
    )
  }

  #countInvalid(count: number): void {
    if (count > 0 && this.#invalidLines === 0) {
      log.warn(
        `${this.#name} holds bytes that are not UTF-8, near byte ${this.#started().lines.position}; they are sent as U+FFFD. Such lines are counted and not reported one by one.`,
      )
    }
    this.#invalidLines += count
  }
}

/** The position committed for this file; 0 where there is none. */
async function storedPosition(
  context: SourceTaskContext,
  partition: SourcePartition,
  signal: AbortSignal,
): Promise<number> {
  const offset = await context.offsetStorageReader.offset(partition, signal)
  const position = offset?.position ?? 0
  // Beyond 2^53 there is no file: such a position is found to lie behind the end.
  if (typeof position === 'bigint') return Number(position)
  if (typeof position === 'number' && Number.isInteger(position)) return position
  throw new ConnectError(
    `Offset position is the incorrect type: expected an integer for ${JSON.stringify(partition)}, found ${JSON.stringify(position)}. Alter or reset the offsets of the connector.`,
  )
}
