import type { NoticeHandlers, RequestHandlers } from '../messages/channel.ts'
import type {
  ConnectorThreadRequests,
  MainThreadRequests,
  PluginThreadNotices,
  TaskThreadRequests,
} from '../messages/protocol.ts'
import type { PreviewThreadRequests } from '../messages/preview.ts'
import type { ThreadRole, ThreadSettings } from '../messages/thread-settings.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import type { MemoryBudget } from '../util/memory-budget.ts'
import type { LogLevel } from '../util/log-levels.ts'
import { LogIntake } from './log-intake.ts'
import { PluginThread } from './plugin-thread.ts'
import type { PluginThreadOptions } from './plugin-thread.ts'

export type ConnectorThread = PluginThread<ConnectorThreadRequests>
export type TaskThread = PluginThread<TaskThreadRequests>
/** A thread for one preview. */
export type PreviewThread = PluginThread<PreviewThreadRequests>
/** A thread of whichever role. */
export type AnyThread = ConnectorThread | TaskThread | PreviewThread

export interface ThreadPoolOptions {
  readonly entry: URL
  /** Most task threads. */
  readonly maxTaskThreads: number
  readonly heapMb: number
  readonly plugins: ThreadSettings['plugins']
  readonly workerConfig: ThreadSettings['workerConfig']
  readonly lease: ThreadSettings['lease']
  readonly memory: MemoryBudget
  readonly requests: RequestHandlers<MainThreadRequests>
  readonly notices: NoticeHandlers<PluginThreadNotices>
  /** Called once when a thread has ended, unless the pool itself was stopped; open requests to it are answered after that. */
  readonly onEnded: (thread: AnyThread, reason: Error) => void
}

/** A thread for one task alone. */
export interface OwnThread {
  /** Limit of its heap; null for that of the others. */
  readonly heapMb: number | null
}

/** `shared` takes more tasks, `own` ends with its one, `retired` takes none any more. */
interface Load {
  tasks: number
  kind: 'shared' | 'own' | 'retired'
}

const log = createLogger('org.apache.kafka.connect.runtime.Worker')

/**
 * The plugin threads: one for all connectors, and for the tasks as many as there are cores, each started when it
 * is first needed. A thread without tasks stays for the next one; a thread that ended is replaced on the next call.
 * Threads of single tasks come on top of these, and end with their task.
 */
export class ThreadPool {
  readonly #options: ThreadPoolOptions
  readonly #logs = new LogIntake()
  readonly #taskThreads = new Map<TaskThread, Load>()
  readonly #all = new Set<AnyThread>()
  readonly #stuck = new Set<AnyThread>()
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

  /** What heaps and buffers of all threads together may take up, but for those of single tasks. */
  get memoryBytes(): number {
    const { heapMb, maxTaskThreads, memory } = this.#options
    return heapMb * (maxTaskThreads + 1) * 2 ** 20 + memory.limitBytes
  }

  /** What Sluice itself keeps in Buffers there, for tasks: the budget for it has a limit. */
  ownBytes({ account }: AnyThread): number {
    return this.#options.memory.allows(account)
  }

