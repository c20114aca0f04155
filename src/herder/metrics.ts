import type { Reading } from '../metrics/groups.ts'
import type { MetricFamily } from '../metrics/metric-family.ts'
import { familiesOf } from '../metrics/names.ts'
import { restartFamily } from '../metrics/own-families.ts'
import { kafkaVersion } from '../util/kafka-version.ts'
import type { WorkerSnapshot } from '../worker/types.ts'
import type { State } from './herder.ts'
import type { RestartSupervisor } from './restart-supervisor.ts'
import type { Statuses } from './statuses.ts'

/** What the tasks of a connector are doing, wherever they run. */
type TasksOf = (connector: string) => readonly State[]

/** All metrics of a worker: what it measures, and what its herder knows. */
export function herderFamilies(
  appInfo: Reading,
  { names, readings, families }: WorkerSnapshot,
  statuses: Statuses,
  restarts: Pick<RestartSupervisor, 'view'>,
  tasksOf: TasksOf = (name) => statuses.tasks(name).map(({ state }) => state),
): MetricFamily[] {
  const all = [appInfo, ...readings, ...statusReadings(statuses, tasksOf)]
  const restarted = statuses.connectors().map((connector) => ({
    connector,
    restarts: restarts.view(connector)?.total ?? 0,
  }))
  return [...familiesOf(all, names), ...families, restartFamily(restarted)]
}

/** Which worker this is; to be called when it starts. */
export function appInfoReading(workerId: string, commit = 'unknown'): Reading {
  const values = { version: kafkaVersion, 'commit-id': commit, 'start-time-ms': String(Date.now()) }
  return { group: 'appInfo', tags: { 'client-id': workerId }, values }
}

/** What the connectors and tasks of this worker are doing. */
function statusReadings(statuses: Statuses, tasksOf: TasksOf): Reading[] {
  return statuses.names().flatMap((name) => [
    ...connectorReadings(statuses, name, tasksOf),
    ...statuses.tasks(name).map((task): Reading => ({
      group: 'task',
      tags: { connector: name, task: String(task.id) },
      values: { status: task.state.toLowerCase() },
    })),
  ])
}

/** None where tasks of it run here, but not the connector. */
function connectorReadings(statuses: Statuses, name: string, tasksOf: TasksOf): Reading[] {
  const state = statuses.connectorState(name)
  if (state === undefined) return []
  return [
    { group: 'connector', tags: { connector: name }, values: { status: state.toLowerCase() } },
    { group: 'workerConnector', tags: { connector: name }, values: countsOf(tasksOf(name)) },
  ]
}

function countsOf(states: readonly State[]): Reading<'workerConnector'>['values'] {
  const count = (state: State): number => states.filter((each) => each === state).length
  return {
    'connector-total-task-count': states.length,
    'connector-running-task-count': count('RUNNING'),
    'connector-paused-task-count': count('PAUSED'),
    'connector-failed-task-count': count('FAILED'),
    'connector-unassigned-task-count': count('UNASSIGNED'),
    // What is deleted is forgotten at once.
    'connector-destroyed-task-count': 0,
    'connector-restarting-task-count': count('RESTARTING'),
  }
}
