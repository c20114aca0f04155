import { AssignedConsumer } from '../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../src/kafka/consumer/consumer-options.ts'
import { clientOptions } from '../../src/kafka/net/client-options.ts'
import { KafkaClient } from '../../src/kafka/net/client.ts'
import type { KafkaClient as Onlooker } from '../support/kafka-client.ts'

/** How many records are in `topic`: its end offset, or with transactions what one who reads committed records finds. */
export async function recordsIn(
  onlooker: Onlooker,
  bootstrapServers: string,
  topic: string,
  transactional: boolean,
): Promise<number> {
  const end = await onlooker.endOffset(topic)
  return transactional ? committedIn(bootstrapServers, topic, end) : end
}

/** Reads partition 0 up to offset `end`. */
async function committedIn(bootstrapServers: string, topic: string, end: number): Promise<number> {
  const config = { 'bootstrap.servers': bootstrapServers, 'isolation.level': 'read_committed' }
  const client = new KafkaClient(clientOptions(config))
  const consumer = new AssignedConsumer(client, consumerOptions(config))
  const limit = AbortSignal.timeout(120_000)
  const partition = { topic, partition: 0 }
  try {
    await client.metadata.refresh([topic], limit)
    consumer.assign([partition])
    consumer.seek(partition, 0)
    let count = 0
    // The last offset is that of a commit marker, which no poll returns but steps over.
    while ((consumer.knownPosition(partition) ?? 0) < end) {
      for (const { cursor } of await consumer.poll(100, limit)) while (cursor.next()) count++
    }
    return count
  } finally {
    await consumer.close()
    await client.close()
  }
}
