import type { ConnectorStateInfo, ConnectorState, RestartRequest } from './herder.ts'

/** Which parts of a connector a restart request concerns (KIP-745). */
export interface RestartPlan {
  readonly connector: boolean
  /** Numbers of the tasks. */
  readonly tasks: readonly number[]
}

/**
 * The connector is restarted unless only what failed is asked for; its tasks where they are included. `answer`
 * is the status as it was, what will be restarted shown as RESTARTING.
 */
export function planRestart(
  status: ConnectorStateInfo,
  request: RestartRequest,
): RestartPlan & { readonly answer: ConnectorStateInfo } {
  const concerns = (part: ConnectorState): boolean => !request.onlyFailed || part.state === 'FAILED'
  const connector = concerns(status.connector)
  const tasks = request.includeTasks ? status.tasks.filter(concerns).map((task) => task.id) : []
  return {
    connector,
    tasks,
    answer: {
      ...status,
      connector: connector ? restarting(status.connector) : status.connector,
      tasks: status.tasks.map((task) => (tasks.includes(task.id) ? restarting(task) : task)),
    },
  }
}

function restarting<T extends ConnectorState>(part: T): T {
  return { ...part, state: 'RESTARTING' }
}
