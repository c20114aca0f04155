import { NotFoundError } from '../../errors/connect-error.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { ConnectorWorker } from '../../worker/types.ts'
import type { ConnectorInfo, ConnectorStateInfo, TaskInfo, TaskState } from '../herder.ts'
import { connectorHealth } from '../connector-health.ts'
import { connectorTypeOf } from '../connector-type.ts'
import type { Hour } from '../health-verdict.ts'
import type { ConnectorHealth } from '../health.ts'
import type { RestartSupervisor } from '../restart-supervisor.ts'
import type { Statuses } from '../statuses.ts'
import type { ConnectorLifecycle } from './connector-lifecycle.ts'
import type { ConnectorTable } from './connector-table.ts'

export interface ConnectorViewsOptions {
  readonly connectors: ConnectorTable
  readonly statuses: Statuses
  readonly worker: ConnectorWorker
  readonly restarts: RestartSupervisor
}

/** What is to be said of a connector at this moment, in the shapes of REST. */
export class ConnectorViews {
  readonly #connectors: ConnectorTable
  readonly #statuses: Statuses
  readonly #worker: ConnectorWorker
  readonly #restarts: RestartSupervisor

  constructor({ connectors, statuses, worker, restarts }: ConnectorViewsOptions) {
    this.#connectors = connectors
    this.#statuses = statuses
    this.#worker = worker
    this.#restarts = restarts
  }

  info(connector: ConnectorLifecycle): ConnectorInfo {
    const { name, config, taskIds } = connector
    return { name, config, tasks: taskIds, type: connectorTypeOf(this.#worker, config) }
  }

  status(name: string): ConnectorStateInfo {
    return {
      name,
      connector: this.#statuses.connector(name),
      tasks: this.#statuses.tasks(name),
      type: connectorTypeOf(this.#worker, this.#connectors.find(name)?.config),
    }
  }

  /** The same for a connector that is to be restarted: there is nothing to go by where it has none yet. */
  statusToRestart(name: string): ConnectorStateInfo {
    if (this.#statuses.connectorState(name) !== undefined) return this.status(name)
    throw new NotFoundError(`Status for connector ${name} not found`)
  }

  health({ name, trouble, config, taskIds }: ConnectorLifecycle, hour: Hour): ConnectorHealth {
    const status = {
      name,
      connector: this.#statuses.connectorOrUnassigned(name),
      tasks: taskIds.map((id) => this.#statuses.taskOrUnassigned(id)),
      type: connectorTypeOf(this.#worker, config),
    }
    const sources = {
      status,
      trouble,
      restarts: this.#restarts.view(name),
      connector: this.#worker.connectorFacts(name),
      task: (task: number) => this.#worker.taskFacts({ connector: name, task }),
    }
    return connectorHealth(sources, hour)
  }

  taskStatus(id: ConnectorTaskId): TaskState {
    return this.#statuses.task(id)
  }

  tasks({ name, taskConfigs }: ConnectorLifecycle): readonly TaskInfo[] {
    return taskConfigs.map((config, task) => ({ id: { connector: name, task }, config }))
  }
}
