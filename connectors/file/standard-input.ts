import { constants, fstatSync, openSync, read } from 'node:fs'
import { Socket } from 'node:net'
import { ReadStream, isatty } from 'node:tty'
import { promisify } from 'node:util'
import { ConnectError } from 'sluice/api'
import type { Logger } from 'sluice/api'
import { LineBuffer } from './line-buffer.ts'
import type { LineSource, ReadOutcome } from './line-source.ts'
import { Wakeup } from './wakeup.ts'

const STDIN = 0
const readFd = promisify(read)

/**
 * A thread's own way to standard input, opened once. A blocking read would hold back the end of the thread, and
 * `process.stdin` is the main thread's; so pipes and terminals are opened anew, without blocking. Null where
 * standard input is a file, which never blocks.
 */
let shared: Socket | null | undefined
/** What the task before had read and not sent: it cannot be read again, so it is the next one's. */
let leftover = Buffer.alloc(0)

/** Lines of standard input. They have no position: none of it is read again after a restart. */
export class StandardInput implements LineSource {
  readonly lines: LineBuffer
  readonly unreadBytes = null
  readonly #maxLineBytes: number
  readonly #log: Logger
  readonly #stream: Socket | null
  readonly #wakeup = new Wakeup()
  #endReported = false

  constructor(maxLineBytes: number, log: Logger) {
    this.lines = new LineBuffer(maxLineBytes)
    this.#maxLineBytes = maxLineBytes
    this.#log = log
    if (shared === undefined) shared = openStdin()
    this.#stream = shared
    for (const event of ['readable', 'end', 'error']) this.#stream?.on(event, this.#notify)
    this.#stream?.ref()
  }

  async read(): Promise<ReadOutcome> {
    this.#wakeup.clear()
    const room = this.lines.room()
    if (room === 0) throw this.#lineTooLong()
    const count = this.#readLeftover(room) || (await this.#readNew(room))
    if (count === 0) return 'nothing'
    this.lines.add(count)
    return 'read'
  }

  wait(signal: AbortSignal): Promise<void> {
    return this.#wakeup.wait(1000, signal)
  }

  close(): Promise<void> {
    for (const event of ['readable', 'end', 'error']) this.#stream?.off(event, this.#notify)
    // The stream stays for the task that comes next, and holds back nothing meanwhile.
    this.#stream?.unref()
    leftover = Buffer.concat([this.lines.pending(), leftover])
    this.lines.restart(0)
    return Promise.resolve()
  }

  readonly #notify = (): void => {
    this.#wakeup.notify()
  }

  #readLeftover(room: number): number {
    const count = leftover.copy(this.lines.bytes, this.lines.end, 0, room)
    leftover = leftover.subarray(count)
    return count
  }

  #readNew(room: number): number | Promise<number> {
    return this.#stream === null ? this.#readFile(room) : this.#readStream(this.#stream, room)
  }

  #readStream(stream: Socket, room: number): number {
    if (stream.errored !== null) throw cannotRead(stream.errored)
    const chunk: unknown = stream.read(Math.min(room, stream.readableLength) || undefined)
    if (!Buffer.isBuffer(chunk)) {
      if (stream.readableEnded) this.#reportEnd()
      return 0
    }
    return chunk.copy(this.lines.bytes, this.lines.end)
  }

  async #readFile(room: number): Promise<number> {
    const { bytes, end } = this.lines
    try {
      const { bytesRead } = await readFd(STDIN, bytes, end, room, null)
      if (bytesRead === 0) this.#reportEnd()
      return bytesRead
    } catch (error) {
      throw cannotRead(error)
    }
  }

  #reportEnd(): void {
    if (this.#endReported) return
    this.#endReported = true
    const rest = this.lines.pendingBytes
    this.#log.info(
      `Standard input has ended${rest > 0 ? `; its last ${rest} bytes lack a line terminator and are not sent` : ''}.`,
    )
  }

  #lineTooLong(): ConnectError {
    return new ConnectError(
      `A line of standard input is longer than ${this.#maxLineBytes} bytes, the most a line may have. Raise "line.max.bytes" of the connector.`,
    )
  }
}

function openStdin(): Socket | null {
  const stats = fstatSync(STDIN)
  const terminal = isatty(STDIN)
  if (!terminal && !stats.isFIFO() && !stats.isSocket()) return null
  const fd = reopened()
  const stream = terminal ? new ReadStream(fd) : new Socket({ fd, readable: true, writable: false })
  // Whoever reads next is told of an error; without this listener it would end the thread.
  return stream.on('error', () => undefined)
}

/** A descriptor of our own: closed with the thread, while descriptor 0 stays open for the next. */
function reopened(): number {
  try {
    return openSync('/dev/stdin', constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    // A socket, or a pipe of another user, cannot be opened by name.
    return STDIN
  }
}

function cannotRead(cause: unknown): ConnectError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ConnectError(`Cannot read standard input: ${reason}.`, { cause })
}
