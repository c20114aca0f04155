import type { DistributedConfig } from '../config/distributed-config.ts'
import type { WorkerFile } from '../config/worker-file.ts'
import { connectProtocols } from '../herder/distributed/connect-group-protocol.ts'
import type { ConnectProtocolMode } from '../herder/distributed/connect-group-protocol.ts'
import type { GroupMember, GroupNeeds } from '../herder/distributed/options.ts'
import { WorkerGroup } from '../herder/distributed/worker-group.ts'
import { clientOptions } from '../kafka/net/client-options.ts'
import { KafkaClient } from '../kafka/net/client.ts'
import type { WorkerLease } from '../messages/worker-lease.ts'
import type { AdvertisedAddress } from '../rest/advertised.ts'
import { clientOf } from './cluster-stores.ts'

/** The worker's way into its group; the client is closed when the worker has left it for good. */
export interface ClusterGroup {
  readonly client: KafkaClient
  readonly member: (needs: GroupNeeds) => GroupMember
}

/** As of Java's group client; other clients wait for less. */
const requestTimeoutMs = '40000'

export function clusterGroup(
  file: WorkerFile<DistributedConfig>,
  { workerId, url }: AdvertisedAddress,
  lease: WorkerLease,
): ClusterGroup {
  const { config, originals } = file
  const own = originals['client.id'] ?? ''
  const client = new KafkaClient(
    clientOptions({
      'request.timeout.ms': requestTimeoutMs,
      ...clientOf(file, own === '' ? `connect-${workerId}` : own),
    }),
  )
  return {
    client,
    member: (needs) =>
      new WorkerGroup({
        ...needs,
        ...{ client, url, lease },
        options: {
          groupId: config['group.id'],
          groupInstanceId: config['group.instance.id'],
          sessionTimeoutMs: config['session.timeout.ms'],
          heartbeatIntervalMs: config['heartbeat.interval.ms'],
          maxPollIntervalMs: config['rebalance.timeout.ms'],
        },
        mode: modeOf(config['connect.protocol']),
        maxDelayMs: config['scheduled.rebalance.max.delay.ms'],
      }),
  }
}

/** Validated before, in any case. */
function modeOf(protocol: string): ConnectProtocolMode {
  const modes = Object.keys(connectProtocols) as ConnectProtocolMode[]
  return modes.find((mode) => mode === protocol.toLowerCase()) ?? 'sessioned'
}
