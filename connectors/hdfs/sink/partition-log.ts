import { randomUUID } from 'node:crypto'
import { RetriableError } from 'sluice/api'
import type { Logger, TopicPartition } from 'sluice/api'
import type { HdfsBody } from '../webhdfs/exchange.ts'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import { joinPath, parentOf } from '../webhdfs/path-text.ts'
import { exceptionOf } from '../webhdfs/remote-exception.ts'
import type { HdfsPaths } from './hdfs-paths.ts'
import { PartitionClaim, TakenOverError } from './partition-claim.ts'
import { recover } from './recovery.ts'
import { encodeLog } from './write-ahead-log.ts'
import type { LogEntry } from './write-ahead-log.ts'

/** Files of a partition that are uploaded at once. */
const filesAtOnce = 4

/** A file whose records are all there, and the name that it is to get. */
export interface FinishedFile {
  readonly final: string
  readonly extension: string
  readonly body: HdfsBody
}

export interface PartitionLogOptions {
  readonly hdfs: Hdfs
  readonly paths: HdfsPaths
  /** What stands before paths in the log: `hdfs://host:9000`. */
  readonly root: string
  readonly topicPartition: TopicPartition
  readonly log: Logger
}

/**
 * Gives the files of a partition their names so that either all have them or none, whenever the process dies:
 *
 * 1. They are uploaded under other names, and their lengths checked: a client that dies leaves a file that is finished and too short.
 * 2. The log is uploaded under another name, too. It says which file gets which name.
 * 3. No other task has claimed the partition.
 * 4. The log gets its name: from here on {@link recover} completes what follows.
 * 5. The files get theirs.
 *
 * A claim is taken before anything is removed that was not named by the log, and it is looked for after everything was uploaded: a task that was held up either
 * sees the claim of the next one, or finds its own files gone.
 */
export class PartitionLog {
  readonly #options: PartitionLogOptions
  readonly #dir: string
  readonly #claim: PartitionClaim
  readonly #directories = new Set<string>()

  constructor(options: PartitionLogOptions) {
    this.#options = options
    this.#dir = options.paths.logDir(options.topicPartition)
    this.#claim = new PartitionClaim(options.hdfs, this.#dir)
  }

  /** Takes the partition over and completes what was begun. Answers with the offset behind all records that are kept; null where there are none. */
  async recover(signal: AbortSignal): Promise<number | null> {
    const names = await this.#claim.take(signal)
    this.#directories.clear()
    const { hdfs, paths, root, topicPartition, log } = this.#options
    return await recover(
      { ...{ hdfs, root, topicPartition, log, names }, dir: this.#dir },
      {
        topicDir: joinPath(paths.topicsDir(topicPartition.topic), topicPartition.topic),
        tempDir: paths.tempDir(topicPartition),
      },
      signal,
    )
  }

  /** Invariant 1: the records of the files are durable, under their names, once this resolves. After an error {@link recover} comes first. */
  async commit(files: readonly FinishedFile[], signal: AbortSignal): Promise<void> {
    const temps = await this.#upload(files, signal)
    const newLog = await this.#uploadLog(files, temps, signal)
    await this.#claim.check(signal)
    await this.#publish(newLog, signal)
    for (const [index, { final, body }] of files.entries()) {
      await this.#name(temps[index] ?? '', final, body.bytes, signal)
    }
  }

  async #upload(files: readonly FinishedFile[], signal: AbortSignal): Promise<readonly string[]> {
    const dir = this.#options.paths.tempDir(this.#options.topicPartition)
    const temps = files.map(({ extension }) => `${dir}/${randomUUID()}_tmp${extension}`)
    for (let at = 0; at < files.length; at += filesAtOnce) {
      const group = files.slice(at, at + filesAtOnce)
      const done = await Promise.allSettled(
        group.map(({ body }, index) => this.#write(temps[at + index] ?? '', body, signal)),
      )
      const failed = done.find((each) => each.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    }
    return temps
  }

  async #uploadLog(
    files: readonly FinishedFile[],
    temps: readonly string[],
    signal: AbortSignal,
  ): Promise<string> {
    const { root } = this.#options
    const entries = files.map(({ final }, index): LogEntry => ({
      temp: root + (temps[index] ?? ''),
      final: root + final,
    }))
    const bytes = encodeLog(entries)
    const path = joinPath(this.#dir, `${randomUUID()}_tmp`)
    await this.#write(path, { bytes: bytes.length, read: () => [bytes] }, signal)
    return path
  }

  /**
   * Writes a file whole, and looks whether it is. Its name is never used again: a request that was taken for lost may still be acted on, and would put its part of the
   * file in the place of all of it.
   */
  async #write(path: string, body: HdfsBody, signal: AbortSignal): Promise<void> {
    const { hdfs } = this.#options
    try {
      await hdfs.create(path, body, { overwrite: false }, signal)
    } catch (error) {
      // It was removed before its end had come.
      if (exceptionOf(error) === 'FileNotFoundException') throw this.#takenOver(path, error)
      throw error
    }
    const found = await hdfs.status(path, signal)
    if (found?.bytes === body.bytes) return
    throw new RetriableError(
      `${path} has ${found === null ? 'gone' : `${found.bytes} bytes`}, ${body.bytes} were written.`,
    )
  }

  async #publish(newLog: string, signal: AbortSignal): Promise<void> {
    const { hdfs } = this.#options
    const name = joinPath(this.#dir, 'log')
    try {
      if (await hdfs.replace(newLog, name, signal)) return
    } catch (error) {
      throw exceptionOf(error) === 'FileNotFoundException' ? this.#takenOver(newLog, error) : error
    }
    // HttpFS replaces nothing: the log before is kept aside, so that there is always one.
    const last = `${name}.1`
    await hdfs.delete(last, signal)
    await hdfs.rename(name, last, signal)
    if (!(await hdfs.rename(newLog, name, signal))) throw this.#takenOver(newLog, null)
  }

  async #name(temp: string, final: string, bytes: number, signal: AbortSignal): Promise<void> {
    const { hdfs, log } = this.#options
    const directory = parentOf(final)
    if (!this.#directories.has(directory)) {
      await hdfs.makeDirectory(directory, signal)
      this.#directories.add(directory)
    }
    if (await hdfs.rename(temp, final, signal)) return
    this.#directories.delete(directory)
    const found = await hdfs.status(final, signal)
    if (found === null) throw this.#takenOver(temp, null)
    // The same records under the same name: another run was there before.
    if (found.bytes !== bytes) {
      log.warn(`${final} is there already, with ${found.bytes} bytes and not ${bytes}: it is kept.`)
    }
    await hdfs.delete(temp, signal)
  }

  #takenOver(path: string, cause: unknown): TakenOverError {
    return new TakenOverError(`${path} is gone: another task writes the partition by now.`, {
      cause,
    })
  }
}
