import { ConfigResourceTypes } from 'kafkajs'
import type { TopicAdmin } from '../../../src/stores/topic-admin.ts'
import type { KafkaClient } from '../../support/kafka-client.ts'

/** What a store asks of an administrative client, by one that is not ours. */
export function topicAdminOf({ admin }: KafkaClient): TopicAdmin {
  return {
    createTopic: ({ name, partitions, configs }) =>
      admin.createTopics({
        // It asks too soon, and fails where the broker does not know the topic yet.
        waitForLeaders: false,
        topics: [
          {
            topic: name,
            numPartitions: partitions,
            replicationFactor: 1,
            configEntries: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
          },
        ],
      }),
    topicConfig: async (name, key) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name, configNames: [key] }],
      })
      return resources[0]?.configEntries[0]?.configValue ?? null
    },
  }
}
