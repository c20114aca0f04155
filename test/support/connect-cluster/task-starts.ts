import type { ConnectorStatus } from '../sluice.ts'
import type { ConnectWorker } from './connect-cluster.ts'

/** By task, e.g. `name-0`, how often it was started. */
export type TaskStarts = ReadonlyMap<string, number>

/** Of each task that a worker has ever started, by its log: ours and Java's say it in the same words. */
export function startsOf(worker: ConnectWorker): TaskStarts {
  const starts = new Map<string, number>()
  for (const [, task = ''] of worker.log().matchAll(/Creating task (\S+) \(/g))
    starts.set(task, (starts.get(task) ?? 0) + 1)
  return starts
}

/** Of each task that the statuses have on a worker; throws where its log does not know one of them. */
export function startsOfPresent(
  worker: ConnectWorker,
  statuses: readonly ConnectorStatus[],
): TaskStarts {
  const all = startsOf(worker)
  return new Map(
    tasksOn(worker, statuses).map((task) => {
      const starts = all.get(task)
      if (starts === undefined)
        throw new Error(`${worker.id} runs ${task}, but its log does not say that it started it.`)
      return [task, starts]
    }),
  )
}

/** The tasks that a worker had before, and has still, but has started again. */
export function startedAgain(
  before: TaskStarts,
  worker: ConnectWorker,
  statuses: readonly ConnectorStatus[],
): string[] {
  const now = startsOf(worker)
  return tasksOn(worker, statuses).filter(
    (task) => before.has(task) && before.get(task) !== now.get(task),
  )
}

/** No worker has two connectors, or two tasks, more than another. */
export function isEven(
  statuses: readonly ConnectorStatus[],
  workers: readonly ConnectWorker[],
): boolean {
  const spread = (owners: readonly string[]): number => {
    const shares = workers.map(({ id }) => owners.filter((owner) => owner === id).length)
    return Math.max(...shares) - Math.min(...shares)
  }
  const connectors = statuses.map(({ connector }) => connector.worker_id)
  const tasks = statuses.flatMap((status) => status.tasks.map(({ worker_id }) => worker_id))
  return spread(connectors) <= 1 && spread(tasks) <= 1
}

function tasksOn({ id }: ConnectWorker, statuses: readonly ConnectorStatus[]): string[] {
  return statuses.flatMap(({ name, tasks }) =>
    tasks.filter(({ worker_id }) => worker_id === id).map((task) => `${name}-${task.id}`),
  )
}
