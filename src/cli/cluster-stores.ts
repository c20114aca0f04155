import { workerClientConfig } from '../config/client-config.ts'
import type { DistributedConfig } from '../config/distributed-config.ts'
import { internalTopicConfigs } from '../config/internal-topic-keys.ts'
import type { TopicPrefix } from '../config/internal-topic-keys.ts'
import type { WorkerFile } from '../config/worker-file.ts'
import type { KafkaClient } from '../kafka/net/client.ts'
import type { InternalTopicOptions } from '../stores/internal-log.ts'
import { topicAdmin } from './topics.ts'

/** Where the workers of a cluster keep what they share. */
export interface ClusterTopics {
  readonly configs: InternalTopicOptions
  readonly statuses: InternalTopicOptions
  readonly offsets: InternalTopicOptions
}

/** The names that clients of the worker itself begin with (`ConnectUtils.clientIdBase`). */
export function clientIdBase({ config, originals }: WorkerFile<DistributedConfig>): string {
  const own = originals['client.id'] ?? ''
  return own === '' ? `${config['group.id']}-` : `${config['group.id']}-${own}-`
}

/** The internal topics as the worker file has them; `client` is connected already. */
export function clusterTopics(
  file: WorkerFile<DistributedConfig>,
  client: KafkaClient,
): ClusterTopics {
  const { config } = file
  const base = clientIdBase(file)
  const admin = topicAdmin(clientOf(file, `${base}shared-admin`), client)
  const options = (
    prefix: TopicPrefix,
    id: string,
    topic: { name: string; partitions: number; replicationFactor: number },
  ): InternalTopicOptions => ({
    topic: { ...topic, configs: internalTopicConfigs(file.originals, prefix) },
    clientConfig: clientOf(file, base + id),
    admin,
  })
  return {
    configs: options('config.storage.', 'configs', {
      name: config['config.storage.topic'],
      partitions: 1,
      replicationFactor: config['config.storage.replication.factor'],
    }),
    statuses: options('status.storage.', 'statuses', {
      name: config['status.storage.topic'],
      partitions: config['status.storage.partitions'],
      replicationFactor: config['status.storage.replication.factor'],
    }),
    offsets: options('offset.storage.', 'offsets', {
      name: config['offset.storage.topic'],
      partitions: config['offset.storage.partitions'],
      replicationFactor: config['offset.storage.replication.factor'],
    }),
  }
}

/** How the worker itself reaches the brokers, by that name. */
export function clientOf(
  { originals }: WorkerFile<DistributedConfig>,
  clientId: string,
): InternalTopicOptions['clientConfig'] {
  return { ...workerClientConfig(originals, clientId), 'client.id': clientId }
}
