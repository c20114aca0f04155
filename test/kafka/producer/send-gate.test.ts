import { expect, test } from 'vitest'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { delay } from '../../../src/util/abort.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'
import { expectInOrder, never, Outcomes, quick, sendAll } from './producer-bench.ts'

test('while its gate is shut a producer keeps its records, and sends them in order once it is open', async () => {
  await using cluster = await FakeCluster.start()
  const gate = { held: true }
  const outcomes = new Outcomes()
  const config = { 'bootstrap.servers': cluster.bootstrapServers, ...quick }
  const producer = createProducer(config, outcomes, { gate })
  await producer.partitionCount(cluster.topic, never)
  await sendAll({ cluster, producer, outcomes }, 2)
  gate.held = false
  for (let i = 2; i < 5; i++) {
    producer.appender(cluster.topic, 0).append(i, 1000 + i, null, Buffer.from(`m${i}`), null)
  }
  const flushed = producer.flush(never)
  await delay(150)
  expect(cluster.log()).toEqual(['m0', 'm1'])
  gate.held = true
  await flushed
  expectInOrder({ cluster, producer, outcomes }, 5)
  await producer.close(never)
})
