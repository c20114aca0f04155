import { charactersOf } from '../messages/log-gate.ts'
import type { LogGate } from '../messages/log-gate.ts'
import type { ThreadSettings } from '../messages/thread-settings.ts'
import { setLogLevel, watchLoggerNames } from '../util/log-levels.ts'
import { createLogger, setLogSink } from '../util/logger.ts'
import type { LogEntry } from '../util/logger.ts'
import { watchSecrets } from '../util/secrets.ts'
import type { MainThread } from './main-thread.ts'
import type { NoticeOutbox } from './notice-outbox.ts'
import { currentScope } from './scope.ts'

/** Those of Sluice itself, which has Java's names. */
const ownLoggers = 'org.apache.kafka.connect.'
const log = createLogger('org.apache.kafka.connect.runtime.Worker')

/** How often what was kept back is tried again, and it is said how much was dropped. */
const tellMs = 200

/** A line or trace of more characters is cut. */
const longest = 64 * 1024

/**
 * The log of this thread goes to the main thread, with the context of the connector or task that is running, also where the
 * line is of code it calls. So does what plugins print. The main thread is told of loggers and secrets as well.
 */
export function sendLogTo(
  main: MainThread,
  settings: ThreadSettings,
  { gate, outbox }: { readonly gate: LogGate; readonly outbox: NoticeOutbox },
): void {
  for (const [logger, level] of settings.logLevels) setLogLevel(logger, level)
  const lines = new LineSender(gate, outbox, (line) =>
    main.notify('log', { ...line, thread: settings.name }),
  )
  setLogSink((entry) => lines.send(entry))
  watchSecrets((secret) =>
    outbox.offer(`secret ${secret}`, secret.length, () => main.notify('secret', { secret })),
  )
  watchLoggerNames((names) => main.notify('loggers', { names }))
  setInterval(() => lines.tell(), tellMs).unref()
  const [out, err] = [createLogger('stdout'), createLogger('stderr')]
  logOutput(process.stdout, (line) => out.info(line))
  logOutput(process.stderr, (line) => err.warn(line))
  // Node itself writes warnings past `process.stderr`.
  process.removeAllListeners('warning')
  process.on('warning', (warning) => err.warn(`${warning.name}: ${warning.message}`))
}

/** Sends lines as long as there is room for them, never waits, and says how many it has dropped. */
class LineSender {
  readonly #gate: LogGate
  readonly #outbox: NoticeOutbox
  readonly #send: (line: LogEntry) => void
  #dropped = 0

  constructor(gate: LogGate, outbox: NoticeOutbox, send: (line: LogEntry) => void) {
    this.#gate = gate
    this.#outbox = outbox
    this.#send = send
  }

  send(entry: LogEntry): void {
    const isUrgent = entry.level === 'ERROR' && entry.logger.startsWith(ownLoggers)
    // Invariant 8: the main thread knows the secrets before the lines that may hold them.
    if (!this.#outbox.flush() || !this.#isOpen(isUrgent)) {
      this.#dropped++
      return
    }
    const context = entry.context === '' ? (currentScope()?.context ?? '') : entry.context
    const line = shortened({ ...entry, context })
    if (this.#gate.enter(charactersOf(line), isUrgent)) this.#send(line)
    else this.#dropped++
  }

  /** Says what was dropped, if there is room. */
  tell(): void {
    if (!this.#outbox.flush() || this.#dropped === 0 || !this.#gate.hasRoom(0.5)) return
    const message = `${this.#dropped} lines of this thread were dropped: it logged faster than the log is written.`
    const line = { timestamp: Date.now(), level: 'WARN', logger: log.name, context: '' } as const
    this.#dropped = 0
    const told = { ...line, message }
    if (this.#gate.enter(charactersOf(told), true)) this.#send(told)
  }

  /** Once it has dropped lines it goes on only when half of the room is free: else it would tell of every other line. */
  #isOpen(isUrgent: boolean): boolean {
    if (this.#dropped === 0 || isUrgent) return true
    this.tell()
    return this.#dropped === 0
  }
}

function shortened(entry: LogEntry): LogEntry {
  const { message, trace } = entry
  if (message.length <= longest && (trace?.length ?? 0) <= longest) return entry
  const cut = { ...entry, message: cutAtBlank(message) }
  return trace === undefined ? cut : { ...cut, trace: cutAtBlank(trace) }
}

/** At a blank where one is near: half a secret would not be known for one (invariant 8). */
function cutAtBlank(text: string): string {
  if (text.length <= longest) return text
  const start = text.slice(0, longest)
  const blank = /\s\S{0,8192}$/.exec(start)
  return `${start.slice(0, blank?.index ?? longest)} … (cut: ${text.length} characters are more than a line may have)\n`
}

/** A line longer than this is logged in pieces. */
const longestLine = 16 * 1024

/** What a plugin prints by `console.log` or to the stream itself becomes lines of the log, like any other. */
function logOutput(stream: NodeJS.WriteStream, say: (line: string) => void): void {
  let rest = ''
  const decoder = new TextDecoder()
  const write = (chunk: string | Uint8Array, ...more: readonly unknown[]): boolean => {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) {
      lines.push(rest)
      rest = ''
    }
    for (const line of lines) if (line !== '') say(line)
    const done = more.at(-1)
    if (typeof done === 'function') process.nextTick(done)
    return true
  }
  stream.write = write
}
