import { asError, ConnectError } from '../errors/connect-error.ts'
import type { KafkaIds, TaskStart, WireError } from '../messages/protocol.ts'
import { toWireError } from '../messages/wire-error.ts'
import { createLogger } from '../util/logger.ts'
import { callText } from '../messages/call-text.ts'
import { nameOf } from './task-table.ts'
import type { RunningTask, TaskTable } from './task-table.ts'
import type { TaskThread, ThreadPool } from './thread-pool.ts'

/** A thread that does not answer a cancellation within this time holds its event loop and is ended. */
const cancelMs = 2000
/** A task that was given up may keep its thread for so long; then the thread is given up too. */
const lingerMs = 5000
/** What a dead thread left in Kafka is cleared away within this time, or left to time out there. */
const clearMs = 5000

const log = createLogger('org.apache.kafka.connect.runtime.Worker')

/** Takes out of Kafka what a thread that died has left there: members of groups, producers with transactions. */
export interface KafkaCleaner {
  clean(task: TaskStart, ids: readonly KafkaIds[], signal: AbortSignal): Promise<void>
}

export interface TaskMovesOptions {
  readonly pool: ThreadPool
  readonly table: TaskTable
  readonly cleaner: KafkaCleaner
  /** How long a task may take to stop where its thread is to end. */
  readonly graceMs: number
  fail(task: RunningTask, error: WireError): void
  /** Starts the task on another thread; rejects where that failed, which has been reported then. */
  restart(task: RunningTask): Promise<void>
}

/**
 * Sees to it that a task takes no other down with it: when its thread ends, its neighbours go on elsewhere from their last
 * committed offsets (invariants 1 and 2), and a thread that a task will not let go of is ended once its neighbours have left.
 */
export class TaskMoves {
  readonly #options: TaskMovesOptions
  readonly #background = new Set<Promise<unknown>>()
  /** Of threads that have ended: resolves when they are gone, from here and from Kafka. */
  readonly #cleared = new WeakMap<TaskThread, Promise<void>>()

  constructor(options: TaskMovesOptions) {
    this.#options = options
  }

  /** Resolves when no thread is waited for any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#background)
  }

  /** Resolves when a thread that has ended is gone, and known to Kafka no longer. */
  async cleared(thread: TaskThread): Promise<void> {
    await this.#cleared.get(thread)
  }

  /**
   * A task thread has ended: the task that is to answer for it has failed, the others start elsewhere. Where nobody knows who it
   * was, each of them gets a thread of its own, and the next time it is known.
   */
  onThreadEnded(thread: TaskThread, cause: Error): void {
    const { table } = this.#options
    const tasks = table.on(thread)
    const cleared = this.#clear(thread, [...tasks, ...table.leftOn(thread)])
    this.#cleared.set(thread, cleared)
    this.#inBackground(cleared)
    const lost = tasks.filter(isActive)
    const { culprit, suspects } = this.#judge(thread, lost)
    if (culprit) this.#options.fail(culprit, toWireError(endedWith(culprit, thread, cause)))
    const neighbours = lost.filter((task) => task !== culprit)
    logMove(neighbours, suspects ? 'each on a thread of its own' : 'on another thread', cause)
    for (const task of neighbours) {
      if (suspects) task.own ??= { heapMb: null }
      this.#move(task, cleared)
    }
  }

  /**
   * The task did not stop in time. It is no longer one of ours: its offsets are refused, and it is told to do nothing more. Resolves
   * once it has been told, or its thread is gone: a thread that does not even hear it is ended.
   */
  async cancel(task: RunningTask, error: unknown): Promise<void> {
    const { thread, run } = task
    const name = nameOf(task)
    log.error(`Graceful stop of task ${name} failed.`, error)
    this.#options.table.leftovers.add(task)
    try {
      await thread.channel.request('cancelTask', { run }, { timeoutMs: cancelMs })
      this.linger(task)
    } catch {
      const message = `The thread ${thread.name} did not answer for ${cancelMs} ms when task ${name} was to stop; it was ended.`
      await thread.terminate(new ConnectError(message), 'nobody')
      await this.cleared(thread)
      this.#options.table.leftovers.delete(task)
    }
  }

  /** The task is to do nothing more; a thread it does not let go of is ended, once the others have left it. */
  linger(task: RunningTask): void {
    this.#options.table.leftovers.add(task)
    this.#inBackground(this.#linger(task))
  }

