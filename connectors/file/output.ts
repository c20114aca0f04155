import { close, constants, fdatasync, fstatSync, open, openSync, write } from 'node:fs'
import type { Stats } from 'node:fs'
import { open as openHandle } from 'node:fs/promises'
import { isatty } from 'node:tty'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ConnectError } from 'sluice/api'
import type { Logger } from 'sluice/api'

const STDOUT = 1
const openFd = promisify(open)
const writeFd = promisify(write)
const syncFd = promisify(fdatasync)
const closeFd = promisify(close)

/** Where a sink task's bytes go: a file that is appended to, or standard output. */
export interface Output {
  /** Resolves once the first `length` bytes of `bytes` have been handed to the system. */
  write(bytes: Buffer, length: number): Promise<void>
  /** Makes durable what was written, where this kind of output can be. */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens `file` to append to it. Where it does not end in a newline, one is written first: a kill may have torn a line,
 * and the next record must not become part of it. Nothing is ever cut off: the end may be the user's.
 */
export async function openFileOutput(file: string, log: Logger): Promise<Output> {
  // Without O_NONBLOCK a named pipe that nobody reads would block a thread of the pool for good.
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants
  let fd: number
  try {
    fd = await openFd(file, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK)
  } catch (cause) {
    throw new ConnectError(
      `Couldn't find or create file '${file}' for FileStreamSinkTask: ${adviceOn(cause)}`,
      { cause },
    )
  }
  const stats = fstatSync(fd)
  const output = new FdOutput({ fd, name: file, stats, folder: path.dirname(file), owned: true })
  try {
    if (stats.isFile() && stats.size > 0 && !(await endsInNewline(file, stats.size, log))) {
      await output.write(Buffer.from('\n'), 1)
    }
    return output
  } catch (error) {
    await output.close()
    throw error
  }
}

/**
 * Standard output. A pipe or terminal is opened anew without blocking, so that a reader that has stopped reading
 * holds back this task alone and not the end of its thread.
 */
export function openStandardOutput(): Output {
  const stats = fstatSync(STDOUT)
  const fd = stats.isFIFO() || isatty(STDOUT) ? reopened() : STDOUT
  return new FdOutput({ fd, name: 'standard output', stats, folder: null, owned: fd !== STDOUT })
}

function reopened(): number {
  try {
    return openSync('/dev/stdout', constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    // A pipe of another user cannot be opened by name.
    return STDOUT
  }
}

interface FdOutputOptions {
  readonly fd: number
  readonly name: string
  readonly stats: Stats
  /** The folder of a file, synced with it where the file is new. */
  readonly folder: string | null
  /** Whether `close` closes the descriptor. */
  readonly owned: boolean
}

class FdOutput implements Output {
  readonly #fd: number
  readonly #name: string
  readonly #isFile: boolean
  readonly #owned: boolean
  #unsyncedFolder: string | null

  constructor({ fd, name, stats, folder, owned }: FdOutputOptions) {
    this.#fd = fd
    this.#name = name
    this.#isFile = stats.isFile()
    this.#owned = owned
    this.#unsyncedFolder = stats.isFile() && stats.size === 0 ? folder : null
  }

  async write(bytes: Buffer, length: number): Promise<void> {
    let written = 0
    let waitMs = 1
    while (written < length) {
      try {
        const { bytesWritten } = await writeFd(this.#fd, bytes, written, length - written, null)
        written += bytesWritten
        waitMs = 1
      } catch (cause) {
        if (codeOf(cause) !== 'EAGAIN') throw this.#failure('write', cause)
        await delay(waitMs)
        waitMs = Math.min(waitMs * 2, 20)
      }
    }
  }

  async sync(): Promise<void> {
    if (!this.#isFile) return
    try {
      await syncFd(this.#fd)
      if (this.#unsyncedFolder !== null) await syncFolder(this.#unsyncedFolder)
      this.#unsyncedFolder = null
    } catch (cause) {
      throw this.#failure('sync', cause)
    }
  }

  async close(): Promise<void> {
    if (this.#owned) await closeFd(this.#fd)
  }

  #failure(action: string, cause: unknown): ConnectError {
    return new ConnectError(
      `Cannot ${action} ${this.#name}: ${adviceOn(cause)} Then restart the task: records whose offsets are not committed are written again.`,
      { cause },
    )
  }
}

async function endsInNewline(file: string, size: number, log: Logger): Promise<boolean> {
  try {
    await using handle = await openHandle(file, 'r')
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
    return buffer[0] === 10
  } catch (error) {
    log.warn(
      `Cannot read ${file}, so nobody knows whether it ends in a newline; a line torn by an earlier kill may run into the next.`,
      error,
    )
    return true
  }
}

/** A new file is durable only once its folder is; not every file system lets a folder be synced. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await openHandle(folder, 'r')
    await handle.sync()
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EINVAL', 'EISDIR', 'ENOTSUP'].includes(codeOf(error))) throw error
  }
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on its device. Free some.',
  EDQUOT: "the quota of the worker's user is used up. Raise it or free some space.",
  EACCES: 'the worker\'s user may not write it. Grant that, or name another file in "file".',
  EPERM: 'the worker\'s user may not write it. Grant that, or name another file in "file".',
  EROFS: 'its file system is read-only. Name a file elsewhere in "file".',
  EISDIR: 'it is a directory. Name a file in "file".',
  ENOENT: 'its folder does not exist. Create it, or name another file in "file".',
  ENOTDIR: 'a part of its path is no folder. Correct "file".',
  ENXIO: 'it is a named pipe that nobody reads. Start its reader first.',
  EPIPE: 'whoever read it has gone. Start the reader anew.',
  EFBIG: 'it has reached the largest size allowed. Name another file in "file".',
}

/** What the system said and what to do about it, as whole sentences. */
function adviceOn(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return advice[codeOf(cause)] ?? `${reason}.`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
