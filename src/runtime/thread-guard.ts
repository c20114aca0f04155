import { syncBuiltinESMExports } from 'node:module'
import { asError, ConnectError } from '../errors/connect-error.ts'
import type { Logger } from '../util/logger.ts'
import { currentScope } from './scope.ts'

/**
 * Keeps a plugin thread alive whatever its plugins let slip: an error thrown in a callback, an `'error'` event
 * without listener or a rejection that nobody handles fails the connector or task that started the work, and
 * `process.exit` fails who called it. What belongs to nobody goes to `unattributed`.
 */
export function guardThread(unattributed: (error: Error) => void, logger: Logger): void {
  const attribute = (error: Error): void => {
    const scope = currentScope()
    if (scope) {
      scope.fail(error)
      return
    }
    logger.error('An error in this thread belongs to no connector or task.', error)
    unattributed(error)
  }
  const exits = new WeakSet<Error>()
  process.on('uncaughtException', (error) => {
    // The plugin was told by it that it may not exit, in a callback: that was attributed there.
    if (!exits.has(error)) attribute(unhandled(error, thrown))
  })
  process.on('unhandledRejection', (reason) => {
    const error = asError(reason)
    if (!exits.has(error)) attribute(unhandled(error, rejected))
  })
  const refuse = (call: string): never => {
    const error = new ConnectError(
      `The plugin called ${call}. A plugin may not end the worker: let it throw instead.`,
    )
    exits.add(error)
    attribute(error)
    throw error
  }
  guardProcess(refuse)
}

/**
 * Refuses what would end the process, or this thread without a word. What native code does, another process, or who digs
 * out `process.reallyExit`, cannot be refused.
 */
function guardProcess(refuse: (call: string) => never): void {
  const kill = process.kill.bind(process)
  process.exit = (code) => refuse(`process.exit(${code ?? ''})`)
  process.abort = () => refuse('process.abort()')
  process.kill = (pid, signal) => {
    // 0 and -1 stand for whole groups, which this process is one of; signal 0 does nothing.
    const hitsUs = pid === process.pid || pid === -process.pid || pid === 0 || pid === -1
    if (hitsUs && signal !== 0) return refuse(`process.kill(${pid}, ${signal ?? 'SIGTERM'})`)
    return kill(pid, signal)
  }
  // `import { exit } from 'node:process'` gets these too.
  syncBuiltinESMExports()
}

const thrown = "an error that was thrown in a callback, or an 'error' event without a listener"
const rejected = 'a rejected promise'

/** The stack of such an error begins in a timer or a socket: without this nobody knew how it came to end a task. */
function unhandled(cause: Error, what: string): ConnectError {
  return new ConnectError(`Nothing in the plugin handled ${what}: ${cause.message}`, { cause })
}
