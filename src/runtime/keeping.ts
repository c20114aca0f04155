import {
  consumerConfigFor,
  deadLetterAdminConfigFor,
  deadLetterProducerConfigFor,
} from '../config/client-config.ts'
import { openProducer } from '../kafka/producer/kafka-producer.ts'
import type { TaskStart } from '../messages/protocol.ts'
import { rememberSecret } from '../util/secrets.ts'
import { DeadLetterQueue } from './dead-letter-queue.ts'
import { ensureDeadLetterTopic } from './dead-letter-topic.ts'
import { KafkaRecordLookup } from './record-lookup.ts'
import type { Keeping } from './task-plugins.ts'
import type { TaskServices } from './task.ts'
import { withMemory } from './with-memory.ts'

/** How the task that `start` describes keeps records that fail, with its own Kafka clients. */
export function keepingOf(start: TaskStart, services: TaskServices): Keeping {
  const { id, connectorConfig, workerConfig } = start
  return {
    openQueue: async (settings, signal) => {
      // What errors say of them leaves this thread with the letters.
      for (const secret of start.secrets) rememberSecret(secret)
      const adminConfig = deadLetterAdminConfigFor(workerConfig, connectorConfig)
      await ensureDeadLetterTopic(settings, adminConfig, signal)
      const clientConfig = deadLetterProducerConfigFor(workerConfig, connectorConfig, id)
      return DeadLetterQueue.open({
        task: id,
        settings,
        counters: services.counters,
        signal,
        onFailure: (error) => services.fail(error),
        openProducer: (listener) =>
          withMemory(services, (memory) =>
            openProducer(clientConfig, listener, { gate: services.lease, memory }),
          ),
      })
    },
    openLookup: () => {
      const clientConfig = consumerConfigFor(workerConfig, connectorConfig, id)
      return new KafkaRecordLookup(clientConfig, services.openMemoryShare())
    },
  }
}
