import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import type { ClientConfig, ClientCount } from '../../../src/kafka/types.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as Onlooker } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { configOf, copyOf, openClient, produce } from './support.ts'

const prefix = topicPrefix('idle')
const idleMs = 3000
const limit = (): AbortSignal => AbortSignal.timeout(20_000)
let onlooker: Onlooker

beforeAll(async () => {
  onlooker = await openKafkaClient(inject('bootstrapServers'))
})

afterAll(() => onlooker[Symbol.asyncDispose]())

/** A consumer of partition 0 of a topic of two, which has had nothing to read for a while, and what its client counts. */
async function idleConsumer(topic: string, config: ClientConfig = {}) {
  await onlooker.createTopic(topic, { partitions: 2 })
  const counts = new Map<ClientCount, number>()
  const count = (name: ClientCount): number => counts.get(name) ?? 0
  const meter = {
    add: (name: ClientCount, by: number) => void counts.set(name, count(name) + by),
    max: () => undefined,
    setLag: () => undefined,
  }
  const client = new KafkaClient(clientOptions(configOf(), meter))
  const options = consumerOptions({ 'fetch.max.wait.ms': '20', ...config })
  const consumer = new AssignedConsumer(client, options)
  await client.metadata.refresh([topic], limit())
  consumer.assign([{ topic, partition: 0 }])
  consumer.seek({ topic, partition: 0 }, 0)
  await consumer.poll(idleMs, limit())
  const close = async (): Promise<void> => {
    await consumer.close()
    await client.close()
  }
  return { consumer, count, [Symbol.asyncDispose]: close }
}

async function nextValues(consumer: AssignedConsumer): Promise<(string | null)[]> {
  return copyOf(await consumer.poll(15_000, limit())).map(({ value }) => value)
}

test('a consumer with nothing to read asks less and less often, and hears of a record at once', async () => {
  const topic = `${prefix}quiet`
  await using idle = await idleConsumer(topic)
  // One every 20 ms would make 150 of them.
  expect(idle.count('requests')).toBeLessThan(25)
  await using client = openClient()
  await client.metadata.refresh([topic], limit())
  const polling = nextValues(idle.consumer)
  await produce(client, { topic, partition: 0 }, [{ value: 'a' }])
  expect(await polling).toEqual(['a'])
  // The broker has answered the fetch that waited.
  expect(idle.count('connectionsClosed')).toBe(0)
})

test.each([
  {
    name: 'a partition that was assigned meanwhile',
    change: (consumer: AssignedConsumer, topic: string) => {
      consumer.assign([0, 1].map((partition) => ({ topic, partition })))
      consumer.seek({ topic, partition: 1 }, 0)
    },
  },
  {
    name: 'a position that was set anew',
    change: (consumer: AssignedConsumer, topic: string) => {
      consumer.assign([{ topic, partition: 1 }])
      consumer.seek({ topic, partition: 1 }, 0)
    },
  },
])('a consumer that waits for long does not wait for $name', async ({ name, change }) => {
  const topic = `${prefix}${name.replaceAll(' ', '-')}`
  await using idle = await idleConsumer(topic)
  await using client = openClient()
  await client.metadata.refresh([topic], limit())
  await produce(client, { topic, partition: 1 }, [{ value: 'b' }])
  change(idle.consumer, topic)
  expect(await nextValues(idle.consumer)).toEqual(['b'])
  // The fetch that waited was given up, with its connection.
  expect(idle.count('connectionsClosed')).toBe(1)
})

test('a consumer that is to get more than a byte at a time does not wait longer than it was told to', async () => {
  await using idle = await idleConsumer(`${prefix}min`, { 'fetch.min.bytes': '2' })
  expect(idle.count('requests')).toBeGreaterThan(25)
})
