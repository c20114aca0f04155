import type { TargetState } from '../config/types.ts'
import { setMaxListeners } from 'node:events'
import { asError, ConnectError } from '../errors/connect-error.ts'
import { TaskCounters } from '../messages/counters.ts'
import { taskIdText } from '../messages/ids.ts'
import { withTypedNumbers } from '../messages/offset-fields.ts'
import type { MainThreadRequests, Run, TaskStart } from '../messages/protocol.ts'
import type { ThreadBoard } from '../messages/thread-board.ts'
import type { WorkerLease } from '../messages/worker-lease.ts'
import { toWireError } from '../messages/wire-error.ts'
import { abortable, reasonOf } from '../util/abort.ts'
import type { MemoryAccount } from '../util/memory-budget.ts'
import { createLogger } from '../util/logger.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { Logger } from '../util/logger.ts'
import { LeaseGate } from './lease-gate.ts'
import { PluginCalls } from './plugin-calls.ts'
import { runInScope } from './scope.ts'
import type { Scope } from './scope.ts'
import type { PluginLoader, TaskServices, WorkerTask, WorkerTaskFactory } from './task.ts'
import type { MainThread } from './main-thread.ts'

/** How long a failed task may take to release what it holds before its host forgets it. */
const releaseMs = 5000

/** What the loop of a task says is said under Java's name of that loop. */
const loggerNames = {
  source: 'org.apache.kafka.connect.runtime.WorkerSourceTask',
  sink: 'org.apache.kafka.connect.runtime.WorkerSinkTask',
} as const

/** What the threads of the process share. */
interface Shared {
  readonly lease: WorkerLease
  readonly memory: MemoryAccount
}

/**
 * One run of one task, from `start` to its end.
 *
 * starting ──► running ──► stopped      by `stop`
 *     └───────────┴──────► failed       start or loop rejects, or an error of its plugin surfaces elsewhere
 * `cancel` leaves the state as it is and takes from the task every means to act.
 *
 * The first failure is the one reported; errors while stopping are logged only.
 */
export class TaskRun {
  readonly run: Run
  readonly calls: PluginCalls
  readonly #start: TaskStart
  readonly #main: MainThread
  readonly #logger: Logger
  readonly #taskLogger: Logger
  readonly #scope: Scope
  readonly #services: TaskServices
  readonly #create: WorkerTaskFactory
  readonly #starting = new AbortController()
  readonly #cancelled = new AbortController()
  #task: WorkerTask | null = null
  #targetState: TargetState
  #started: Promise<void> = Promise.resolve()
  #released: Promise<void> | null = null
  #failed = false

