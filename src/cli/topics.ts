import { adminConfigFor } from '../config/client-config.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { createAdmin } from '../kafka/admin/admin.ts'
import type { KafkaClient } from '../kafka/net/client.ts'
import type { ClientConfig } from '../kafka/types.ts'
import type { TopicAdmin } from '../stores/topic-admin.ts'
import type { TopicCreator } from '../worker/topic-creation.ts'

/**
 * What the stores ask about internal topics, by the worker's own client settings. Whether a topic is there is asked of
 * `client`, which is connected already: a worker that starts again then need not load the administrative client for it.
 */
export function topicAdmin(clientConfig: ClientConfig, client: KafkaClient): TopicAdmin {
  const admin = createAdmin(clientConfig)
  return {
    createTopic: async (topic, signal) => {
      await client.metadata.refresh([topic.name], signal)
      const known = client.metadata.topic(topic.name)
      if (known !== undefined && known.partitions.length > 0) return false
      return await admin.createTopic(topic, signal)
    },
    topicConfig: async (topic, key, signal) =>
      (await admin.topicConfig(topic, signal)).get(key) ?? null,
  }
}

/** Creates the topics of source connectors, each with its connector's `admin.override.` settings. */
export function topicCreator(worker: ConnectorConfig): TopicCreator {
  return {
    create: (topic, { name, config }, signal) => {
      const clientConfig = adminConfigFor(worker, config, { connector: name })
      return createAdmin(clientConfig).createTopic(topic, signal)
    },
  }
}
