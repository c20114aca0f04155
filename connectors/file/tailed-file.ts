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
  /** As of the last look at it. */
  size: number
}

/**
 * A file that is read to its end and then followed.
 *
 * missing → (it appears) → open → (another file takes its name) → replaced → (at its end, quiet for `pollMs`) →
 * open, with that other file, at 0.
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
  /**
   * The files that have taken the name since, oldest first. Held open: whatever is renamed or deleted while there is
   * still a lot to read of the one before is not lost.
   */
  readonly #successors: OpenFile[] = []
  #lookedAt = 0
  #watching: Promise<StopWatching | null> | null = null
  #missingReported = false
  /** Since when, in milliseconds, the file that is open is replaced and has brought nothing. */
  #quietSince: number | null = null

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
    this.#quietSince = null
    // A long way behind, the end is not reached for hours: files come and go meanwhile.
    if (performance.now() - this.#lookedAt >= this.#pollMs) await this.#look(opened)
    return 'read'
  }

  wait(signal: AbortSignal): Promise<void> {
    return this.#wakeup.wait(this.#pollMs, signal)
  }

  async close(): Promise<void> {
    const stopWatching = await this.#watching
    this.#watching = null
    await stopWatching?.()
    const files = [this.#open, ...this.#successors.splice(0)]
    this.#open = null
    for (const file of files) await file?.handle.close()
  }

  async #tryOpen(): Promise<OpenFile | null> {
    const handle = await this.#openHandle()
    if (handle === null) return null
    this.#missingReported = false
    this.#open = await this.#described(handle)
    await this.#checkPosition(this.#open)
    return this.#open
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

  /** Checks that the file can be followed; else closes it. */
  async #described(handle: FileHandle): Promise<OpenFile> {
    const stats = await handle.stat()
    if (stats.isFile()) return { handle, device: stats.dev, inode: stats.ino, size: stats.size }
    await handle.close()
    const kind = stats.isDirectory() ? 'a directory' : 'no regular file'
    throw new ConnectError(
      `Cannot read ${this.#file}: it is ${kind}. Name a regular file in "file", or leave "file" out to read standard input.`,
    )
  }

  /** Says where the position does not fit the file, and begins anew where it lies behind the end. */
  async #checkPosition({ handle, size }: OpenFile): Promise<void> {
    const position = this.lines.readPosition
    if (position > size) {
      this.#log.warn(
        `Position ${position} lies behind the end of ${this.#file} (${size} bytes): the file was truncated or replaced. It is read from its beginning.`,
      )
      this.lines.restart(0)
    } else if (position > 0 && !(await followsTerminator(handle, position))) {
      this.#log.warn(
        `Position ${position} of ${this.#file} lies within a line: the file was replaced, or the position comes from elsewhere. What is left of that line becomes a record.`,
      )
    }
  }

  /** Nothing more can be read now: finds out whether the file was truncated or replaced. */
  async #atEnd(opened: OpenFile): Promise<ReadOutcome> {
    const seen = await this.#look(opened)
    if (this.#successors.length > 0) return this.#whenReplaced(opened)
    if (!seen || opened.size >= this.lines.readPosition) return this.#nothing()
    const dropped = this.lines.pendingBytes
    this.#log.warn(
      `${this.#file} was truncated to ${opened.size} bytes after ${this.lines.readPosition} had been read${dropped > 0 ? `, the last ${dropped} of them without a line terminator: these are dropped` : ''}. It is read from its beginning.`,
    )
    this.lines.restart(0)
    return 'read'
  }

  /** Looks at what bears the name now, and opens it where it is new. Returns whether it is `opened`. */
  async #look(opened: OpenFile): Promise<boolean> {
    this.#lookedAt = performance.now()
    const stats = await this.#statPath()
    if (stats === null) return false
    const newest = this.#successors.at(-1) ?? opened
    if (stats.dev === newest.device && stats.ino === newest.inode) {
      newest.size = stats.size
      return newest === opened
    }
    const handle = await this.#openHandle()
    if (handle !== null) this.#successors.push(await this.#described(handle))
    return false
  }

  /** Whoever writes may still have the old file open: it is finished only once it has been quiet for a while. */
  async #whenReplaced(opened: OpenFile): Promise<ReadOutcome> {
    const now = performance.now()
    this.#quietSince ??= now
    if (now - this.#quietSince < this.#pollMs) return this.#nothing()
    this.#log.info(
      `${this.#file} was replaced by another file: the old one was read to its end, the new one is read from its beginning.`,
    )
    this.#quietSince = null
    this.#open = this.#successors.shift() ?? null
    await opened.handle.close()
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
