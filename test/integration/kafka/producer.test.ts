import { describe, expect, inject, test } from 'vitest'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { createProducer, KafkaProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { producerConfig } from '../../../src/kafka/producer/producer-config.ts'
import type { ProducerListener, RecordProducer } from '../../../src/kafka/types.ts'
import { FlakyProxy } from '../../support/flaky-proxy.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'

const bootstrapServers = inject('bootstrapServers')
const config = { 'bootstrap.servers': bootstrapServers }
const prefix = topicPrefix('producer')
const never = new AbortController().signal

/** Counts what a producer tells. */
class Counts implements ProducerListener {
  acknowledgedRecords = 0
  readonly errors: Error[] = []

  acknowledged(from: number, to: number): void {
    this.acknowledgedRecords += to - from
  }

  failed(_from: number, _to: number, _partition: unknown, error: Error): void {
    this.errors.push(error)
  }
}

/** `count` records `r0`, `r1`, … to the partitions in turn, as a task would: with room, and turns for the event loop. */
async function produce(producer: RecordProducer, topic: string, count: number): Promise<void> {
  const partitions = await producer.partitionCount(topic, never)
  for (let i = 0; i < count; i++) {
    const key = Buffer.from(`k${i}`)
    const headers = i % 100 === 0 ? [{ key: 'h', value: Buffer.from(String(i)) }] : null
    producer
      .appender(topic, i % partitions)
      .append(i, 1_700_000_000_000 + i, key, Buffer.from(`r${i}`), headers)
    if (!producer.hasRoom) await producer.room(never)
    else if (i % 2000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await producer.flush(never)
}

describe('a producer on a real broker', () => {
  test('200000 records over three partitions are read back once, in order, with key, time and headers', async () => {
    const count = 200_000
    await using client = await openKafkaClient(bootstrapServers)
    const topic = `${prefix}many`
    await client.createTopic(topic, { partitions: 3 })
    const counts = new Counts()
    const producer = createProducer(config, counts)
    await produce(producer, topic, count)
    await producer.close(never)
    expect(counts).toMatchObject({ acknowledgedRecords: count, errors: [] })

    const records = await client.read(topic)
    expect(records.length).toBe(count)
    for (let partition = 0, at = 0; partition < 3; partition++) {
      for (let i = partition, offset = 0; i < count; i += 3, offset++, at++) {
        const record = records[at]
        if (
          record?.partition !== partition ||
          record.offset !== offset ||
          record.value !== `r${i}`
        ) {
          expect(record).toMatchObject({ partition, offset, value: `r${i}` })
        }
      }
    }
    expect(records[0]).toEqual({
      partition: 0,
      offset: 0,
      timestamp: 1_700_000_000_000,
      key: 'k0',
      value: 'r0',
      headers: [['h', '0']],
    })
  })

  test('answers lost on the way lose and double nothing', async () => {
    const count = 30_000
    await using client = await openKafkaClient(bootstrapServers)
    const topic = `${prefix}cut`
    await client.createTopic(topic, { partitions: 2 })
    const [host = '', port = ''] = bootstrapServers.split(':')
    let connections = 0
    await using proxy = await FlakyProxy.start(
      { host, port: Number(port) },
      () => 3 + (connections++ % 9),
    )
    const counts = new Counts()
    const quick = {
      ...config,
      'batch.size': '2048',
      'retry.backoff.ms': '2',
      'retry.backoff.max.ms': '10',
    }
    const options = {
      ...clientOptions({ ...quick, 'reconnect.backoff.ms': '1' }),
      socketFactory: proxy.socketFactory,
    }
    const producer = new KafkaProducer(new KafkaClient(options), producerConfig(quick), counts)
    await produce(producer, topic, count)
    await producer.close(never)
    expect(counts).toMatchObject({ acknowledgedRecords: count, errors: [] })
    expect(proxy.cuts).toBeGreaterThan(5)

    const records = await client.read(topic)
    const expected = [0, 1].flatMap((first) =>
      Array.from({ length: count / 2 }, (_, i) => `r${first + 2 * i}`),
    )
    expect(records.map(({ value }) => value)).toEqual(expected)
  })

  test('a topic that is not there is created where the broker may', async () => {
    await using client = await openKafkaClient(bootstrapServers)
    const topic = `${prefix}new`
    const producer = createProducer(config, new Counts())
    expect(await producer.partitionCount(topic, never)).toBe(1)
    producer
      .appender(topic, producer.choosePartition(topic, null))
      .append(0, 1, null, Buffer.from('a'), null)
    await producer.close(never)
    expect(await client.readValues(topic)).toEqual(['a'])
  })

  test('a batch above the max.message.bytes of its topic is split; a record above it fails alone', async () => {
    await using client = await openKafkaClient(bootstrapServers)
    const topic = `${prefix}small`
    await client.createTopic(topic, { config: { 'max.message.bytes': '3000' } })
    const counts = new Counts()
    const producer = createProducer(config, counts)
    await producer.partitionCount(topic, never)
    const sizes = [500, 500, 500, 500, 5000, 500, 500, 500, 500, 500]
    const values = sizes.map((size, i) => String(i).padEnd(size, '.'))
    values.forEach((value, i) =>
      producer.appender(topic, 0).append(i, 1, null, Buffer.from(value), null),
    )
    await producer.close(never)
    expect(counts.acknowledgedRecords).toBe(9)
    expect(counts.errors.map(({ message }) => message)).toEqual([
      expect.stringContaining(`Cannot write to ${topic}-0: `),
    ])
    expect(await client.readValues(topic)).toEqual(values.filter((value) => value.length < 5000))
  })

  test('a broker that is not there is named, with what to check', async () => {
    const producer = createProducer(
      { 'bootstrap.servers': '127.0.0.1:1', 'max.block.ms': '300' },
      new Counts(),
    )
    await expect(producer.partitionCount('t', never)).rejects.toThrow(
      /^Cannot reach any of the bootstrap servers 127\.0\.0\.1:1: .*connection refused.*Check bootstrap\.servers/,
    )
    await producer.close(never)
  })
})

describe('a client on a real broker', () => {
  test('knows cluster, topics, leaders and coordinators', async () => {
    await using admin = await openKafkaClient(bootstrapServers)
    const topic = `${prefix}meta`
    await admin.createTopic(topic, { partitions: 2 })
    const client = new KafkaClient(clientOptions(config))
    try {
      expect(await client.metadata.ensureCluster(never)).toMatch(/^[\w-]{22}$/)
      const wait = { timeoutMs: 5000, allowAutoTopicCreation: false }
      const found = await client.metadata.ensureTopic(topic, wait, never)
      expect(found.partitions.map(({ partition, leaderId }) => [partition, leaderId])).toEqual([
        [0, found.partitions[0]?.leaderId],
        [1, found.partitions[1]?.leaderId],
      ])
      expect(client.metadata.leader(topic, 1)?.leaderEpoch).toBe(0)
      const all = await client.metadata.allTopics(never)
      expect(all.map(({ name }) => name)).toContain(topic)
      const node = await client.coordinators.find('group', `${prefix}group`, never)
      expect(client.metadata.node(node)).toBeDefined()
    } finally {
      await client.close()
    }
  })
})
