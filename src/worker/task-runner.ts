import type { ConnectorConfig } from '../config/types.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { TaskCounters } from '../messages/counters.ts'
import { taskIdText } from '../messages/ids.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type {
  KafkaIds,
  PluginThreadNotices,
  Run,
  TargetState,
  TaskStart,
  WireError,
} from '../messages/protocol.ts'
import { toWireError } from '../messages/wire-error.ts'
import { createLogger } from '../util/logger.ts'
import type { TaskThread, ThreadPool } from './thread-pool.ts'
import type { WorkerListener } from './types.ts'

/** A thread that does not answer a cancellation within this time holds its event loop and is ended. */
const cancelMs = 2000
/** Part of a task's grace that is its own; the rest is for its answer to arrive. */
const taskShare = 0.9

const log = createLogger('org.apache.kafka.connect.runtime.Worker')

/**
 * starting ─► running ─► stopping ─► (gone)
 *     └──────────┴─────► failed          reported once, kept until it is stopped
 */
interface RunningTask {
  readonly id: ConnectorTaskId
  readonly connectorConfig: ConnectorConfig
  readonly run: Run
  readonly thread: TaskThread
  readonly counters: TaskCounters
  readonly kafkaIds: KafkaIds[]
  targetState: TargetState
  phase: 'starting' | 'running' | 'stopping' | 'failed'
  /** Of a task that is being stopped: resolves once it is gone. */
  gone: Promise<void> | null
}

/** The tasks of this worker, each in some task thread. */
export class TaskRunner {
  readonly #pool: ThreadPool
  readonly #listener: WorkerListener
  readonly #newRun: () => Run
  readonly #tasks = new Map<string, RunningTask>()
  readonly #background = new Set<Promise<void>>()

  constructor(options: {
    readonly pool: ThreadPool
    readonly listener: WorkerListener
    readonly newRun: () => Run
  }) {
    this.#pool = options.pool
    this.#listener = options.listener
    this.#newRun = options.newRun
  }

