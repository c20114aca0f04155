import { NotFoundError } from '../../errors/connect-error.ts'
import { taskIdText } from '../../messages/ids.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { ClusterConfigState, ConnectorState } from '../../stores/config/cluster-config.ts'
import type { StatusState, StoredStatus } from '../../stores/status/status-records.ts'
import type { StatusTable } from '../../stores/status/status-table.ts'
import type { ConnectorWorker } from '../../worker/types.ts'
import { connectorHealth } from '../connector-health.ts'
import { connectorTypeOf } from '../connector-type.ts'
import type { ConnectorHealth } from '../health.ts'
import type { Hour, Trouble } from '../health-verdict.ts'
import type {
  ConnectorInfo,
  ConnectorState as ShownState,
  ConnectorStateInfo,
  TaskInfo,
  TaskState,
} from '../herder.ts'
import type { RestartSupervisor } from '../restart-supervisor.ts'

export interface ClusterViewsParts {
  readonly snapshot: () => ClusterConfigState
  readonly statuses: () => StatusTable
  readonly worker: ConnectorWorker
  readonly workerId: string
  readonly restarts: Pick<RestartSupervisor, 'view'>
  /** Why a connector that runs here has not the tasks it should have. */
  readonly trouble: (connector: string) => Trouble | null
}

/** What is to be said of a connector at this moment, by what the topics say: it waits for no rebalance. */
export class ClusterViews {
  readonly #parts: ClusterViewsParts

  constructor(parts: ClusterViewsParts) {
    this.#parts = parts
  }

  /** Throws a NotFoundError, by default with the text that most requests are answered with. */
  get(name: string, missing = `Connector ${name} not found`): ConnectorState {
    const state = this.#parts.snapshot().connectors.get(name)
    if (state === undefined) throw new NotFoundError(missing)
    return state
  }

  names(): readonly string[] {
    return [...this.#parts.snapshot().connectors.keys()]
  }

  info(name: string): ConnectorInfo {
    const { config, tasks } = this.get(name)
    const ids = tasks.map((_, task) => ({ connector: name, task }))
    return { name, config, tasks: ids, type: connectorTypeOf(this.#parts.worker, config) }
  }

  tasks(name: string): readonly TaskInfo[] {
    return this.get(name).tasks.map((config, task) => ({ id: { connector: name, task }, config }))
  }

  /**
   * Throws a NotFoundError where nothing is known of it, `missing` by default. What is no longer configured has no status, though
   * the topic has one until the leader has removed it.
   */
  status(name: string, missing = `No status found for connector ${name}`): ConnectorStateInfo {
    const table = this.#parts.statuses()
    const status = table.connector(name)
    const count = this.#taskCount(name)
    if (status === null || count === null) throw new NotFoundError(missing)
    const tasks = [...table.tasks(name)].filter(([id]) => id < count)
    return {
      name,
      connector: shown(status),
      tasks: tasks.map(([id, task]) => ({ id, ...shown(task) })),
      type: this.#typeOf(name),
    }
  }

  taskStatus(id: ConnectorTaskId): TaskState {
    const status = this.#parts.statuses().task(id.connector, id.task)
    const isConfigured = id.task < (this.#taskCount(id.connector) ?? 0)
    if (status === null || !isConfigured)
      throw new NotFoundError(`No status found for task ${taskIdText(id)}`)
    return { id: id.task, ...shown(status) }
  }

  health(name: string, hour: Hour): ConnectorHealth {
    const { worker, workerId, restarts, trouble, statuses } = this.#parts
    const { tasks } = this.get(name)
    const table = statuses()
    const unassigned = { state: 'UNASSIGNED' as const, worker_id: workerId, version: null }
    const stateOf = (status: StoredStatus | null): ShownState =>
      status === null ? unassigned : shown(status)
    const status = {
      name,
      connector: stateOf(table.connector(name)),
      tasks: tasks.map((_, id) => ({ id, ...stateOf(table.task(name, id)) })),
      type: this.#typeOf(name),
    }
    const sources = {
      status,
      trouble: trouble(name),
      restarts: restarts.view(name),
      connector: worker.connectorFacts(name),
      task: (task: number) => worker.taskFacts({ connector: name, task }),
      workerId,
    }
    return connectorHealth(sources, hour)
  }

  /** Null where there is no such connector. */
  #taskCount(name: string): number | null {
    return this.#parts.snapshot().connectors.get(name)?.tasks.length ?? null
  }

  #typeOf(name: string): ConnectorInfo['type'] {
    const { worker, snapshot } = this.#parts
    return connectorTypeOf(worker, snapshot().connectors.get(name)?.config)
  }
}

/** Members in wire order; an empty trace is left out. */
function shown({ state, workerId, version, trace }: StoredStatus): ShownState & {
  readonly state: StatusState
} {
  const entity = { state, worker_id: workerId, version }
  return trace === null || trace === '' ? entity : { ...entity, trace }
}
