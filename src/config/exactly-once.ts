import type { ConnectorConfig } from './types.ts'

/** What `exactly.once.source.support` says of a worker of a cluster (KIP-618). */
export type ExactlyOnceMode = 'disabled' | 'preparing' | 'enabled'

/** `disabled` where it is not said; the key, in whichever case, is checked where the file is read. */
export function exactlyOnceModeOf(worker: ConnectorConfig): ExactlyOnceMode {
  const mode = worker['exactly.once.source.support']?.trim().toLowerCase()
  return mode === 'preparing' || mode === 'enabled' ? mode : 'disabled'
}

/** Whether a worker file is that of a worker of a cluster: only those have a topic of configurations. */
export function isOfCluster(worker: ConnectorConfig): boolean {
  return worker['config.storage.topic'] !== undefined && worker['group.id'] !== undefined
}

/** The name of a source task to Kafka: no two of a cluster have the same, and each has it wherever it runs. */
export function transactionalIdOf(
  worker: ConnectorConfig,
  { connector, task }: { readonly connector: string; readonly task: number },
): string {
  return `${groupOf(worker)}-${connector}-${task}`
}

/** Under which the leader of a cluster writes configurations. */
export function leaderTransactionalIdOf(worker: ConnectorConfig): string {
  return `connect-cluster-${groupOf(worker)}`
}

function groupOf(worker: ConnectorConfig): string {
  return worker['group.id']?.trim() ?? ''
}
