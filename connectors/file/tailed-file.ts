import type { FileHandle } from 'node:fs/promises'
import { open, stat } from 'node:fs/promises'
import { ConnectError } from 'sluice/api'
import type { Logger } from 'sluice/api'
import { LineBuffer } from './line-buffer.ts'
import type { LineSource, ReadOutcome } from './line-source.ts'
import { Wakeup } from './wakeup.ts'
import type { StopWatching, WatchFile } from './watch-file.ts'

export interface TailedFileOptions {
  readonly file: string
  /** Byte to begin at. */
  readonly position: number
  readonly maxLineBytes: number
  readonly log: Logger
  readonly watchFile: WatchFile
  /** How often the file is looked at where nothing says that it changed. Java's task sleeps as long. */
  readonly pollMs?: number
}

interface OpenFile {
  readonly handle: FileHandle
  readonly device: number
  readonly inode: number
  size: number
}

/**
 * A file that is read to its end and then followed.
 *
 * missing → (it appears) → open → (another file takes its name) → replaced → (quiet for `pollMs`) → missing, at 0.
 * A file that became shorter than what was read of it stays open and is read from 0.
 */
export class TailedFile implements LineSource {
  readonly lines: LineBuffer
  readonly #file: string
  readonly #maxLineBytes: number
  readonly #log: Logger
  readonly #watchFile: WatchFile
  readonly #pollMs: number
  readonly #wakeup = new Wakeup()
  #open: OpenFile | null = null
  #watching: Promise<StopWatching | null> | null = null
  #missingReported = false
  /** Since when, in milliseconds, another file bears the name and the one that is open has brought nothing. */
  #replacedSince: number | null = null

  constructor(options: TailedFileOptions) {
    this.#file = options.file
    this.#maxLineBytes = options.maxLineBytes
    this.#log = options.log
    this.#watchFile = options.watchFile
    this.#pollMs = options.pollMs ?? 1000
    this.lines = new LineBuffer(options.maxLineBytes, options.position)
  }

  get unreadBytes(): number | null {
    return this.#open === null ? null : Math.max(this.#open.size - this.lines.readPosition, 0)
  }

