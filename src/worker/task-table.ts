import type { TargetState } from '../config/types.ts'
import type { TaskCounters } from '../messages/counters.ts'
import { taskIdText } from '../messages/ids.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { KafkaIds, Run, TaskStart } from '../messages/protocol.ts'
import type { OwnThread, TaskThread } from './thread-pool.ts'

/**
 * waiting ─► starting ─► running ─► stopping ─► (gone)
 *    └──────────┴───────────┴─────► failed          reported once, kept until it is stopped
 * starting, running ─► moving ─► starting      its thread ended, or is about to, for another's sake
 * waiting: for what an earlier run has left; its thread knows nothing of it yet
 */
export interface RunningTask {
  readonly start: TaskStart
  readonly counters: TaskCounters
  /** Under which names Kafka knows it, by group or transaction. */
  readonly kafkaIds: Map<string, KafkaIds>
  run: Run
  thread: TaskThread
  targetState: TargetState
  phase: 'waiting' | 'starting' | 'running' | 'moving' | 'stopping' | 'failed'
  /** The thread it is to have for itself: by its configuration, or once a thread ended and nothing said whose fault that was. */
  own: OwnThread | null
  /** Of a task that moves: settles when it runs again, or has failed. */
  moved: Promise<void> | null
  /** Of a task that is being stopped: resolves once it is gone. */
  gone: Promise<void> | null
}

/** The tasks of a worker by their names, and those it has given up that their threads are not free of yet. */
export class TaskTable {
  readonly #tasks = new Map<string, RunningTask>()
  /** Cancelled tasks, and failed ones that were not released. */
  readonly leftovers = new Set<RunningTask>()

  ids(): readonly ConnectorTaskId[] {
    return [...this.#tasks.values()].map(({ start }) => start.id)
  }

  get(id: ConnectorTaskId): RunningTask | undefined {
    return this.#tasks.get(taskIdText(id))
  }

  byRun(run: Run): RunningTask | undefined {
    for (const task of this.#tasks.values()) if (task.run === run) return task
    return undefined
  }

  /** What runs on a thread, or was to run there; given up tasks not among them. */
  on(thread: TaskThread): readonly RunningTask[] {
    return [...this.#tasks.values()].filter((task) => task.thread === thread)
  }

  leftOn(thread: TaskThread): readonly RunningTask[] {
    return [...this.leftovers].filter((task) => task.thread === thread)
  }

  set(task: RunningTask): void {
    this.#tasks.set(nameOf(task), task)
  }

  delete(task: RunningTask): void {
    if (this.#tasks.get(nameOf(task)) === task) this.#tasks.delete(nameOf(task))
  }
}

/** `connector-0`. */
export function nameOf({ start }: Pick<RunningTask, 'start'>): string {
  return taskIdText(start.id)
}
