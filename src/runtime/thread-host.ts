import { getHeapStatistics } from 'node:v8'
import { parentPort } from 'node:worker_threads'
import { ConnectError } from '../errors/connect-error.ts'
import { Channel } from '../messages/channel.ts'
import type { RequestHandlers, RequestMap } from '../messages/channel.ts'
import { LogGate } from '../messages/log-gate.ts'
import type {
  MainThreadNotices,
  MainThreadRequests,
  PluginThreadNotices,
} from '../messages/protocol.ts'
import { ThreadBoard, turnMs } from '../messages/thread-board.ts'
import type { ThreadMemory } from '../messages/thread-board.ts'
import type { ThreadSettings } from '../messages/thread-settings.ts'
import { setLogLevel } from '../util/log-levels.ts'
import { createLogger } from '../util/logger.ts'
import type { MainThread } from './main-thread.ts'
import { NoticeOutbox } from './notice-outbox.ts'
import { guardThread } from './thread-guard.ts'
import { sendLogTo } from './thread-log.ts'

/** Does a thread's work: a ConnectorHost or a TaskHost. */
interface Host<R extends RequestMap<R>> {
  readonly requests: RequestHandlers<R>
  /** An error surfaced in this thread and nothing says whose it is. */
  failOpenCalls(error: Error): void
}

/**
 * Makes this thread a plugin thread: from now on `host` answers the main thread's requests, which have waited
 * since the thread was born, the thread's log goes to the main thread, and nothing a plugin throws ends it.
 */
export function openPluginThread<R extends RequestMap<R>>(
  settings: ThreadSettings,
  createHost: (main: MainThread, board: ThreadBoard) => Host<R>,
): void {
  if (!parentPort) throw new ConnectError('A plugin thread is started by the worker.')
  const board = new ThreadBoard(settings.board)
  const gate = new LogGate(settings.logs)
  const outbox = new NoticeOutbox(gate)
  const main: MainThread = {
    request: (name, argument, options) => channel.request(name, argument, options),
    notify: (name, notice) => {
      const send = (): void => channel.notify(name, notice)
      // A connector may ask as often as it likes.
      if (name === 'requestTaskReconfiguration') outbox.offer(JSON.stringify(notice), 0, send)
      else send()
    },
  }
  const host = createHost(main, board)
  const channel = new Channel<MainThreadRequests, R, PluginThreadNotices, MainThreadNotices>({
    endpoint: parentPort,
    incarnation: settings.incarnation,
    peer: 'The main thread',
    requests: host.requests,
    notices: { logLevel: ({ logger, level }) => setLogLevel(logger, level) },
  })
  sendLogTo(main, settings, { gate, outbox })
  guardThread(
    (error) => host.failOpenCalls(error),
    createLogger('org.apache.kafka.connect.runtime.Worker'),
  )
  const turned = (): void => board.turned(Date.now(), memoryOfThread())
  turned()
  setInterval(turned, turnMs).unref()
  main.notify('ready', {})
}

/** Of this thread's isolate alone; what is resident would be the process's. */
function memoryOfThread(): ThreadMemory {
  const { total_heap_size: heapBytes, external_memory: externalBytes } = getHeapStatistics()
  return { heapBytes, externalBytes }
}
