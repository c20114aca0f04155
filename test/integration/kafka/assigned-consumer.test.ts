import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { latest } from '../../../src/kafka/consumer/offset-reset.ts'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import type { ClientConfig } from '../../../src/kafka/types.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { copyOf, openClient, produce } from './support.ts'
import type { Consumed } from './support.ts'

const prefix = topicPrefix('assigned-consumer')
const signal = AbortSignal.timeout(120_000)
let other: OtherClient
let client: KafkaClient

beforeAll(async () => {
  other = await openKafkaClient(inject('bootstrapServers'))
  client = openClient()
})

afterAll(async () => {
  await client.close()
  await other[Symbol.asyncDispose]()
})

async function topicOf(name: string, partitions = 1): Promise<TopicPartition[]> {
  const topic = prefix + name
  await other.createTopic(topic, { partitions })
  return [...Array(partitions).keys()].map((partition) => ({ topic, partition }))
}

function consumerOf(config: ClientConfig = {}): AssignedConsumer & AsyncDisposable {
  const options = consumerOptions({ 'auto.offset.reset': 'earliest', ...config })
  const consumer = new AssignedConsumer(client, options)
  return Object.assign(consumer, { [Symbol.asyncDispose]: () => consumer.close() })
}

async function readAll(consumer: AssignedConsumer, count: number): Promise<Consumed[]> {
  const records: Consumed[] = []
  while (records.length < count) records.push(...copyOf(await consumer.poll(10_000, signal)))
  return records
}

const numbered = (from: number, to: number, text = 'v'): { value: string }[] =>
  [...Array(to - from).keys()].map((i) => ({ value: `${text}${from + i}` }))
const values = (records: readonly Consumed[]): (string | null)[] => records.map((r) => r.value)

