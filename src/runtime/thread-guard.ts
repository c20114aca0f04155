import { asError, ConnectError } from '../errors/connect-error.ts'
import type { Logger } from '../util/logger.ts'
import { currentScope } from './scope.ts'

/**
 * Keeps a plugin thread alive whatever its plugins let slip: an error thrown in a callback, an `'error'` event
 * without listener or a rejection that nobody handles fails the connector or task that started the work, and
 * `process.exit` fails who called it. What belongs to nobody goes to `unattributed`.
 */
export function guardThread(unattributed: (error: Error) => void, logger: Logger): void {
  const attribute = (reason: unknown): void => {
    const error = asError(reason)
    const scope = currentScope()
    if (scope) {
      scope.fail(error)
      return
    }
    logger.error('An error in this thread belongs to no connector or task.', error)
    unattributed(error)
  }
  process.on('uncaughtException', attribute)
  process.on('unhandledRejection', attribute)
  process.exit = (code) => {
    const error = new ConnectError(
      `The plugin called process.exit(${code ?? ''}). A plugin may not end the worker: let it throw instead.`,
    )
    attribute(error)
    throw error
  }
}
