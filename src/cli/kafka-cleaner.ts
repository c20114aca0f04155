import { consumerConfigFor, producerConfigFor } from '../config/client-config.ts'
import { cleanUp } from '../kafka/clean-up.ts'
import type { KafkaCleaner } from '../worker/task-moves.ts'

/** Clears away what a task left in Kafka, with the client settings the task had. */
export const kafkaCleaner: KafkaCleaner = {
  clean: ({ id, type, connectorConfig, workerConfig }, ids, signal) => {
    const configFor = type === 'source' ? producerConfigFor : consumerConfigFor
    return cleanUp(configFor(workerConfig, connectorConfig, id), ids, signal)
  },
}
