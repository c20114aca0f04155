import type { SinkRecord, TopicPartition } from 'sluice/api'
import { isDataError } from '../data-errors.ts'
import type { FileCommitter } from '../file-committer.ts'
import { abortFile } from '../open-file.ts'
import type { OpenFile } from '../open-file.ts'
import type { Outcome, PartitionWriter } from '../partition-writer.ts'
import { Progress } from '../progress.ts'
import { GroupFiles } from './group-files.ts'
import type { GroupFilesOptions } from './group-files.ts'

/** So many files of a partition are open at most; then all are completed, also before the worker asks for it. */
const mostOpenFiles = 2000
/** Full files are completed so many at once. */
const fullAtOnce = 8

export interface GroupWriterOptions extends GroupFilesOptions {
  readonly committer: FileCommitter
}

/**
 * Writes the records of one partition of Kafka as Aiven's sink does: files stay open until the worker asks what is durable, or they are full; the offsets
 * of all of them are committed together.
 */
export class GroupWriter implements PartitionWriter {
  readonly topicPartition: TopicPartition
  readonly #options: GroupWriterOptions
  readonly #files: GroupFiles
  readonly #progress = new Progress()
  /** There is no schedule: {@link rotate} is asked for by the worker's commits. */
  readonly dueMs = Number.POSITIVE_INFINITY

  constructor(options: GroupWriterOptions, topicPartition: TopicPartition) {
    this.#options = options
    this.topicPartition = topicPartition
    this.#files = new GroupFiles(options)
  }

  get committable(): number | null {
    return this.#progress.committable
  }

  get files(): Iterable<OpenFile> {
    return this.#files.open
  }

  get lastFile(): OpenFile | null {
    return this.#files.lastFile
  }

  isDue(): boolean {
    return false
  }

  offer(record: SinkRecord, nowMs: number): Outcome {
    const offset = Number(record.originalKafkaOffset)
    this.#progress.begin(offset)
    const { open, full } = this.#files
    try {
      this.#files.add(record, offset, nowMs)
    } catch (error) {
      if (isDataError(error)) this.#progress.handled(offset, open.size > 0)
      throw error
    }
    this.#progress.handled(offset, open.size > 0)
    const most = Math.max(open.size, this.#files.superseded.length)
    return full.size >= fullAtOnce || most >= mostOpenFiles ? 'full' : 'written'
  }

  async rotate(_nowMs: number, signal: AbortSignal): Promise<void> {
    const files = this.#files
    await this.#drop(files.superseded, signal)
    await this.#complete([...files.open], signal)
    files.forget()
    this.#progress.completed()
  }

  async completeFull(nowMs: number, signal: AbortSignal): Promise<void> {
    const files = this.#files
    if (files.open.size >= mostOpenFiles) {
      await this.rotate(nowMs, signal)
      return
    }
    const { superseded } = files
    files.superseded = []
    await this.#drop(superseded, signal)
    await this.#complete([...files.full], signal)
    files.full.clear()
    if (files.open.size === 0) this.#progress.completed()
  }

  async rewind(error: unknown, _nowMs: number, signal: AbortSignal): Promise<number | null> {
    await this.abort(signal)
    return this.#progress.rewind(error)
  }

  async abort(signal: AbortSignal): Promise<void> {
    const left = [...this.#files.superseded, ...this.#files.open]
    this.#files.forget()
    await this.#drop(left, signal)
  }

  async #complete(files: readonly OpenFile[], signal: AbortSignal): Promise<void> {
    await this.#options.committer.complete(files, this.#files.covered, signal)
    for (const file of files) this.#files.open.delete(file)
    await this.#drop(files, signal)
  }

  async #drop(files: readonly OpenFile[], signal: AbortSignal): Promise<void> {
    for (const file of files) await abortFile(file, this.#options.parts, signal)
  }
}
