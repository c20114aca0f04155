import { Worker as NodeThread } from 'node:worker_threads'
import { ConnectError } from '../errors/connect-error.ts'
import { Channel } from '../messages/channel.ts'
import type { NoticeHandlers, RequestHandlers, RequestMap } from '../messages/channel.ts'
import type {
  MainThreadNotices,
  MainThreadRequests,
  PluginThreadNotices,
} from '../messages/protocol.ts'
import { ThreadBoard } from '../messages/thread-board.ts'
import type { ThreadRole, ThreadSettings } from '../messages/thread-settings.ts'
import { logLevelsSet } from '../util/log-levels.ts'

/**
 * Young generation of a thread's heap, in MB. Records die young: a small one stays in the caches, and a pool of threads
 * stays small. From 4 to 16 MB the CPU a record costs is the same.
 */
const youngMb = 6

export interface PluginThreadOptions {
  /** The module the thread runs: `plugin-thread.js` of the build. */
  readonly entry: URL
  readonly settings: Pick<
    ThreadSettings,
    'role' | 'name' | 'incarnation' | 'plugins' | 'workerConfig'
  >
  /** Limit of the thread's JavaScript heap, in MB. Beyond it the thread ends, and it alone. */
  readonly heapMb: number
  readonly requests: RequestHandlers<MainThreadRequests>
  readonly notices: NoticeHandlers<PluginThreadNotices>
}

/**
 * One life of a plugin thread; a successor is a new object with a new incarnation.
 *
 * alive ─► ended   its channel is closed and every open request answered with the reason: `ended` resolves
 *       ─► gone    the operating system has its thread back: `gone` resolves
 */
export class PluginThread<Asks extends RequestMap<Asks>> {
  readonly name: string
  readonly role: ThreadRole
  readonly board = new ThreadBoard()
  readonly channel: Channel<Asks, MainThreadRequests, MainThreadNotices, PluginThreadNotices>
  /** Resolves with the reason when nothing more is to be expected of the thread. */
  readonly ended: Promise<Error>
  readonly gone: Promise<void>
  readonly #thread: NodeThread
  readonly #heapMb: number
  #resolveEnded: (reason: Error) => void = () => undefined
  #reason: Error | null = null

  constructor({ entry, settings, heapMb, requests, notices }: PluginThreadOptions) {
    this.name = settings.name
    this.role = settings.role
    this.#heapMb = heapMb
    const workerData: ThreadSettings = {
      ...settings,
      logLevels: logLevelsSet(),
      board: this.board.shared,
    }
    this.#thread = new NodeThread(entry, {
      name: settings.name,
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngMb },
    })
    this.channel = new Channel({
      endpoint: this.#thread,
      incarnation: settings.incarnation,
      peer: `The thread ${settings.name}`,
      requests,
      notices,
    })
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    this.gone = new Promise((resolve) => {
      this.#thread.once('exit', (code) => {
        this.#end(new ConnectError(`The thread ${this.name} ended with exit code ${code}.`))
        resolve()
      })
    })
    this.#thread.once('error', (error) => this.#end(this.#crash(error)))
  }

  /** Why the thread ended; null while it is alive. */
  get reason(): Error | null {
    return this.#reason
  }

  /** Ends the thread in the middle of whatever it does. Resolves once it is gone. */
  async terminate(reason: Error): Promise<void> {
    this.#end(reason)
    await this.#thread.terminate()
    await this.gone
  }

  #end(reason: Error): void {
    if (this.#reason) return
    this.#reason = reason
    this.channel.close(reason)
    this.#resolveEnded(reason)
  }

  #crash(cause: Error & { readonly code?: string }): ConnectError {
    const message =
      cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? `The thread ${this.name} ran out of memory: its heap may hold ${this.#heapMb} MB. Find what keeps so much, or raise the limit.`
        : `The thread ${this.name} crashed: ${cause.message}`
    return new ConnectError(message, { cause })
  }
}
