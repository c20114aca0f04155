import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { openProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { codecNames } from '../../../src/kafka/records/compression.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { configOf, copyOf, openClient } from './support.ts'

const prefix = topicPrefix('compression')
const signal = AbortSignal.timeout(120_000)
const count = 5000
let kafka: KafkaClient

beforeAll(async () => {
  kafka = await openKafkaClient(inject('bootstrapServers'))
})

afterAll(async () => {
  await kafka[Symbol.asyncDispose]()
})

/** The broker writes a topic's batches anew where `compression.type` of the topic is another: by Java's own codecs. */
async function roundTrip(producerType: string, topicType: string): Promise<void> {
  const topic = `${prefix}${producerType}-${topicType}`
  await kafka.createTopic(topic, { config: { 'compression.type': topicType } })
  const failures: Error[] = []
  const producer = await openProducer(configOf({ 'compression.type': producerType }), {
    acknowledged: () => undefined,
    failed: (_from, _to, _partition, error) => failures.push(error),
  })
  await producer.partitionCount(topic, signal)
  const sent = Array.from(
    { length: count },
    (_, i) => `{"id":${i},"name":"user-${(i * 7919) % 1000}"}`,
  )
  sent.forEach((value, i) => {
    producer.appender(topic, 0).append(i, 1_700_000_000_000 + i, null, Buffer.from(value), null)
  })
  await producer.close(signal)
  expect(failures).toEqual([])
  await using client = openClient()
  const consumer = new AssignedConsumer(
    client,
    consumerOptions({ 'auto.offset.reset': 'earliest' }),
  )
  consumer.assign([{ topic, partition: 0 }])
  consumer.reset({ topic, partition: 0 })
  const read: (string | null)[] = []
  while (read.length < count) {
    read.push(...copyOf(await consumer.poll(10_000, signal)).map(({ value }) => value))
  }
  await consumer.close()
  expect(read).toEqual(sent)
}

describe.each(codecNames)('%s', (name) => {
  test('that we write is read by Kafka', () => roundTrip(name, name === 'gzip' ? 'lz4' : 'gzip'))
  test('that Kafka writes is read by us', () => roundTrip(name === 'gzip' ? 'lz4' : 'gzip', name))
})
