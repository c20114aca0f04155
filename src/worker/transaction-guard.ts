import type { ConnectorTaskId } from '../messages/ids.ts'

/** What a cluster does for a source task that writes in transactions (KIP-618). */
export interface TransactionGuard {
  /** Names the task to Kafka: no two tasks of a cluster may have the same. */
  transactionalIdOf(id: ConnectorTaskId): string
  /** Resolves once no task of an earlier configuration of the connector can commit any more. */
  fenceZombies(id: ConnectorTaskId, signal: AbortSignal): Promise<void>
  /** Rejects where the connector was configured anew since the task was started, or it is another worker's (invariant 4). */
  confirm(id: ConnectorTaskId, signal: AbortSignal): Promise<void>
}
