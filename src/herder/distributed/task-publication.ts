import type { ConnectorConfig, RawConfig } from '../../config/types.ts'
import { sameConfig, sameConfigs } from '../task-configs.ts'
import type { ClusterMembership } from './cluster-membership.ts'
import type { ConnectorRequests } from './connector-requests.ts'
import type { ConfigStore } from './options.ts'
import type { PeerClient } from './peer-client.ts'

export interface PublicationParts {
  readonly configs: Pick<ConfigStore, 'snapshot'>
  readonly membership: Pick<ClusterMembership, 'untilSettled'>
  readonly requests: Pick<ConnectorRequests, 'putTaskConfigs'>
  readonly peers: Pick<PeerClient, 'putTaskConfigs'>
}

/** Has a connector that runs here have these tasks, unless it has them and they were made from the same configuration. */
export async function publishTasks(
  { configs, membership, requests, peers }: PublicationParts,
  name: string,
  config: RawConfig,
  tasks: readonly ConnectorConfig[],
  signal: AbortSignal,
): Promise<void> {
  const state = configs.snapshot().connectors.get(name)
  if (state === undefined) return
  const { appliedConfig, isInconsistent } = state
  const isMadeFromThis = appliedConfig !== null && sameConfig(appliedConfig, config)
  if (isMadeFromThis && !isInconsistent && sameConfigs(state.tasks, tasks)) return
  const { isLeader, leaderUrl, version } = await membership.untilSettled(signal)
  if (isLeader) {
    await requests.putTaskConfigs(name, tasks, signal)
    return
  }
  const key = version >= 2 ? configs.snapshot().sessionKey : null
  await peers.putTaskConfigs(leaderUrl, name, tasks, key, signal)
}
