import { internalTopicConfigs } from '../config/internal-topic-keys.ts'
import type { StandaloneConfig } from '../config/standalone-config.ts'
import type { WorkerFile } from '../config/worker-file.ts'
import type { KafkaClient } from '../kafka/net/client.ts'
import type { ClientConfig } from '../kafka/types.ts'
import { FileOffsetStore } from '../stores/file-offset-store.ts'
import { KafkaOffsetStore } from '../stores/kafka-offset-store.ts'
import type { OffsetBackingStore } from '../stores/offset-backing-store.ts'
import { topicAdmin } from './topics.ts'

/** Where the worker file wants source offsets: in its file where it names one, else in its topic. */
export function openOffsetStore(
  { config, originals }: WorkerFile<StandaloneConfig>,
  clientConfig: ClientConfig,
  client: KafkaClient,
): OffsetBackingStore {
  const file = config['offset.storage.file.filename']
  if (file !== null && file !== '') return new FileOffsetStore(file)
  return new KafkaOffsetStore({
    topic: {
      name: config['offset.storage.topic'],
      partitions: config['offset.storage.partitions'],
      replicationFactor: config['offset.storage.replication.factor'],
      configs: internalTopicConfigs(originals, 'offset.storage.'),
    },
    clientConfig,
    admin: topicAdmin(clientConfig, client),
  })
}
