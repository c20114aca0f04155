import { SourceRecord, createLogger } from 'sluice/api'
import { UnreadableError } from 'sluice/storage'
import type { FileReader, RecordBatch } from 'sluice/storage'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import type { FileQueue } from './file-queue.ts'
import { hdfsBytes } from './hdfs-bytes.ts'
import type { HdfsSourceConfig } from './hdfs-source-config.ts'
import type { SourceFile } from './source-files.ts'

const log = createLogger('io.confluent.connect.hdfs3.Hdfs3SourceTask')

export interface FileReadingOptions {
  readonly config: Pick<HdfsSourceConfig, 'behavior.on.error' | 'record.batch.max.size'>
  readonly hdfs: Hdfs
  readonly reader: FileReader
  readonly queue: FileQueue
}

/** A file that is open: its batches, of which the next is asked for before the one before is given away. */
interface OpenFile {
  readonly file: SourceFile
  readonly signal: AbortSignal
  readonly batches: AsyncGenerator<RecordBatch, void, undefined>
  next: Promise<IteratorResult<RecordBatch, void>>
}

/** Reads the files of a queue, one after another. */
export class FileReading {
  readonly #options: FileReadingOptions
  #open: OpenFile | null = null

  constructor(options: FileReadingOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#open !== null
  }

  /** The next records; none where a file has ended, or was passed over, or there is no file. */
  async next(signal: AbortSignal): Promise<SourceRecord[]> {
    const open = (this.#open ??= this.#begin(signal))
    if (open === null) return []
    try {
      return await this.#read(open)
    } catch (error) {
      await this.leave()
      signal.throwIfAborted()
      // Paused and resumed meanwhile: the file is opened again where its reading stopped.
      if (open.signal.aborted) return []
      if (!(error instanceof UnreadableError)) throw error
      this.#passOver(open.file, error)
      return []
    }
  }

  /** Closes what is open; it is opened again behind the last record that was given away. */
  async leave(): Promise<void> {
    const open = this.#open
    this.#open = null
    if (open === null) return
    open.next.catch(() => undefined)
    await open.batches.return().catch((error: unknown) => {
      log.debug(`Leaving ${open.file.path}: ${error instanceof Error ? error.message : 'gone'}`)
    })
  }

  #begin(signal: AbortSignal): OpenFile | null {
    const { config, hdfs, reader, queue } = this.#options
    const found = queue.next()
    if (found === null) return null
    const { file, from } = found
    const batches = reader.read(hdfsBytes(hdfs, file.path, file.bytes), {
      ...{ from, signal, compression: 'none' },
      batchRecords: config['record.batch.max.size'],
    })
    return { file, signal, batches, next: batches.next() }
  }

  async #read(open: OpenFile): Promise<SourceRecord[]> {
    const { queue } = this.#options
    const { done, value } = await open.next
    if (done === true) {
      queue.read(open.file, Number.MAX_SAFE_INTEGER, true)
      this.#open = null
      return []
    }
    open.next = open.batches.next()
    // Whether there is more: the last record of a file says so in its offset.
    const ended = await open.next.then(
      (result) => result.done === true,
      // Whoever asks for it next hears of the error: what was read before it comes first.
      () => false,
    )
    return toRecords(queue, open.file, value, ended)
  }

  #passOver(file: SourceFile, error: UnreadableError): void {
    const { config, queue } = this.#options
    const behavior = config['behavior.on.error'].toLowerCase()
    if (behavior === 'fail') throw error
    if (behavior === 'log') log.warn('A record is left out', error)
    queue.read(file, error.next ?? Number.MAX_SAFE_INTEGER, error.next === null)
  }
}

/** Hot. One object a record besides its offset. */
function toRecords(
  queue: FileQueue,
  file: SourceFile,
  { first, schema, values }: RecordBatch,
  ended: boolean,
): SourceRecord[] {
  const { source, topic, partition } = file
  const last = values.length - 1
  const records: SourceRecord[] = []
  for (let index = 0; index <= last; index++) {
    const offset = queue.read(file, first + index + 1, ended && index === last)
    const value = values[index]
    records.push(new SourceRecord(source, offset, topic, partition, null, null, schema, value))
  }
  return records
}