  /** The threads that are not gone yet. */
  threads(): readonly AnyThread[] {
    return [...this.#all]
  }

  /** The names of threads that were ended and do not go, because they are in a native call. */
  stuck(): readonly string[] {
    return [...this.#stuck].map(({ name }) => name)
  }

  connectorThread(): ConnectorThread {
    if (this.#connectorThread && !this.#connectorThread.reason) return this.#connectorThread
    const settings = this.#settings('connectors', null, () => ended())
    const thread: ConnectorThread = new PluginThread(settings)
    const ended = this.#watch(thread)
    this.#connectorThread = thread
    return thread
  }

  /** A thread for one preview, to be terminated by whoever asks for it; what the preview asks is answered by `requests`. */
  openPreviewThread(requests: RequestHandlers<MainThreadRequests>): PreviewThread {
    const settings = this.#settings('preview', null, () => ended())
    const thread: PreviewThread = new PluginThread({ ...settings, requests })
    const ended = this.#watch(thread)
    return thread
  }

  /** Starts the connector thread and so many task threads ahead of their first use: each takes a while to load. */
  warmUp(taskThreads: number): void {
    if (this.#stopped) return
    this.connectorThread()
    const wanted = Math.min(taskThreads, this.#options.maxTaskThreads)
    while (this.#shared().length < wanted) this.#openTaskThread('shared', null)
  }

  /** The thread for one more task: an unused one, else a new one, else the least loaded. Give it back by `release`. */
  acquire(own: OwnThread | null): TaskThread {
    const [thread, load] = own ? this.#openTaskThread('own', own.heapMb) : this.#leastLoaded()
    load.tasks++
    return thread
  }

  release(thread: TaskThread): void {
    const load = this.#taskThreads.get(thread)
    if (!load) return
    load.tasks--
    if (load.kind === 'own' && load.tasks === 0) void thread.terminate(idle(thread), 'nobody')
  }

  /** The thread is given no more tasks; whoever says so sees to it that it ends. False where it was said before. */
  retire(thread: TaskThread): boolean {
    const load = this.#taskThreads.get(thread)
    if (!load || load.kind === 'retired') return false
    load.kind = 'retired'
    return true
  }

  /** Whether {@link retire} was called for it; of a thread that has ended nothing is known any more. */
  isRetired(thread: TaskThread): boolean {
    return this.#taskThreads.get(thread)?.kind === 'retired'
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
    this.#logs.flush()
  }

  #shared(): [TaskThread, Load][] {
    return [...this.#taskThreads].filter(([, { kind }]) => kind === 'shared')
  }

  #leastLoaded(): [TaskThread, Load] {
    const shared = this.#shared()
    const [least] = shared.sort(([, a], [, b]) => a.tasks - b.tasks)
    const { maxTaskThreads } = this.#options
    const reuse = least && (least[1].tasks === 0 || shared.length >= maxTaskThreads)
    return reuse ? least : this.#openTaskThread('shared', null)
  }

  #openTaskThread(kind: Load['kind'], heapMb: number | null): [TaskThread, Load] {
    const thread: TaskThread = new PluginThread(this.#settings('tasks', heapMb, () => ended()))
    const ended = this.#watch(thread)
    const load: Load = { tasks: 0, kind }
    this.#taskThreads.set(thread, load)
    return [thread, load]
  }

  /** Answers with what is to be done when the thread has ended. */
  #watch(thread: AnyThread): () => void {
    this.#all.add(thread)
    void thread.gone.then(() => {
      this.#all.delete(thread)
      this.#options.memory.takeBack(thread.account)
      if (this.#stuck.delete(thread)) log.info(`The thread ${thread.name} is gone at last.`)
    })
    void thread.buried.then((gone) => {
      if (gone) return
      this.#stuck.add(thread)
      log.error(
        `The thread ${thread.name} does not end: it is in a native call that nothing can interrupt. The worker goes on without it; what the thread holds is free again once the worker is restarted.`,
      )
    })
    return () => {
      this.#taskThreads.delete(thread as TaskThread)
      if (!this.#stopped && thread.reason) this.#options.onEnded(thread, thread.reason)
    }
  }

  #settings(role: ThreadRole, heapMb: number | null, onEnded: () => void): PluginThreadOptions {
    if (this.#stopped) throw this.#stopped
    const { entry, plugins, workerConfig, lease, memory, requests, notices } = this.#options
    const incarnation = ++this.#incarnations
    const name = `${threadNames[role]}-thread-${incarnation}`
    const account = { budget: memory.shared, account: memory.newAccount() }
    const settings = { role, name, incarnation, plugins, workerConfig, lease, memory: account }
    const limit = heapMb ?? this.#options.heapMb
    return { entry, heapMb: limit, settings, requests, notices, logs: this.#logs, onEnded }
  }
}

const threadNames = { connectors: 'connector', tasks: 'task', preview: 'preview' } as const

function idle({ name }: TaskThread): ConnectError {
  return new ConnectError(`The thread ${name} was ended with the one task it was for.`)
}
