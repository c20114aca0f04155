import type { ConnectClusterState, ConnectState } from '../../api/rest-extension.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import type { ConnectorState, Herder } from '../../herder/herder.ts'

/** As Java's, where it is not configurable either. */
const answerMs = 90_000

/** What extensions may know of the herder, once there is one. */
export function clusterState(herder: () => Herder | null): ConnectClusterState {
  const started = (): Herder => {
    const found = herder()
    if (found !== null) return found
    throw new ConnectError('The worker is still starting: ask when the first request has come.')
  }
  return {
    connectors: () => started().connectors(),
    connectorHealth: (name) => {
      const { type, connector, tasks } = started().connectorStatus(name)
      const states = tasks.map((task) => [task.id, stateOf(task)] as const)
      return { name, type, connectorState: stateOf(connector), tasksState: new Map(states) }
    },
    connectorConfig: async (name) =>
      await started().connectorConfig(name, AbortSignal.timeout(answerMs)),
    clusterDetails: () => ({ kafkaClusterId: started().kafkaClusterId }),
  }
}

function stateOf({ state, worker_id, trace }: ConnectorState): ConnectState {
  return { state, workerId: worker_id, traceMessage: trace ?? null }
}
