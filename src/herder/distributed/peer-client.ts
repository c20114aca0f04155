import type { ConnectorConfig } from '../../config/types.ts'
import type { SessionKey } from '../../stores/config/config-records.ts'

/**
 * What a worker asks the leader of its cluster by the internal part of the REST API. Requests are signed with the key where there
 * is one. Rejects with a RestError that has the leader's status and message (403: the key is no longer, or not yet, the leader's),
 * with status 500 where it cannot be reached.
 */
export interface PeerClient {
  /** Hands in the configurations that a connector has made for its tasks. */
  putTaskConfigs(
    leaderUrl: string,
    connector: string,
    configs: readonly ConnectorConfig[],
    sessionKey: SessionKey | null,
    signal: AbortSignal,
  ): Promise<void>
  /** Has the earlier producers of a source connector's tasks fenced (KIP-618). */
  fenceZombies(
    leaderUrl: string,
    connector: string,
    sessionKey: SessionKey | null,
    signal: AbortSignal,
  ): Promise<void>
}