  async #linger(task: RunningTask): Promise<void> {
    const { thread, run } = task
    try {
      await thread.channel.request('taskFree', { run }, { timeoutMs: lingerMs })
    } catch {
      if (!thread.reason) {
        const message = `Task ${nameOf(task)} has ended, but a call of its plugin has not returned since: the thread ${thread.name} is ended for it.`
        this.#retire(thread, new ConnectError(message))
      }
      await thread.buried
    } finally {
      this.#options.table.leftovers.delete(task)
    }
  }

  /** Ends a thread that still turns: its tasks stop there, and start elsewhere. */
  #retire(thread: TaskThread, reason: Error): void {
    const { pool, table } = this.#options
    if (!pool.retire(thread)) return
    const neighbours = table.on(thread).filter(isActive)
    const stopping = table.on(thread).flatMap(({ gone }) => gone ?? [])
    const parted = neighbours.map((task) => this.#part(task))
    if (neighbours.length === 0) log.warn(reason.message)
    logMove(neighbours, 'on another thread once they have stopped here', reason)
    const emptied = Promise.all([...parted, ...stopping])
      .then(() => thread.terminate(reason, 'nobody'))
      .then(() => this.cleared(thread))
    this.#inBackground(emptied)
    for (const [index, task] of neighbours.entries()) {
      this.#move(
        task,
        Promise.resolve(parted[index]).then((left) => (left === true ? undefined : emptied)),
      )
    }
  }

  /** Invariant 7: drains and commits. False where that was not done in time. */
  async #part({ thread, run }: RunningTask): Promise<boolean> {
    const { graceMs } = this.#options
    try {
      await thread.channel.request('stopTask', { run, graceMs }, { timeoutMs: graceMs + cancelMs })
      return true
    } catch {
      return false
    }
  }

  #move(task: RunningTask, ready: Promise<void>): void {
    task.phase = 'moving'
    task.moved = this.#restartWhen(task, ready)
    this.#inBackground(task.moved)
  }

  async #restartWhen(task: RunningTask, ready: Promise<void>): Promise<void> {
    await ready
    // Meanwhile it may have been stopped.
    if (task.phase === 'moving') await this.#options.restart(task)
  }

  #judge(
    thread: TaskThread,
    lost: readonly RunningTask[],
  ): { readonly culprit: RunningTask | undefined; readonly suspects: boolean } {
    if (thread.blame === 'nobody') return { culprit: undefined, suspects: false }
    const named = thread.blame === 'named' ? thread.endedIn : null
    if (named) return { culprit: lost.find(({ run }) => run === named.run), suspects: false }
    // A task that was given up before is more likely to have done it than those that are in order.
    if (this.#options.table.leftOn(thread).length > 0)
      return { culprit: undefined, suspects: false }
    return lost.length === 1
      ? { culprit: lost[0], suspects: false }
      : { culprit: undefined, suspects: true }
  }

  async #clear(thread: TaskThread, tasks: readonly RunningTask[]): Promise<void> {
    const known = tasks.filter(({ kafkaIds }) => kafkaIds.size > 0)
    await thread.buried
    const signal = AbortSignal.timeout(clearMs)
    await Promise.all(known.map((task) => this.#clean(task, signal)))
  }

  async #clean(task: RunningTask, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.cleaner.clean(task.start, [...task.kafkaIds.values()], signal)
    } catch (error) {
      log.warn(
        `What task ${nameOf(task)} left in Kafka when its thread ended is left to time out there: ${asError(error).message}`,
      )
    }
  }

  /** Failures have been reported as the status of the task. */
  #inBackground(work: Promise<unknown>): void {
    const owned = work.catch(() => undefined).finally(() => this.#background.delete(owned))
    this.#background.add(owned)
  }
}

function isActive({ phase }: RunningTask): boolean {
  return phase === 'starting' || phase === 'running'
}

function logMove(tasks: readonly RunningTask[], where: string, { message }: Error): void {
  if (tasks.length === 0) return
  log.warn(`Starting tasks ${tasks.map(nameOf).join(', ')} ${where}: ${message}`)
}

function endedWith(task: RunningTask, { endedIn }: TaskThread, cause: Error): ConnectError {
  const call = endedIn?.run === task.run ? ` It was in ${callText(endedIn.stage, task.start)}.` : ''
  return new ConnectError(`Task ${nameOf(task)} ended with its thread: ${cause.message}${call}`, {
    cause,
  })
}
