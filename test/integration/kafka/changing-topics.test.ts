import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import { asError } from '../../../src/errors/connect-error.ts'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { DeliveryTimeoutError } from '../../../src/kafka/producer/errors.ts'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import type { ClientConfig, RecordProducer } from '../../../src/kafka/types.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startMember } from './group-support.ts'
import { configOf, copyOf, openClient } from './support.ts'

const prefix = topicPrefix('changing-topics')
const signal = AbortSignal.timeout(240_000)
/** The metadata is asked for again within a moment, as it would be after `metadata.max.age.ms`. */
const quick = { 'metadata.max.age.ms': '300', 'retry.backoff.ms': '20' }
let other: OtherClient

beforeAll(async () => {
  other = await openKafkaClient(inject('bootstrapServers'))
})

afterAll(async () => {
  await other[Symbol.asyncDispose]()
})

async function createTopic(name: string, partitions = 1): Promise<string> {
  const topic = prefix + name
  await other.createTopic(topic, { partitions })
  return topic
}

/** A topic of the same name, with nothing in it. */
async function recreate(topic: string): Promise<void> {
  await other.admin.deleteTopics({ topics: [topic] })
  await waitFor(
    `${topic} to be gone`,
    async () => !(await other.admin.listTopics()).includes(topic),
  )
  await other.createTopic(topic)
}

interface Outcomes extends AsyncDisposable {
  readonly producer: RecordProducer
  readonly acknowledged: (TopicPartition & { readonly index: number })[]
  readonly errors: Error[]
}

function open(config: ClientConfig = {}): Outcomes {
  const acknowledged: (TopicPartition & { readonly index: number })[] = []
  const errors: Error[] = []
  const producer = createProducer(configOf({ ...quick, ...config }), {
    acknowledged: (from, to, { topic, partition }) => {
      for (let index = from; index < to; index++) acknowledged.push({ index, topic, partition })
    },
    failed: (_from, _to, _partition, error) => errors.push(error),
  })
  const close = (): Promise<void> => producer.close(AbortSignal.timeout(5000))
  return { producer, acknowledged, errors, [Symbol.asyncDispose]: close }
}

function append(producer: RecordProducer, topic: string, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const partition = producer.choosePartition(topic, null)
    producer.appender(topic, partition).append(i, 1, null, Buffer.from(`v${i}`), null)
  }
}

const valuesOf = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `v${from + i}`)

describe('a topic that gets partitions', () => {
  test('is written to in all of them by a producer that is at work', async () => {
    const topic = await createTopic('grows-for-producer')
    const partitioner = 'org.apache.kafka.clients.producer.RoundRobinPartitioner'
    await using outcomes = open({ 'partitioner.class': partitioner })
    const { producer, acknowledged, errors } = outcomes
    await producer.partitionCount(topic, signal)
    append(producer, topic, 0, 10)
    await producer.flush(signal)
    await other.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
    let next = 10
    await waitFor('records in all three', async () => {
      await producer.partitionCount(topic, signal)
      append(producer, topic, next, ++next)
      await producer.flush(signal)
      return new Set(acknowledged.map(({ partition }) => partition)).size === 3
    })
    expect(errors).toEqual([])
    expect((await other.readValues(topic)).sort()).toEqual(valuesOf(0, next).sort())
  })

  test('is read in all of them by a group that is at work, from their beginning', async () => {
    const topic = await createTopic('grows-for-group')
    await using outcomes = open()
    const { producer } = outcomes
    await producer.partitionCount(topic, signal)
    append(producer, topic, 0, 10)
    await producer.flush(signal)
    await using member = startMember('one', {
      config: { 'group.id': `${prefix}grows`, ...quick },
      subscription: { topics: [topic] },
    })
    await waitFor('the first records', () => member.records.length === 10)
    await other.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
    await waitFor('the producer to know', async () => {
      await producer.partitionCount(topic, signal)
      return (await producer.partitionCount(topic, signal)) === 3
    })
    for (const [i, partition] of [1, 2].entries()) {
      const value = Buffer.from(`v${10 + i}`)
      producer.appender(topic, partition).append(10 + i, 1, null, value, null)
    }
    await producer.flush(signal)
    await waitFor('the records of the new partitions', () => {
      const values = new Set(member.records.map(({ value }) => value))
      return valuesOf(0, 12).every((value) => values.has(value))
    })
    expect(member.held.size).toBe(3)
    expect(member.error()).toBeNull()
  })
})