  async read(): Promise<ReadOutcome> {
    // Whatever changes from here on is seen by this read or shortens the wait after it.
    this.#wakeup.clear()
    const opened = this.#open ?? (await this.#tryOpen())
    if (opened === null) return this.#nothing()
    const room = this.lines.room()
    if (room === 0) throw this.#lineTooLong()
    const { bytes, end, readPosition } = this.lines
    const { bytesRead } = await this.#attempt('read', () =>
      opened.handle.read(bytes, end, room, readPosition),
    )
    if (bytesRead === 0) return this.#atEnd(opened)
    this.lines.add(bytesRead)
    this.#replacedSince = null
    return 'read'
  }

  wait(signal: AbortSignal): Promise<void> {
    return this.#wakeup.wait(this.#pollMs, signal)
  }

  async close(): Promise<void> {
    const stopWatching = await this.#watching
    this.#watching = null
    await stopWatching?.()
    await this.#closeFile()
  }

  async #tryOpen(): Promise<OpenFile | null> {
    const handle = await this.#openHandle()
    if (handle === null) return null
    this.#missingReported = false
    try {
      this.#open = await this.#examine(handle)
      return this.#open
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async #openHandle(): Promise<FileHandle | null> {
    try {
      return await open(this.#file, 'r')
    } catch (error) {
      if (!isMissing(error)) throw this.#failure('open', error)
      if (!this.#missingReported) {
        this.#missingReported = true
        this.#log.warn(
          `Couldn't find file ${this.#file} for FileStreamSourceTask, sleeping to wait for it to be created`,
        )
      }
      return null
    }
  }

  /** Checks that the file can be followed and that the position lies in it. */
  async #examine(handle: FileHandle): Promise<OpenFile> {
    const stats = await handle.stat()
    if (!stats.isFile()) {
      const kind = stats.isDirectory() ? 'a directory' : 'no regular file'
      throw new ConnectError(
        `Cannot read ${this.#file}: it is ${kind}. Name a regular file in "file", or leave "file" out to read standard input.`,
      )
    }
    const position = this.lines.readPosition
    if (position > stats.size) {
      this.#log.warn(
        `Position ${position} lies behind the end of ${this.#file} (${stats.size} bytes): the file was truncated or replaced. It is read from its beginning.`,
      )
      this.lines.restart(0)
    } else if (position > 0 && !(await followsTerminator(handle, position))) {
      this.#log.warn(
        `Position ${position} of ${this.#file} lies within a line: the file was replaced, or the position comes from elsewhere. What is left of that line becomes a record.`,
      )
    }
    return { handle, device: stats.dev, inode: stats.ino, size: stats.size }
  }

  /** Nothing more can be read now: finds out whether the file was truncated or replaced. */
  async #atEnd(opened: OpenFile): Promise<ReadOutcome> {
    const stats = await this.#statPath()
    if (stats === null) return this.#nothing()
    if (stats.dev !== opened.device || stats.ino !== opened.inode) return this.#whenReplaced()
    opened.size = stats.size
    if (stats.size >= this.lines.readPosition) return this.#nothing()
    const dropped = this.lines.pendingBytes
    this.#log.warn(
      `${this.#file} was truncated to ${stats.size} bytes after ${this.lines.readPosition} had been read${dropped > 0 ? `, the last ${dropped} of them without a line terminator: these are dropped` : ''}. It is read from its beginning.`,
    )
    this.lines.restart(0)
    return 'read'
  }

  /** Whoever writes may still have the old file open: it is finished only once it has been quiet for a while. */
  async #whenReplaced(): Promise<ReadOutcome> {
    const now = performance.now()
    this.#replacedSince ??= now
    if (now - this.#replacedSince < this.#pollMs) return this.#nothing()
    this.#log.info(
      `${this.#file} was replaced by another file: the old one was read to its end, the new one is read from its beginning.`,
    )
    this.#replacedSince = null
    await this.#closeFile()
    return 'ended'
  }

  async #statPath(): Promise<{ readonly dev: number; readonly ino: number; size: number } | null> {
    try {
      return await stat(this.#file)
    } catch (error) {
      if (isMissing(error)) return null
      throw this.#failure('look at', error)
    }
  }

  /** The end is reached for now; from here on changes are watched for. */
  #nothing(): ReadOutcome {
    this.#watching ??= this.#startWatching()
    return 'nothing'
  }

  async #startWatching(): Promise<StopWatching | null> {
    const cannot = (error: unknown): void => {
      this.#log.warn(
        `Cannot watch ${this.#file} for changes; it is looked at every ${this.#pollMs} ms instead.`,
        error,
      )
    }
    try {
      return await this.#watchFile(this.#file, () => this.#wakeup.notify(), cannot)
    } catch (error) {
      cannot(error)
      return null
    }
  }

  async #closeFile(): Promise<void> {
    const opened = this.#open
    this.#open = null
    await opened?.handle.close()
  }

  async #attempt<T>(action: string, operation: () => Promise<T>): Promise<T> {
    try {
      return await operation()
    } catch (error) {
      throw this.#failure(action, error)
    }
  }

  #failure(action: string, cause: unknown): ConnectError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new ConnectError(
      `Cannot ${action} ${this.#file} at byte ${this.lines.readPosition}: ${reason}. Check that the worker's user may read it, then restart the task.`,
      { cause },
    )
  }

  #lineTooLong(): ConnectError {
    return new ConnectError(
      `The line at byte ${this.lines.position} of ${this.#file} is longer than ${this.#maxLineBytes} bytes, the most a line may have. Raise "line.max.bytes" of the connector, or mend the file.`,
    )
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

async function followsTerminator(handle: FileHandle, position: number): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, position - 1)
  return buffer[0] === 10 || buffer[0] === 13
}