  constructor(options: {
    readonly run: Run
    readonly start: TaskStart
    readonly counters: SharedArrayBuffer
    readonly board: ThreadBoard
    readonly main: MainThread
    readonly loader: PluginLoader
    readonly lease: WorkerLease
    readonly memory: MemoryAccount
    readonly create: WorkerTaskFactory
  }) {
    const { run, start, main, loader } = options
    const counters = new TaskCounters(options.counters)
    // Every call and request that is open waits on it.
    setMaxListeners(0, this.#cancelled.signal, this.#starting.signal)
    const context = `[${start.id.connector}|task-${start.id.task}] `
    this.run = run
    this.calls = new PluginCalls(options.board, run, counters)
    this.#start = start
    this.#targetState = start.targetState
    this.#main = main
    this.#create = options.create
    this.#logger = createLogger('org.apache.kafka.connect.runtime.WorkerTask', context)
    this.#taskLogger = createLogger(loggerNames[start.type], context)
    this.#scope = { context, fail: (error) => this.fail(error) }
    this.#services = this.#offer(loader, counters, options)
  }

  /** Starts the task; rejects where it fails or is stopped before it runs. */
  start(): Promise<void> {
    this.#started = runInScope(this.#scope, () => this.#startTask())
    return this.#started
  }

  setTargetState(state: TargetState): void {
    this.#targetState = state
    runInScope(this.#scope, () => this.#task?.setTargetState(state))
  }

  /** Resolves once the task has released everything it held. */
  stop(graceMs: number): Promise<void> {
    this.#starting.abort(new ConnectError(`Task ${this.#name} was stopped before it had started.`))
    return (this.#released ??= runInScope(this.#scope, () => this.#release(graceMs)))
  }

  /** Resolves once the task has ended and nothing of it goes on. */
  async free(): Promise<void> {
    await this.#released
    await this.calls.idle()
  }

  /** The task may not act any more: whatever it asks from now on is refused with `reason`. */
  cancel(reason: Error): void {
    this.#starting.abort(reason)
    this.#cancelled.abort(reason)
    runInScope(this.#scope, () => this.#task?.cancel(reason))
  }

  /** Ends the task as FAILED, unless it has ended. */
  fail(error: Error): void {
    if (this.#failed || this.#released) {
      // A cancelled task ends with the reason it was given.
      if (error === this.#cancelled.signal.reason) return
      this.#logger.warn(`Task ${this.#name} threw an error after it had ended.`, error)
      return
    }
    this.#failed = true
    this.#logger.error(
      `WorkerTask{id=${this.#name}} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted`,
      error,
    )
    this.#main.notify('taskStatus', {
      id: this.#start.id,
      run: this.run,
      state: 'FAILED',
      error: toWireError(error),
    })
    this.cancel(error)
    void this.stop(releaseMs)
  }

  async #startTask(): Promise<void> {
    const { signal } = this.#starting
    try {
      const task = await this.#create(this.#start, this.#services)
      signal.throwIfAborted()
      this.#task = task
      if (this.#targetState !== this.#start.targetState) task.setTargetState(this.#targetState)
      // Only a cancellation leaves a start behind; a stop waits for it, so that nothing is stopped half started.
      await abortable(task.start(signal), this.#cancelled.signal)
      void task.done.catch((error: unknown) => this.fail(asError(error)))
      signal.throwIfAborted()
    } catch (error) {
      if (!signal.aborted) this.fail(asError(error))
      throw error
    }
  }

  async #release(graceMs: number): Promise<void> {
    await this.#started.catch(ignore)
    try {
      await this.#task?.stop(graceMs)
    } catch (error) {
      this.#logger.error(`WorkerTask{id=${this.#name}} Task failed while it was stopped.`, error)
    }
    // Whoever still holds the services holds them in vain.
    this.#cancelled.abort(new ConnectError(`Task ${this.#name} has been stopped.`))
  }

  #offer(loader: PluginLoader, counters: TaskCounters, { lease, memory }: Shared): TaskServices {
    const { id } = this.#start
    const { connector } = id
    const { run } = this
    const main = this.#main
    const { signal: cancelled } = this.#cancelled
    // A cancelled task is answered at once, and asks nothing any more.
    const ask = <K extends keyof MainThreadRequests>(
      name: K,
      argument: MainThreadRequests[K][0],
      signal: AbortSignal,
    ): Promise<MainThreadRequests[K][1]> =>
      cancelled.aborted
        ? Promise.reject(reasonOf(cancelled))
        : abortable(main.request(name, argument, { signal }), cancelled)
    return {
      loader,
      counters,
      lease: new LeaseGate(lease, this.#logger),
      openMemoryShare: () => memory.open(),
      fail: (error) => this.fail(error),
      logger: this.#taskLogger,
      call: (stage, call) => {
        const result = this.calls.call(stage, call)
        // A cancelled task waits no longer for what its plugin has open; what it calls after that is to release things.
        if (cancelled.aborted || !isPromise(result)) return result
        return abortable(result, cancelled)
      },
      readOffsets: async (partitions, signal) =>
        (await ask('readOffsets', { connector, run, partitions }, signal)).map(withTypedNumbers),
      writeOffsets: (offsets, signal) => ask('writeOffsets', { connector, run, offsets }, signal),
      transactions: {
        fenceZombies: (signal) => ask('fenceZombies', { connector, run }, signal),
        confirm: (signal) => ask('confirmTask', { connector, run }, signal),
        offsetKeys: (partitions, signal) =>
          ask('offsetKeys', { connector, run, partitions }, signal),
        writeElsewhere: (offsets, signal) =>
          ask('copyOffsets', { connector, run, offsets }, signal),
      },
      createTopic: (topic, signal) => ask('createTopic', { connector, run, topic }, signal),
      notify: {
        status: (state) => {
          if (!this.#failed && !this.#released) main.notify('taskStatus', { id, run, state })
        },
        topicUsed: (topic) => main.notify('topicUsed', { id, run, topic }),
        kafkaIdOpened: (ids) => main.notify('kafkaIdOpened', { id, run, ids }),
      },
    }
  }

  get #name(): string {
    return taskIdText(this.#start.id)
  }
}

function ignore(): void {
  // Whoever started the task has been told.
}
