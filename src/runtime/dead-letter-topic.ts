import { asError, ConnectError } from '../errors/connect-error.ts'
import { KafkaClient } from '../kafka/net/client.ts'
import { clientOptions } from '../kafka/net/client-options.ts'
import type { ClientConfig } from '../kafka/types.ts'
import type { DeadLetterSettings } from '../config/error-keys.ts'
import { createLogger } from '../util/logger.ts'

const log = createLogger('org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter')

/**
 * Creates the topic of a dead letter queue with one partition, unless it is there (`DeadLetterQueueReporter.createAndSetup`).
 * `config` is that of an administrative client. Rejects with Java's sentence and the reason.
 */
export async function ensureDeadLetterTopic(
  { topic, replicationFactor }: DeadLetterSettings,
  config: ClientConfig,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (await isThere(topic, config, signal)) return
    log.error(`Topic ${topic} doesn't exist. Will attempt to create topic.`)
    // Few tasks come here, and those that do need it once.
    const { createAdmin } = await import('../kafka/admin/admin.ts')
    const wanted = { name: topic, partitions: 1, replicationFactor, configs: {} }
    await createAdmin(config).createTopic(wanted, signal)
  } catch (cause) {
    signal.throwIfAborted()
    throw new ConnectError(
      `Could not initialize dead letter queue with topic=${topic}: ${asError(cause).message}`,
      { cause },
    )
  }
}

async function isThere(topic: string, config: ClientConfig, signal: AbortSignal): Promise<boolean> {
  const client = new KafkaClient(clientOptions(config))
  try {
    await client.metadata.refresh([topic], signal)
    return (client.metadata.topic(topic)?.partitions.length ?? 0) > 0
  } finally {
    await client.close()
  }
}
