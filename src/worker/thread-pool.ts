import type { NoticeHandlers, RequestHandlers } from '../messages/channel.ts'
import type {
  ConnectorThreadRequests,
  MainThreadRequests,
  PluginThreadNotices,
  TaskThreadRequests,
} from '../messages/protocol.ts'
import type { ThreadRole, ThreadSettings } from '../messages/thread-settings.ts'
import type { LogLevel } from '../util/log-levels.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { PluginThread } from './plugin-thread.ts'
import type { PluginThreadOptions } from './plugin-thread.ts'

export type ConnectorThread = PluginThread<ConnectorThreadRequests>
export type TaskThread = PluginThread<TaskThreadRequests>

export interface ThreadPoolOptions {
  readonly entry: URL
  /** Most task threads. */
  readonly maxTaskThreads: number
  readonly heapMb: number
  readonly plugins: ThreadSettings['plugins']
  readonly workerConfig: ThreadSettings['workerConfig']
  readonly requests: RequestHandlers<MainThreadRequests>
  readonly notices: NoticeHandlers<PluginThreadNotices>
  /** Called once when a thread has ended, unless the pool itself was stopped. */
  readonly onEnded: (thread: ConnectorThread | TaskThread, reason: Error) => void
}

/**
 * The plugin threads: one for all connectors, and for the tasks as many as there are cores, each started when it
 * is first needed. A thread without tasks stays for the next one; a thread that ended is replaced on the next call.
 */
export class ThreadPool {
  readonly #options: ThreadPoolOptions
  readonly #taskThreads = new Map<TaskThread, { tasks: number }>()
  readonly #all = new Set<ConnectorThread | TaskThread>()
  #connectorThread: ConnectorThread | null = null
  #incarnations = 0
  #stopped: Error | null = null

  constructor(options: ThreadPoolOptions) {
    this.#options = options
  }

  /** Threads that are not gone yet. */
  get size(): number {
    return this.#all.size
  }

  /** The threads that are not gone yet. */
  threads(): readonly (ConnectorThread | TaskThread)[] {
    return [...this.#all]
  }

  connectorThread(): ConnectorThread {
    if (this.#connectorThread && !this.#connectorThread.reason) return this.#connectorThread
    const thread: ConnectorThread = new PluginThread(this.#settings('connectors'))
    this.#connectorThread = thread
    this.#watch(thread)
    return thread
  }

  /** Starts the connector thread and so many task threads ahead of their first use: each takes a while to load. */
  warmUp(taskThreads: number): void {
    if (this.#stopped) return
    this.connectorThread()
    const wanted = Math.min(taskThreads, this.#options.maxTaskThreads)
    while (this.#taskThreads.size < wanted) this.#openTaskThread()
  }

  /** The thread for one more task: an unused one, else a new one, else the least loaded. Give it back by `release`. */
  acquire(): TaskThread {
    const [least] = [...this.#taskThreads]
      .filter(([thread]) => !thread.reason)
      .sort(([, a], [, b]) => a.tasks - b.tasks)
    const { maxTaskThreads } = this.#options
    const reuse = least && (least[1].tasks === 0 || this.#taskThreads.size >= maxTaskThreads)
    const [thread, load] = reuse ? least : this.#openTaskThread()
    load.tasks++
    return thread
  }

  release(thread: TaskThread): void {
    const load = this.#taskThreads.get(thread)
    if (load) load.tasks--
  }

  /** Tells every thread, and those to come, which level a logger has. */
  setLogLevel(logger: string, level: LogLevel): void {
    for (const thread of this.#all) thread.channel.notify('logLevel', { logger, level })
  }

  /** Ends every thread; none is started any more. Resolves once all are gone. */
  async stop(): Promise<void> {
    this.#stopped ??= new ConnectError('The worker is shutting down.')
    const reason = this.#stopped
    await Promise.all([...this.#all].map((thread) => thread.terminate(reason)))
  }

  #openTaskThread(): [TaskThread, { tasks: number }] {
    const thread: TaskThread = new PluginThread(this.#settings('tasks'))
    const load = { tasks: 0 }
    this.#taskThreads.set(thread, load)
    this.#watch(thread)
    return [thread, load]
  }

  #watch(thread: ConnectorThread | TaskThread): void {
    this.#all.add(thread)
    void thread.ended.then((reason) => {
      this.#taskThreads.delete(thread as TaskThread)
      if (!this.#stopped) this.#options.onEnded(thread, reason)
    })
    void thread.gone.then(() => this.#all.delete(thread))
  }

  #settings(role: ThreadRole): PluginThreadOptions {
    if (this.#stopped) throw this.#stopped
    const { entry, heapMb, plugins, workerConfig, requests, notices } = this.#options
    const incarnation = ++this.#incarnations
    const name = `${role === 'connectors' ? 'connector' : 'task'}-thread-${incarnation}`
    const settings = { role, name, incarnation, plugins, workerConfig }
    return { entry, heapMb, settings, requests, notices }
  }
}
