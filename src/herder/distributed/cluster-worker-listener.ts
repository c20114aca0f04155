import type { ClusterConfigState } from '../../stores/config/cluster-config.ts'
import type { ConnectorWorker, WorkerListener } from '../../worker/types.ts'
import { connectorVersionOf } from '../lifecycle-services.ts'
import type { ClusterStatuses } from './cluster-statuses.ts'
import type { ClusterTopics } from './cluster-topics.ts'
import type { OwnedWork } from './owned-work.ts'

export interface ClusterWorkerState {
  readonly snapshot: () => ClusterConfigState
  readonly owned: () => OwnedWork
  readonly statuses: ClusterStatuses
  readonly topics: ClusterTopics
  readonly worker: () => ConnectorWorker
}

/** Tells the cluster what the worker says of its connectors and tasks. */
export function clusterWorkerListener({
  snapshot,
  owned,
  statuses,
  topics,
  worker,
}: ClusterWorkerState): WorkerListener {
  const versionOf = (connector: string): string | null => {
    const config = snapshot().connectors.get(connector)?.config
    return config === undefined ? null : connectorVersionOf(worker(), config)
  }
  return {
    connectorStatus: (name, state, error) => {
      if (state === 'FAILED') owned().connector(name)?.connectorFailed()
      statuses.setConnector(name, state, versionOf(name), error)
    },
    taskStatus: (id, state, error) => {
      // The worker says so of what it has; what could not even be placed in it has no version.
      const isPlaced = state !== 'UNASSIGNED'
      statuses.setTask(id, state, {
        ...(isPlaced && { version: versionOf(id.connector) }),
        ...(error && { trace: error.trace, retriable: error.retriable }),
      })
    },
    taskReconfigurationRequested: (name) => owned().connector(name)?.requestTaskReconfiguration(),
    topicUsed: (id, topic) => {
      if (snapshot().connectors.has(id.connector)) topics.add(id, topic)
    },
  }
}
