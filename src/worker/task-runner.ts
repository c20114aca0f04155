import type { ConnectorConfig, TargetState } from '../config/types.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { TaskCounters } from '../messages/counters.ts'
import { taskIdText } from '../messages/ids.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { PluginThreadNotices, Run, TaskStart, WireError } from '../messages/protocol.ts'
import { toWireError } from '../messages/wire-error.ts'
import { abortable } from '../util/abort.ts'
import { createLogger } from '../util/logger.ts'
import { TaskMoves } from './task-moves.ts'
import type { KafkaCleaner } from './task-moves.ts'
import { nameOf, TaskTable } from './task-table.ts'
import type { RunningTask } from './task-table.ts'
import type { OwnThread, TaskThread, ThreadPool } from './thread-pool.ts'
import type { WorkerListener } from './types.ts'

const log = createLogger('org.apache.kafka.connect.runtime.Worker')

/** What is left of a failed task gets so long to be released before it is started again. */
const releaseMs = 2000
/** Part of a task's grace that is its own; the rest is for its answer to arrive. */
const taskShare = 0.9

/** The tasks of this worker, each in some task thread. */
export class TaskRunner {
  readonly #pool: ThreadPool
  readonly #listener: WorkerListener
  readonly #newRun: () => Run
  readonly #table = new TaskTable()
  readonly #moves: TaskMoves
  /** Of tasks that were cancelled, by name: resolves once they can do no more harm. */
  readonly #cancelling = new Map<string, Promise<void>>()