describe('AssignedConsumer', () => {
  test('reads 200,000 records of three partitions as they were written, in order', async () => {
    const partitions = await topicOf('many', 3)
    const padding = 'x'.repeat(90)
    for (let at = 0; at < 66_700; at += 2300) {
      for (const each of partitions) await produce(client, each, numbered(at, at + 2300, padding))
    }
    await using consumer = consumerOf({ 'max.poll.records': '777' })
    consumer.assign(partitions)
    for (const each of partitions) consumer.reset(each)
    const next = partitions.map(() => 0)
    let count = 0
    while (count < 200_100) {
      const slices = await consumer.poll(10_000, signal)
      const read = copyOf(slices)
      expect(read.length).toBeGreaterThan(0)
      expect(read.length).toBeLessThanOrEqual(777)
      for (const { partition, offset, value } of read) {
        if (offset !== next[partition] || value !== `${padding}${offset}`) {
          throw new Error(`partition ${partition}: found ${offset} for ${next[partition]}`)
        }
        next[partition] = offset + 1
      }
      for (const slice of slices) expect(slice.nextOffset).toBe(next[slice.partition])
      count += read.length
    }
    expect(next).toEqual([66_700, 66_700, 66_700])
    expect(partitions.map((each) => consumer.knownPosition(each))).toEqual(next)
  })

  test('a slice that is not walked to its end is over with the next poll', async () => {
    const [partition] = await topicOf('unwalked')
    if (!partition) throw new Error('no partition')
    await produce(client, partition, numbered(0, 50))
    await produce(client, partition, numbered(50, 100))
    await using consumer = consumerOf({ 'max.poll.records': '30' })
    consumer.assign([partition])
    consumer.seek(partition, 10)
    const [first] = await consumer.poll(10_000, signal)
    first?.cursor.next()
    expect([first?.cursor.offset, first?.nextOffset]).toEqual([10, 40])
    await consumer.poll(10_000, signal)
    const read = copyOf(await consumer.poll(10_000, signal))
    expect(values(read)).toEqual(numbered(70, 100).map(({ value }) => value))
  })

  test('a paused partition gives nothing, and the others go on', async () => {
    const [a, b] = await topicOf('paused', 2)
    if (!a || !b) throw new Error('no partitions')
    await produce(client, a, numbered(0, 3, 'a'))
    await produce(client, b, numbered(0, 3, 'b'))
    await using consumer = consumerOf()
    consumer.assign([a, b])
    consumer.reset(a)
    consumer.reset(b)
    consumer.pause([a])
    expect(values(await readAll(consumer, 3))).toEqual(['b0', 'b1', 'b2'])
    expect(await consumer.poll(50, signal)).toEqual([])
    await produce(client, b, numbered(3, 4, 'b'))
    expect(values(await readAll(consumer, 1))).toEqual(['b3'])
    consumer.resume([a])
    expect(values(await readAll(consumer, 3))).toEqual(['a0', 'a1', 'a2'])
  })

  test('latest begins behind what is there, and a seek goes anywhere', async () => {
    const [partition] = await topicOf('seek')
    if (!partition) throw new Error('no partition')
    await produce(client, partition, numbered(0, 10))
    await using consumer = consumerOf()
    consumer.assign([partition])
    consumer.reset(partition, latest)
    expect(await consumer.position(partition, signal)).toBe(10)
    const read = readAll(consumer, 1)
    await produce(client, partition, numbered(10, 11))
    expect(values(await read)).toEqual(['v10'])
    consumer.seek(partition, 8)
    expect(await consumer.position(partition, signal)).toBe(8)
    expect(values(await readAll(consumer, 3))).toEqual(['v8', 'v9', 'v10'])
  })

  test('an offset that the log does not have is reset, or thrown for', async () => {
    const [partition] = await topicOf('out-of-range')
    if (!partition) throw new Error('no partition')
    await produce(client, partition, numbered(0, 3))
    await using resetting = consumerOf()
    resetting.assign([partition])
    resetting.seek(partition, 1000)
    expect(values(await readAll(resetting, 3))).toEqual(['v0', 'v1', 'v2'])
    await using strict = consumerOf({ 'auto.offset.reset': 'none' })
    strict.assign([partition])
    expect(() => strict.reset(partition)).toThrow(
      `Undefined offset with no reset policy for partition: ${partition.topic}-0.`,
    )
    strict.seek(partition, 1000)
    await expect(strict.poll(10_000, signal)).rejects.toThrow(
      `Offsets out of range with no configured reset policy for partitions: {${partition.topic}-0=1000}.`,
    )
  })

  test.each([
    { text: 'by_duration:PT1H', from: 2 },
    { text: 'by_duration:P1D', from: 0 },
    { text: 'by_duration:PT1M', from: 4 },
  ])(
    '$text begins at the first record that is not older, or behind all',
    async ({ text, from }) => {
      const [partition] = await topicOf(text.replace(':', '-'))
      if (!partition) throw new Error('no partition')
      const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000
      const ages = [180, 170, 20, 10]
      const records = ages.map((age, i) => ({ value: `v${i}`, timestamp: minutesAgo(age) }))
      await produce(client, partition, records)
      await using consumer = consumerOf({ 'auto.offset.reset': text })
      consumer.assign([partition])
      consumer.reset(partition)
      expect(await consumer.position(partition, signal)).toBe(from)
      await produce(client, partition, numbered(4, 5))
      const expected = records.slice(from).map(({ value }) => value)
      expect(values(await readAll(consumer, 5 - from))).toEqual([...expected, 'v4'])
    },
  )

  test('goes on where a connection broke', async () => {
    const [partition] = await topicOf('broken')
    if (!partition) throw new Error('no partition')
    const own = openClient()
    const options = consumerOptions({ 'auto.offset.reset': 'earliest' })
    const consumer = new AssignedConsumer(own, options)
    consumer.assign([partition])
    consumer.reset(partition)
    await produce(client, partition, numbered(0, 1))
    expect(values(await readAll(consumer, 1))).toEqual(['v0'])
    let cut = 0
    for (let i = 1; i < 60; i++) {
      const connection = own.opened(0, `fetch-${i}`) ?? own.opened(1, `fetch-${i}`)
      connection?.close()
      if (connection) cut++
    }
    expect(cut).toBe(1)
    await produce(client, partition, numbered(1, 2))
    expect(values(await readAll(consumer, 1))).toEqual(['v1'])
    await consumer.close()
    await own.close()
  })

  test('records larger than the limit of a fetch come one by one', async () => {
    const [partition] = await topicOf('large')
    if (!partition) throw new Error('no partition')
    const large = ['a', 'b', 'c'].map((letter) => letter.repeat(400_000))
    for (const value of large) await produce(client, partition, [{ value }])
    await using consumer = consumerOf({ 'max.partition.fetch.bytes': '1000' })
    consumer.assign([partition])
    consumer.reset(partition)
    expect(values(await readAll(consumer, 3))).toEqual(large)
  })

  test('wakeup ends a poll that waits, and a poll to come', async () => {
    const [partition] = await topicOf('wakeup')
    if (!partition) throw new Error('no partition')
    await using consumer = consumerOf()
    consumer.assign([partition])
    consumer.reset(partition)
    const waiting = consumer.poll(60_000, signal)
    setImmediate(() => consumer.wakeup())
    expect(await waiting).toEqual([])
    consumer.wakeup()
    expect(await consumer.poll(60_000, signal)).toEqual([])
  })

  test.each([
    { level: 'read_committed', expected: ['kept1', 'kept2', 'plain'] },
    { level: 'read_uncommitted', expected: ['gone1', 'kept1', 'gone2', 'kept2', 'plain'] },
  ])('$level gives $expected, and no marker', async ({ level, expected }) => {
    const [partition] = await topicOf(level)
    if (!partition) throw new Error('no partition')
    const kafka = new Kafka({ brokers: [inject('bootstrapServers')], logLevel: logLevel.NOTHING })
    const transactional = { transactionalId: prefix + level, maxInFlightRequests: 1 }
    const producer = kafka.producer({ ...transactional, idempotent: true })
    await producer.connect()
    for (const value of ['gone1', 'kept1', 'gone2', 'kept2']) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: partition.topic, messages: [{ value }] })
      await (value.startsWith('kept') ? transaction.commit() : transaction.abort())
    }
    await producer.disconnect()
    await produce(client, partition, [{ value: 'plain' }])
    await using consumer = consumerOf({ 'isolation.level': level })
    consumer.assign([partition])
    consumer.reset(partition)
    expect(values(await readAll(consumer, expected.length))).toEqual(expected)
    expect(await consumer.position(partition, signal)).toBe(9)
  })
})
