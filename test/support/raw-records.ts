import { AssignedConsumer } from '../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../src/kafka/consumer/consumer-options.ts'
import { KafkaClient } from '../../src/kafka/net/client.ts'
import { clientOptions } from '../../src/kafka/net/client-options.ts'
import { rawRecordOf } from '../../src/runtime/raw-record.ts'
import type { RawRecord } from '../../src/runtime/raw-record.ts'

/** The first `count` records of a partition of `topic`, byte for byte, headers in their order. */
export async function readRaw(
  bootstrapServers: string,
  topic: string,
  count: number,
  number = 0,
): Promise<RawRecord[]> {
  const config = { 'bootstrap.servers': bootstrapServers, 'auto.offset.reset': 'earliest' }
  const client = new KafkaClient(clientOptions(config))
  const consumer = new AssignedConsumer(client, consumerOptions(config))
  const signal = AbortSignal.timeout(30_000)
  const records: RawRecord[] = []
  try {
    const wait = { timeoutMs: 30_000, allowAutoTopicCreation: false }
    await client.metadata.ensureTopic(topic, wait, signal)
    const partition = { topic, partition: number }
    consumer.assign([partition])
    consumer.reset(partition)
    while (records.length < count) {
      for (const { cursor } of await consumer.poll(1000, signal)) {
        while (cursor.next()) records.push(rawRecordOf(topic, number, cursor))
      }
    }
  } finally {
    await consumer.close()
    await client.close()
  }
  return records
}
