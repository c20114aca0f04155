import { ConnectError } from '../errors/connect-error.ts'
import type { RequestHandlers } from '../messages/channel.ts'
import type { Run, TaskThreadRequests } from '../messages/protocol.ts'
import type { ThreadBoard } from '../messages/thread-board.ts'
import type { WorkerLease } from '../messages/worker-lease.ts'
import type { MemoryAccount } from '../util/memory-budget.ts'
import { TaskRun } from './task-run.ts'
import type { MainThread } from './main-thread.ts'
import type { PluginLoader, WorkerTaskFactory } from './task.ts'

/** The tasks of one thread, as the main thread starts and stops them. */
export class TaskHost {
  readonly #runs = new Map<Run, TaskRun>()
  readonly #options: {
    readonly main: MainThread
    readonly board: ThreadBoard
    readonly loader: PluginLoader
    readonly lease: WorkerLease
    readonly memory: MemoryAccount
    readonly create: WorkerTaskFactory
  }

  constructor(options: {
    readonly main: MainThread
    readonly board: ThreadBoard
    readonly loader: PluginLoader
    readonly lease: WorkerLease
    readonly memory: MemoryAccount
    readonly create: WorkerTaskFactory
  }) {
    this.#options = options
  }

  readonly requests: RequestHandlers<TaskThreadRequests> = {
    startTask: async ({ run, start, counters }) => {
      const task = new TaskRun({ ...this.#options, run, start, counters })
      this.#runs.set(run, task)
      await task.start()
    },
    setTaskState: ({ run, targetState }) => {
      this.#runs.get(run)?.setTargetState(targetState)
    },
    stopTask: async ({ run, graceMs }) => {
      await this.#runs.get(run)?.stop(graceMs)
    },
    cancelTask: ({ run }) => {
      this.#runs
        .get(run)
        ?.cancel(new ConnectError('The task did not stop in time; it is cancelled.'))
    },
    taskFree: async ({ run }) => {
      await this.#runs.get(run)?.free()
      this.#runs.delete(run)
    },
  }

  /** Fails the tasks that are inside a plugin call: one of them raised an error that cannot be told to be its own. */
  failOpenCalls(error: Error): void {
    for (const run of this.#runs.values()) if (run.calls.open) run.fail(error)
  }
}
