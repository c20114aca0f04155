import type { Writable } from 'node:stream'
import { delay } from './abort.ts'
import type { LogEntry } from './logger.ts'

/** Most bytes that wait for a reader. */
const defaultMostBytes = 4 * 1024 * 1024
const recheckMs = 10

/**
 * Writes the log without ever waiting: what a full pipe does not take is kept up to a bound, and beyond it dropped. How
 * many lines that were is said as soon as there is room again. A stream that fails (a reader that has gone, a full device)
 * loses its lines; the worker goes on.
 */
export class LogWriter {
  readonly #stream: Writable
  readonly #format: (entry: LogEntry) => string
  readonly #mostBytes: number
  #dropped = 0

  constructor(
    stream: Writable,
    format: (entry: LogEntry) => string,
    mostBytes: number = defaultMostBytes,
  ) {
    this.#stream = stream
    this.#format = format
    this.#mostBytes = mostBytes
    stream.on('error', () => this.#dropped++)
    stream.on('drain', () => this.#tellDropped())
  }

  write(entry: LogEntry): void {
    if (this.#stream.writableLength >= this.#mostBytes) {
      this.#dropped++
      return
    }
    this.#tellDropped()
    this.#stream.write(this.#bytesOf(entry))
  }

  /** Whether something written is still on its way. */
  get pending(): boolean {
    return this.#stream.writableLength > 0
  }

  /** Resolves once everything has been taken, or nothing of it was for `graceMs`. */
  async flush(graceMs: number): Promise<void> {
    let left = this.#stream.writableLength
    for (let waitedMs = 0; left > 0 && waitedMs < graceMs; waitedMs += recheckMs) {
      await delay(recheckMs)
      if (this.#stream.writableLength < left) waitedMs = 0
      left = this.#stream.writableLength
    }
  }

  #bytesOf(entry: LogEntry): Buffer {
    const bytes = Buffer.from(this.#format(entry))
    if (bytes.length <= this.#mostBytes) return bytes
    const message = `${entry.message.slice(0, 1000)} … (cut: ${bytes.length} bytes are more than the log takes at once)`
    return Buffer.from(this.#format({ ...entry, message, trace: '' }))
  }

  #tellDropped(): void {
    if (this.#dropped === 0 || this.#stream.writableLength >= this.#mostBytes) return
    const count = this.#dropped
    this.#dropped = 0
    const message = `${count} lines of the log were dropped: whoever reads standard output did not take them in time.`
    const logger = 'org.apache.kafka.connect.runtime.Loggers'
    const at = { timestamp: Date.now(), level: 'WARN', logger, context: '' } as const
    this.#stream.write(this.#bytesOf({ ...at, message }))
  }
}
