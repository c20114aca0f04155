import { LogGate } from '../messages/log-gate.ts'
import type { ThreadSettings } from '../messages/thread-settings.ts'
import { setLogLevel, watchLoggerNames } from '../util/log-levels.ts'
import { createLogger, setLogSink } from '../util/logger.ts'
import type { LogEntry } from '../util/logger.ts'
import { watchSecrets } from '../util/secrets.ts'
import type { MainThread } from './main-thread.ts'
import { currentScope } from './scope.ts'

const log = createLogger('org.apache.kafka.connect.runtime.Worker')

/**
 * The log of this thread goes to the main thread, with the context of the connector or task that is running, also where the
 * line is of code it calls. So does what plugins print. The main thread is told of loggers and secrets as well.
 */
export function sendLogTo(main: MainThread, settings: ThreadSettings): void {
  for (const [logger, level] of settings.logLevels) setLogLevel(logger, level)
  const gate = new LogGate(settings.logs)
  let dropped = 0
  setLogSink((entry) => {
    const context = entry.context === '' ? (currentScope()?.context ?? '') : entry.context
    const line = { ...entry, context, thread: settings.name }
    if (!gate.enter(line)) {
      dropped++
      return
    }
    if (dropped > 0) main.notify('log', droppedLine(line, dropped, gate))
    dropped = 0
    main.notify('log', line)
  })
  watchSecrets((secret) => main.notify('secret', { secret }))
  watchLoggerNames((names) => main.notify('loggers', { names }))
  const [out, err] = [createLogger('stdout'), createLogger('stderr')]
  logOutput(process.stdout, (line) => out.info(line))
  logOutput(process.stderr, (line) => err.warn(line))
}

function droppedLine({ timestamp, thread }: LogEntry, dropped: number, gate: LogGate): LogEntry {
  const message = `${dropped} lines were dropped: this thread logged faster than the log is written.`
  const at = { timestamp, level: 'WARN', logger: log.name, context: '' } as const
  const line = thread === undefined ? { ...at, message } : { ...at, message, thread }
  gate.enter(line)
  return line
}

/** A line longer than this is logged in pieces. */
const longestLine = 16 * 1024

/** What a plugin prints by `console.log` or to the stream itself becomes lines of the log, like any other. */
function logOutput(stream: NodeJS.WriteStream, say: (line: string) => void): void {
  let rest = ''
  const write = (chunk: string | Uint8Array, ...more: readonly unknown[]): boolean => {
    rest += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
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