  ids(): readonly ConnectorTaskId[] {
    return [...this.#tasks.values()].map((task) => task.id)
  }

  /** The counters of a task, also of one whose thread hangs or has ended; null where there is no such task. */
  counters(id: ConnectorTaskId): TaskCounters | null {
    return this.#tasks.get(taskIdText(id))?.counters ?? null
  }

  /** The thread a task runs in; null where there is no such task. */
  threadOf(id: ConnectorTaskId): TaskThread | null {
    return this.#tasks.get(taskIdText(id))?.thread ?? null
  }

  /** The task started as `run`, e.g. `orders-0`; null where it is not ours any more. */
  nameOfRun(run: Run): string | null {
    const task = this.#byRun(run)
    return task ? taskIdText(task.id) : null
  }

  /** Whether the task started as `run` is still one of this worker's, and may act for `connector`. */
  isCurrent({ connector, run }: { readonly connector: string; readonly run: Run }): boolean {
    return this.#byRun(run)?.id.connector === connector
  }

  /** The configuration of the connector whose task was started as `run`; null where that is not ours any more. */
  connectorConfig(run: Run): ConnectorConfig | null {
    return this.#byRun(run)?.connectorConfig ?? null
  }

  /** Resolves once the task runs, or is paused; rejects where it could not start, and its status is FAILED then. */
  async start(start: TaskStart): Promise<void> {
    const key = taskIdText(start.id)
    const earlier = this.#tasks.get(key)
    if (earlier && earlier.phase !== 'failed') {
      throw new ConnectError(`Task already exists in this worker: ${key}`)
    }
    const run = this.#newRun()
    const task: RunningTask = {
      id: start.id,
      connectorConfig: start.connectorConfig,
      run,
      thread: this.#pool.acquire(),
      counters: new TaskCounters(),
      kafkaIds: [],
      targetState: start.targetState,
      phase: 'starting',
      gone: null,
    }
    this.#tasks.set(key, task)
    try {
      // What is left of a failed run goes first; meanwhile the new one may be stopped.
      if (earlier) await this.#stop(earlier, cancelMs)
      if (task.gone) throw new ConnectError(`Task ${key} was stopped before it had started.`)
      await task.thread.channel.request('startTask', {
        run,
        start: { ...start, targetState: task.targetState },
        counters: task.counters.shared,
      })
      if (task.phase === 'starting') task.phase = 'running'
    } catch (error) {
      this.#fail(task, toWireError(error))
      throw error
    }
  }

  async setState(id: ConnectorTaskId, targetState: TargetState): Promise<void> {
    const task = this.#tasks.get(taskIdText(id))
    if (!task || task.phase === 'failed' || task.phase === 'stopping') return
    // A thread that has not been told of the task yet takes no notice; it is told of this state with the start.
    task.targetState = targetState
    await task.thread.channel.request('setTaskState', { run: task.run, targetState })
  }

  /** Stops the tasks together. Resolves, within `graceMs`, once each is gone or cancelled. */
  async stop(ids: readonly ConnectorTaskId[], graceMs: number): Promise<void> {
    const tasks = ids.flatMap((id) => this.#tasks.get(taskIdText(id)) ?? [])
    await Promise.all(tasks.map((task) => this.#stop(task, graceMs)))
  }

  /** Resolves when no thread is waited for any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#background)
  }

  onStatus({ run, state, error }: PluginThreadNotices['taskStatus']): void {
    const task = this.#byRun(run)
    if (!task || task.phase === 'stopping' || task.phase === 'failed') return
    if (state === 'FAILED') this.#fail(task, error)
    else this.#listener.taskStatus(task.id, state)
  }

  onTopicUsed({ id, run, topic }: PluginThreadNotices['topicUsed']): void {
    if (this.#byRun(run)) this.#listener.topicUsed(id, topic)
  }

  onKafkaIdOpened({ run, ids }: PluginThreadNotices['kafkaIdOpened']): void {
    this.#byRun(run)?.kafkaIds.push(ids)
  }

  /** A task thread has ended: what ran there has failed, with the thread's reason. */
  onThreadEnded(thread: TaskThread, cause: Error): void {
    for (const task of this.#tasks.values()) {
      if (task.thread !== thread || task.phase === 'stopping') continue
      const message = `Task ${taskIdText(task.id)} ended with its thread: ${cause.message}`
      this.#fail(task, toWireError(new ConnectError(message, { cause })))
    }
  }

  #fail(task: RunningTask, error: WireError | undefined): void {
    if (task.phase === 'failed' || task.phase === 'stopping') return
    task.phase = 'failed'
    this.#listener.taskStatus(task.id, 'FAILED', error)
  }

  #stop(task: RunningTask, graceMs: number): Promise<void> {
    return (task.gone ??= this.#end(task, graceMs))
  }

  async #end(task: RunningTask, graceMs: number): Promise<void> {
    const failed = task.phase === 'failed'
    task.phase = 'stopping'
    const { id, run, thread } = task
    try {
      const argument = { run, graceMs: Math.floor(graceMs * taskShare) }
      await thread.channel.request('stopTask', argument, { timeoutMs: graceMs })
      if (!failed) this.#listener.taskStatus(id, 'UNASSIGNED')
    } catch (error) {
      if (!thread.reason) this.#cancel(task, error)
      else if (!failed) this.#listener.taskStatus(id, 'UNASSIGNED')
    } finally {
      this.#remove(task)
    }
  }

  /**
   * The task did not stop in time. It is no longer one of ours: its offsets are refused, and it is told to do
   * nothing more. A thread that does not even hear that is ended, with whatever else runs there.
   */
  #cancel({ id, run, thread }: RunningTask, error: unknown): void {
    log.error(`Graceful stop of task ${taskIdText(id)} failed.`, error)
    this.#inBackground(
      thread.channel.request('cancelTask', { run }, { timeoutMs: cancelMs }).catch(async () => {
        if (thread.reason) return
        const message = `The thread ${thread.name} did not answer for ${cancelMs} ms when task ${taskIdText(id)} was to stop; it was ended.`
        await thread.terminate(new ConnectError(message))
      }),
    )
  }

  #inBackground(work: Promise<unknown>): void {
    const owned = work.then(() => undefined).finally(() => this.#background.delete(owned))
    this.#background.add(owned)
  }

  #remove(task: RunningTask): void {
    const key = taskIdText(task.id)
    if (this.#tasks.get(key) === task) this.#tasks.delete(key)
    this.#pool.release(task.thread)
  }

  #byRun(run: Run): RunningTask | undefined {
    for (const task of this.#tasks.values()) if (task.run === run) return task
    return undefined
  }
}