  constructor(options: {
    readonly pool: ThreadPool
    readonly listener: WorkerListener
    readonly cleaner: KafkaCleaner
    readonly graceMs: number
    readonly newRun: () => Run
  }) {
    const { pool, listener, cleaner, graceMs } = options
    this.#pool = pool
    this.#listener = listener
    this.#newRun = options.newRun
    this.#moves = new TaskMoves({
      ...{ pool, cleaner, graceMs, table: this.#table },
      fail: (task, error) => this.#fail(task, error),
      restart: (task) => this.#restart(task),
    })
  }

  ids(): readonly ConnectorTaskId[] {
    return this.#table.ids()
  }

  /** The task started as `run`, where it still is one of this worker's. */
  find(run: Run): TaskStart | null {
    return this.#table.byRun(run)?.start ?? null
  }

  /** The counters of a task, also of one whose thread hangs or has ended; null where there is no such task. */
  counters(id: ConnectorTaskId): TaskCounters | null {
    return this.#table.get(id)?.counters ?? null
  }

  /** The tasks of `connector` tell each topic again with its next use (KIP-558). */
  resetTopics(connector: string): void {
    for (const id of this.ids()) {
      if (id.connector === connector) this.counters(id)?.add('topicResets', 1)
    }
  }

  /** The thread a task runs in; null where there is no such task. */
  threadOf(id: ConnectorTaskId): TaskThread | null {
    return this.#table.get(id)?.thread ?? null
  }

  /** The task started as `run`, e.g. `orders-0`; null where it is not ours any more. */
  nameOfRun(run: Run): string | null {
    const task = this.#table.byRun(run)
    return task ? nameOf(task) : null
  }

  /** The configuration of `connector` where the task started as `run` is still one of this worker's, and may act for it. */
  configOf({
    connector,
    run,
  }: {
    readonly connector: string
    readonly run: Run
  }): ConnectorConfig | null {
    const start = this.find(run)
    return start?.id.connector === connector ? start.connectorConfig : null
  }

  /** Resolves once the task runs, or is paused; rejects where it could not start, and its status is FAILED then. */
  async start(start: TaskStart, own: OwnThread | null): Promise<void> {
    const earlier = this.#table.get(start.id)
    if (earlier && earlier.phase !== 'failed') {
      throw new ConnectError(`Task already exists in this worker: ${nameOf(earlier)}`)
    }
    const { connector, task: number } = start.id
    log.withContext(`[${connector}|task-${number}] `).info(`Creating task ${connector}-${number}`)
    const task: RunningTask = {
      start,
      counters: new TaskCounters(),
      kafkaIds: new Map(),
      run: this.#newRun(),
      thread: this.#pool.acquire(own),
      targetState: start.targetState,
      phase: 'waiting',
      own,
      moved: null,
      gone: null,
    }
    this.#table.set(task)
    try {
      // What is left of a run before goes first; meanwhile the new one may be stopped.
      if (earlier) await this.#stop(earlier, releaseMs)
      await this.#cancelling.get(nameOf(task))
      if (task.gone) throw stoppedTooSoon(task)
    } catch (error) {
      this.#fail(task, toWireError(error))
      throw error
    }
    // Meanwhile the thread may have ended, or be about to.
    if (task.thread.reason || this.#pool.isRetired(task.thread)) await this.#restart(task)
    else await this.#launch(task)
  }

  async setState(id: ConnectorTaskId, targetState: TargetState): Promise<void> {
    const task = this.#table.get(id)
    if (!task || task.phase === 'failed' || task.phase === 'stopping') return
    // A thread that has not been told of the task yet takes no notice; it is told of this state with the start.
    task.targetState = targetState
    const { thread, run } = task
    try {
      await thread.channel.request('setTaskState', { run, targetState })
    } catch (error) {
      if (!thread.reason) throw error // Where its thread has ended, the next one is told with the start.
    }
  }

  /** Stops the tasks together. Resolves, within `graceMs`, once each is gone or cancelled. */
  async stop(ids: readonly ConnectorTaskId[], graceMs: number): Promise<void> {
    const tasks = ids.flatMap((id) => this.#table.get(id) ?? [])
    await Promise.all(tasks.map((task) => this.#stop(task, graceMs)))
  }

  /** Resolves when no thread is waited for any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#cancelling.values(), this.#moves.idle()])
  }

  onStatus({ run, state, error }: PluginThreadNotices['taskStatus']): void {
    const task = this.#table.byRun(run)
    if (task?.phase !== 'starting' && task?.phase !== 'running') return
    if (state === 'FAILED') this.#fail(task, error)
    else this.#listener.taskStatus(task.start.id, state)
  }

  onTopicUsed({ id, run, topic }: PluginThreadNotices['topicUsed']): void {
    if (this.#table.byRun(run)) this.#listener.topicUsed(id, topic)
  }

  onKafkaIdOpened({ run, ids }: PluginThreadNotices['kafkaIdOpened']): void {
    this.#table.byRun(run)?.kafkaIds.set(ids.groupId ?? ids.transactionalId ?? '', ids)
  }

  onThreadEnded(thread: TaskThread, cause: Error): void {
    this.#moves.onThreadEnded(thread, cause)
  }

  async #launch(task: RunningTask): Promise<void> {
    const { run, thread, start, targetState, counters } = task
    task.phase = 'starting'
    const phase = (): RunningTask['phase'] => task.phase
    try {
      await thread.channel.request('startTask', {
        run,
        start: { ...start, targetState },
        counters: counters.shared,
      })
      if (task.run === run && phase() === 'starting') task.phase = 'running'
    } catch (error) {
      // Its thread ended for another's sake: then it starts once more.
      if (phase() === 'moving') return task.moved ?? undefined
      this.#fail(task, toWireError(error))
      throw error
    }
  }

  /** Starts the task once more, on another thread. */
  async #restart(task: RunningTask): Promise<void> {
    const threadDied = task.thread.reason !== null
    this.#pool.release(task.thread)
    task.thread = this.#pool.acquire(task.own)
    task.run = this.#newRun()
    task.kafkaIds.clear()
    task.counters.beginAgain(threadDied)
    await this.#launch(task)
  }

  #fail(task: RunningTask, error: WireError | undefined): void {
    if (task.phase === 'failed' || task.phase === 'stopping') return
    task.phase = 'failed'
    this.#listener.taskStatus(task.start.id, 'FAILED', error)
    if (!task.thread.reason) this.#moves.linger(task)
  }

  #stop(task: RunningTask, graceMs: number): Promise<void> {
    return (task.gone ??= this.#end(task, graceMs))
  }

  async #end(task: RunningTask, graceMs: number): Promise<void> {
    const { phase, thread, moved } = task
    task.phase = 'stopping'
    try {
      // A task between two threads ends where it is: in its old one it drains, in its new one it does not start.
      if (phase === 'moving') await leaves(task, moved, graceMs)
      else await this.#stopInThread(task, graceMs)
      this.#stopped(task, phase)
    } catch (error) {
      if (thread.reason && phase === 'moving') {
        this.#holdBack(task, this.#moves.cleared(thread))
        this.#stopped(task, phase)
      } else if (thread.reason) {
        await this.#moves.cleared(thread)
        this.#stopped(task, phase)
      } else this.#cancel(task, error)
    } finally {
      this.#table.delete(task)
      this.#pool.release(task.thread)
    }
  }

  async #stopInThread(task: RunningTask, graceMs: number): Promise<void> {
    const argument = { run: task.run, graceMs: Math.floor(graceMs * taskShare) }
    await task.thread.channel.request('stopTask', argument, { timeoutMs: graceMs })
    this.#moves.linger(task)
  }

  #stopped({ start }: RunningTask, before: RunningTask['phase']): void {
    if (before !== 'failed') this.#listener.taskStatus(start.id, 'UNASSIGNED')
  }

  #cancel(task: RunningTask, error: unknown): void {
    this.#holdBack(task, this.#moves.cancel(task, error))
  }

  /** The next start under this name waits until the run before can do no more harm. */
  #holdBack(task: RunningTask, harmless: Promise<void>): void {
    const name = nameOf(task)
    const done = harmless.finally(() => {
      if (this.#cancelling.get(name) === done) this.#cancelling.delete(name)
    })
    this.#cancelling.set(name, done)
  }
}

function stoppedTooSoon({ start }: RunningTask): ConnectError {
  return new ConnectError(`Task ${taskIdText(start.id)} was stopped before it had started.`)
}

/** Resolves once a task that moves has left its old thread; rejects where that takes longer than `ms`. */
async function leaves(task: RunningTask, moved: Promise<void> | null, ms: number): Promise<void> {
  if (!moved) return
  const limit = AbortSignal.timeout(ms)
  await abortable(moved, limit).catch(() => undefined)
  if (!limit.aborted) return
  throw new ConnectError(
    `Task ${nameOf(task)} did not leave the thread ${task.thread.name} in ${ms} ms.`,
  )
}
