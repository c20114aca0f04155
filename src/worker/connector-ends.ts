import type { ConnectorConfig } from '../config/types.ts'
import { ConnectError } from '../errors/connect-error.ts'
import type { Run } from '../messages/protocol.ts'
import { createLogger } from '../util/logger.ts'
import { callText } from '../messages/call-text.ts'
import type { ConnectorThread } from './thread-pool.ts'

/** A connector thread that does not answer at all within this time holds its event loop and is ended. */
const pingMs = 2000
/** A connector that was given up may stay for so long; then the thread is given up too. */
const lingerMs = 5000

const log = createLogger('org.apache.kafka.connect.runtime.Worker')

/** A connector whose thread has ended, or is to be ended for it. */
interface Ending {
  readonly name: string
  readonly connectorClass: string
  readonly config: ConnectorConfig
  readonly run: Run
  readonly thread: ConnectorThread
}

/** Whether the thread ended for some other connector's sake: this one may try again on the next. */
export function endedInAnother({ thread, run }: Ending): boolean {
  if (thread.blame === 'nobody') return thread.reason !== null
  const named = blamedRun(thread)
  return thread.reason !== null && named !== null && named !== run
}

/** Whose call the thread ended in; null where it was in none, or that is not why it ended. */
export function blamedRun({ blame, endedIn }: ConnectorThread): Run | null {
  return blame === 'named' ? (endedIn?.run ?? null) : null
}

/** For the end of a message: which call of the connector its thread ended in. */
export function callOf({ endedIn }: ConnectorThread, { connectorClass, config }: Ending): string {
  if (!endedIn) return ''
  const call = callText(endedIn.stage, {
    connectorClass,
    connectorConfig: config,
    workerConfig: {},
  })
  return ` It was in ${call}.`
}

/**
 * The connector was given up as it did not stop. Resolves once its thread is free of it: where that answers nothing at all, it is
 * ended, and also where the connector keeps it for long. The others are not to suffer from what it may still be doing.
 */
export async function released({ name, thread, run }: Ending): Promise<void> {
  const answered = thread.channel.request('ping', undefined, { timeoutMs: pingMs })
  if (!(await answered.then(yes, no))) {
    const message = `The connector thread did not answer for ${pingMs} ms when connector ${name} was to stop; it was ended.`
    if (!thread.reason) await thread.terminate(new ConnectError(message))
    return
  }
  const stopped = thread.channel.request('stopConnector', { run }, { timeoutMs: lingerMs })
  if ((await stopped.then(yes, no)) || thread.reason) return
  const message = `Connector ${name} was stopped, but its stop has not returned since: the connector thread is ended for it.`
  log.warn(message)
  await thread.terminate(new ConnectError(message), 'nobody')
}

function yes(): boolean {
  return true
}

function no(): boolean {
  return false
}
