import { traceOf } from '../errors/connect-error.ts'
import { ranks, registerLoggers, thresholdOf } from './log-levels.ts'
import type { LogLevel } from './log-levels.ts'

/**
 * Log lines as the Java worker writes them: `[2026-11-21 10:00:00,000] INFO [connector|task-0] message (logger)`.
 * A plugin thread sends its entries to the main thread; the main thread writes them to standard output.
 */

/** One line of the log, before it is formatted. `context` is `[connector|task-0] `, or empty. */
export interface LogEntry {
  readonly timestamp: number
  readonly level: LogLevel
  readonly logger: string
  readonly context: string
  readonly message: string
  /** Trace of the error logged with the message. */
  readonly trace?: string
  /** The plugin thread it comes from; the main thread where it is left out. */
  readonly thread?: string
}

export interface Logger {
  readonly name: string
  error(message: string, error?: unknown): void
  warn(message: string, error?: unknown): void
  info(message: string): void
  debug(message: string): void
  trace(message: string): void
  isEnabled(level: LogLevel): boolean
  /** The same logger with Java's connector context, e.g. `[local-file-source|task-0] `. */
  withContext(context: string): Logger
}

/** Takes every entry that is to be logged. Set once a thread; by default entries go to standard output. */
export type LogSink = (entry: LogEntry) => void

let sink: LogSink = (entry) => {
  process.stdout.write(formatEntry(entry))
}

export function setLogSink(next: LogSink): void {
  sink = next
}

/** Logs an entry made elsewhere, in a plugin thread: its level has been judged there. */
export function forwardLogEntry(entry: LogEntry): void {
  sink(entry)
}

/** A logger under Java's name for the same thing, e.g. `org.apache.kafka.connect.runtime.WorkerSinkTask`. */
export function createLogger(name: string, context = ''): Logger {
  registerLoggers([name])
  const threshold = thresholdOf(name)
  const isEnabled = (level: LogLevel): boolean => ranks[level] <= threshold()
  const log = (level: LogLevel, message: string, error?: unknown): void => {
    if (!isEnabled(level)) return
    const entry = { timestamp: Date.now(), level, logger: name, context, message }
    sink(error === undefined ? entry : { ...entry, trace: traceOf(error) })
  }
  return {
    name,
    isEnabled,
    error: (message, error) => log('ERROR', message, error),
    warn: (message, error) => log('WARN', message, error),
    info: (message) => log('INFO', message),
    debug: (message) => log('DEBUG', message),
    trace: (message) => log('TRACE', message),
    withContext: (other) => createLogger(name, other),
  }
}

/** Java's pattern `[%d] %p %X{connector.context}%m (%c)%n`; the trace follows on lines of its own. */
export function formatEntry(entry: LogEntry): string {
  const { timestamp, level, context, message, logger, trace } = entry
  const time = new Date(timestamp).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23)
  return `[${time}] ${level} ${context}${message} (${logger})\n${trace ?? ''}`
}