describe('a topic that is deleted', () => {
  test('fails what cannot be delivered, after delivery.timeout.ms and as Java does', async () => {
    const topic = await createTopic('deleted')
    await using outcomes = open({ 'delivery.timeout.ms': '1500', 'request.timeout.ms': '1000' })
    const { producer, errors } = outcomes
    await producer.partitionCount(topic, signal)
    append(producer, topic, 0, 1)
    await producer.flush(signal)
    await other.admin.deleteTopics({ topics: [topic] })
    await waitFor(
      'the topic to be gone',
      async () => !(await other.admin.listTopics()).includes(topic),
    )
    append(producer, topic, 1, 3)
    await producer.flush(signal)
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) {
      expect(error).toBeInstanceOf(DeliveryTimeoutError)
      expect(error.message).toMatch(
        new RegExp(
          `^Expiring \\d record\\(s\\) for ${topic}-0: 1500 ms has passed since batch creation`,
        ),
      )
    }
  })

  test('and made again takes what is sent next, all of it once and in order', async () => {
    const topic = await createTopic('recreated-for-producer')
    await using outcomes = open()
    const { producer, acknowledged, errors } = outcomes
    await producer.partitionCount(topic, signal)
    for (let i = 0; i < 10; i++) {
      append(producer, topic, i, i + 1)
      await producer.flush(signal)
    }
    await recreate(topic)
    for (let i = 10; i < 30; i++) {
      append(producer, topic, i, i + 1)
      if (i % 3 === 0) await producer.flush(signal)
    }
    await producer.flush(signal)
    expect(errors).toEqual([])
    expect(acknowledged.length).toBe(30)
    expect(await other.readValues(topic)).toEqual(valuesOf(10, 30))
  })

  test.each(['earliest', 'latest', 'none'] as const)(
    'and made again is read from where auto.offset.reset=%s says',
    async (policy) => {
      const topic = await createTopic(`recreated-${policy}`)
      await using outcomes = open()
      const { producer } = outcomes
      await producer.partitionCount(topic, signal)
      append(producer, topic, 0, 10)
      await producer.flush(signal)
      await using client = openClient(quick)
      const options = consumerOptions({ 'auto.offset.reset': policy, 'fetch.max.wait.ms': '50' })
      const consumer = new AssignedConsumer(client, options)
      const partition = { topic, partition: 0 }
      consumer.assign([partition])
      consumer.seek(partition, 0)
      const values: (string | null)[] = []
      const errors: Error[] = []
      const poll = async (): Promise<void> => {
        try {
          for (const { value } of copyOf(await consumer.poll(100, signal))) values.push(value)
        } catch (error) {
          errors.push(asError(error))
        }
      }
      while (values.length < 10) await poll()
      await recreate(topic)
      append(producer, topic, 10, 13)
      await producer.flush(signal)
      if (policy === 'none') {
        await waitFor('the error', async () => {
          await poll()
          return errors.length > 0
        })
        expect(errors[0]?.message).toMatch(/auto\.offset\.reset is none/)
      } else {
        await waitFor('a new position', async () => {
          await poll()
          return consumer.knownPosition(partition) === 3
        })
        append(producer, topic, 13, 15)
        await producer.flush(signal)
        const expected =
          policy === 'earliest' ? valuesOf(0, 15) : [...valuesOf(0, 10), 'v13', 'v14']
        while (values.length < expected.length && errors.length === 0) await poll()
        expect(errors).toEqual([])
        expect(values).toEqual(expected)
      }
      await consumer.close()
    },
  )
})
