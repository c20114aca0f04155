import { AssignedConsumer } from '../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../src/kafka/consumer/consumer-options.ts'
import { KafkaClient as OwnClient } from '../../src/kafka/net/client.ts'
import { clientOptions } from '../../src/kafka/net/client-options.ts'
import type { KafkaClient } from './kafka-client.ts'

/** The values that a reader of committed records finds in a topic up to its end as it is now; by partition, in order. */
export async function readCommitted({
  bootstrapServers,
  topic,
  kafka,
}: {
  readonly bootstrapServers: string
  readonly topic: string
  readonly kafka: KafkaClient
}): Promise<string[]> {
  const signal = AbortSignal.timeout(60_000)
  const config = {
    'bootstrap.servers': bootstrapServers,
    'auto.offset.reset': 'earliest',
    'isolation.level': 'read_committed',
  }
  const client = new OwnClient(clientOptions(config))
  const consumer = new AssignedConsumer(client, consumerOptions(config))
  const values: string[] = []
  try {
    const wait = { timeoutMs: 30_000, allowAutoTopicCreation: false }
    const { partitions } = await client.metadata.ensureTopic(topic, wait, signal)
    const all = partitions.map(({ partition }) => ({ topic, partition }))
    consumer.assign(all)
    for (const each of all) consumer.reset(each)
    // That of what is committed: a transaction that is open lies behind it.
    const end = await kafka.endOffset(topic)
    const reached = (): number =>
      all.reduce((sum, each) => sum + (consumer.knownPosition(each) ?? 0), 0)
    while (reached() < end) {
      for (const { cursor } of await consumer.poll(500, signal)) {
        while (cursor.next()) {
          values.push(cursor.buffer.toString('utf8', cursor.valueStart, cursor.valueEnd))
        }
      }
    }
  } finally {
    await consumer.close()
    await client.close()
  }
  return values
}
