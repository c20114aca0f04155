import type { ConnectorWorker, WorkerListener } from '../../worker/types.ts'
import type { ActiveTopics } from '../active-topics.ts'
import type { Statuses } from '../statuses.ts'
import type { ConnectorLifecycle } from './connector-lifecycle.ts'
import type { ConnectorTable } from './connector-table.ts'
import { connectorVersionOf } from '../lifecycle-services.ts'

export interface HerderState {
  readonly connectors: ConnectorTable
  readonly statuses: Statuses
  readonly topics: ActiveTopics
  readonly worker: () => ConnectorWorker
}

/** Takes down what the worker says. What concerns a connector or task that is gone already concerns no one. */
export function workerListener({
  connectors,
  statuses,
  topics,
  worker,
}: HerderState): WorkerListener {
  const versionOf = (connector: ConnectorLifecycle): string | null =>
    connectorVersionOf(worker(), connector.config)
  return {
    connectorStatus: (name, state, error) => {
      const connector = connectors.find(name)
      if (!connector) return
      if (state === 'FAILED') connector.connectorFailed()
      statuses.setConnector(name, state, versionOf(connector), error)
    },
    taskStatus: (id, state, error) => {
      const connector = connectors.find(id.connector)
      if (connector?.taskConfigs[id.task] === undefined) return
      // The worker says so of what it has; what could not even be placed in it has no version.
      const isPlaced = state !== 'UNASSIGNED'
      statuses.setTask(id, state, {
        ...(isPlaced && { version: versionOf(connector) }),
        ...(error && { trace: error.trace, retriable: error.retriable }),
      })
    },
    taskReconfigurationRequested: (name) => connectors.find(name)?.requestTaskReconfiguration(),
    topicUsed: (id, topic) => {
      topics.add(id.connector, topic)
    },
  }
}
