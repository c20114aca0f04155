import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { KafkaClient as OwnClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { Connection } from '../../../src/kafka/net/connection.ts'
import {
  createProducer,
  KafkaProducer,
  openTransactionalProducer,
} from '../../../src/kafka/producer/kafka-producer.ts'
import { producerConfig } from '../../../src/kafka/producer/producer-config.ts'
import { endTxnApi } from '../../../src/kafka/protocol/transactions.ts'
import type { ClientConfig, TransactionalProducer } from '../../../src/kafka/types.ts'
import { FlakyProxy } from '../../support/flaky-proxy.ts'
import { waitFor } from '../../support/wait-for.ts'
import { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { configOf, copyOf, openClient } from './support.ts'

const prefix = topicPrefix('transactions')
const signal = AbortSignal.timeout(240_000)
let kafka: KafkaClient

beforeAll(async () => {
  kafka = await openKafkaClient(inject('bootstrapServers'))
})

afterAll(async () => {
  await kafka[Symbol.asyncDispose]()
})

interface Opened extends AsyncDisposable {
  readonly producer: TransactionalProducer
  readonly failures: Error[]
}

async function open(id: string, config: ClientConfig = {}): Promise<Opened> {
  const failures: Error[] = []
  const listener = {
    acknowledged: () => undefined,
    failed: (_from: number, _to: number, _partition: unknown, error: Error) => {
      failures.push(error)
    },
  }
  const all = configOf({ 'transactional.id': prefix + id, ...config })
  const producer = await openTransactionalProducer(all, listener)
  await producer.init(signal)
  const close = (): Promise<void> => producer.close(AbortSignal.timeout(2000))
  return { producer, failures, [Symbol.asyncDispose]: close }
}

async function write(
  producer: TransactionalProducer,
  topic: string,
  values: readonly string[],
): Promise<void> {
  const partitions = await producer.partitionCount(topic, signal)
  values.forEach((value, i) => {
    producer.appender(topic, i % partitions).append(i, Date.now(), null, Buffer.from(value), null)
  })
}

/** What a reader of committed records sees, by partition in order. */
async function committed(topic: string, partitions: number, last: string): Promise<string[][]> {
  await using client = openClient()
  const options = consumerOptions({
    'auto.offset.reset': 'earliest',
    'isolation.level': 'read_committed',
  })
  const consumer = new AssignedConsumer(client, options)
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
  consumer.assign(all)
  for (const each of all) consumer.reset(each)
  const read: string[][] = all.map(() => [])
  while (!read.every((values) => values.includes(last))) {
    for (const { partition, value } of copyOf(await consumer.poll(5000, signal))) {
      read[partition]?.push(value ?? '')
    }
  }
  await consumer.close()
  return read.map((values) => values.filter((value) => value !== last))
}

/** A last transaction with one record a partition, so that a reader knows where to stop. */
async function mark(
  producer: TransactionalProducer,
  topic: string,
  partitions: number,
): Promise<void> {
  producer.begin()
  await write(producer, topic, Array<string>(partitions).fill('end'))
  await producer.commit(signal)
}

// A cluster of TV2 takes those of TV1 too: from clients that do not know better, or brokers that are older.
describe.each(['TV1', 'TV2'])('transactions of %s', (version) => {
  beforeAll(() => {
    if (version === 'TV1') vi.spyOn(Connection.prototype, 'featureLevel').mockReturnValue(0)
  })
  afterAll(() => {
    vi.restoreAllMocks()
  })

  test('of committed records are read, of aborted ones not, and one without records is fine', async () => {
    const topic = `${prefix}${version}-simple`
    await kafka.createTopic(topic, { partitions: 2 })
    await using opened = await open(`${version}-simple`)
    const { producer, failures } = opened
    producer.begin()
    await write(producer, topic, ['a', 'b', 'c'])
    await producer.commit(signal)
    producer.begin()
    await write(producer, topic, ['x', 'y', 'z'])
    await producer.flush(signal)
    await producer.abort(signal)
    producer.begin()
    await producer.commit(signal)
    producer.begin()
    await producer.abort(signal)
    producer.begin()
    await write(producer, topic, ['d'])
    await producer.commit(signal)
    await mark(producer, topic, 2)
    expect(failures).toEqual([])
    expect(await committed(topic, 2, 'end')).toEqual([['a', 'c', 'd'], ['b']])
  })

  test('drop what was not sent when they are aborted, and tell of it', async () => {
    const topic = `${prefix}${version}-dropped`
    await kafka.createTopic(topic)
    await using opened = await open(`${version}-dropped`)
    const { producer, failures } = opened
    producer.begin()
    await write(producer, topic, ['lost'])
    await producer.abort(signal)
    expect(failures).toHaveLength(1)
    expect(String(failures[0])).toContain('aborted')
    await mark(producer, topic, 1)
    expect(await committed(topic, 1, 'end')).toEqual([[]])
  })

  test('of a producer that was fenced end for good, and nothing of it is read', async () => {
    const topic = `${prefix}${version}-fenced`
    await kafka.createTopic(topic)
    await using zombie = await open(`${version}-fenced`)
    zombie.producer.begin()
    await write(zombie.producer, topic, ['zombie'])
    await zombie.producer.flush(signal)
    await using next = await open(`${version}-fenced`)
    next.producer.begin()
    await write(next.producer, topic, ['next'])
    await next.producer.commit(signal)
    const fenced = { javaName: 'org.apache.kafka.common.errors.ProducerFencedException' }
    await expect(zombie.producer.commit(signal)).rejects.toMatchObject(fenced)
    expect(() => zombie.producer.begin()).toThrow('newer producer with the same transactionalId')
    await expect(zombie.producer.abort(signal)).rejects.toMatchObject(fenced)
    await mark(next.producer, topic, 1)
    expect(await committed(topic, 1, 'end')).toEqual([['next']])
  })

  test('that lost a record can only be aborted, and the next one works', async () => {
    const topic = `${prefix}${version}-doomed`
    await kafka.createTopic(topic, { config: { 'max.message.bytes': '2000' } })
    await using opened = await open(`${version}-doomed`)
    const { producer, failures } = opened
    producer.begin()
    await write(producer, topic, ['small', 'x'.repeat(5000)])
    await expect(producer.commit(signal)).rejects.toThrow('has to be aborted')
    // What comes behind fails at once, not after delivery.timeout.ms.
    const before = failures.length
    await write(producer, topic, ['late'])
    await producer.flush(AbortSignal.timeout(20_000))
    expect(failures.slice(before).map(String)).toEqual([
      expect.stringContaining('has to be aborted'),
    ])
    await producer.abort(signal)
    producer.begin()
    await write(producer, topic, ['good'])
    await producer.commit(signal)
    await mark(producer, topic, 1)
    expect(await committed(topic, 1, 'end')).toEqual([['good']])
  })

  test('are not ended by an answerless commit of one before them that comes late', async () => {
    const topic = `${prefix}${version}-late`
    await kafka.createTopic(topic)
    const [host = '', port = ''] = inject('bootstrapServers').split(':')
    await using proxy = await FaultProxy.start({ host, port: Number(port) })
    const servers = { 'bootstrap.servers': proxy.bootstrapServers }
    await using opened = await open(`${version}-late`, { ...servers, 'request.timeout.ms': '300' })
    const { producer } = opened
    producer.begin()
    await write(producer, topic, ['good'])
    const { key: api } = endTxnApi
    proxy.arm({ kind: 'delay-request', api, skip: 0, ms: 2000, at: 0, abrupt: false })
    await producer.commit(signal)
    producer.begin()
    await write(producer, topic, ['bad'])
    await producer.flush(signal)
    await waitFor('the late commit', () => proxy.hits.length === 1)
    await proxy.settled(signal)
    await producer.abort(signal)
    await mark(producer, topic, 1)
    expect(await committed(topic, 1, 'end')).toEqual([['good']])
  })

  test('are used in their order', async () => {
    const topic = `${prefix}${version}-order`
    await kafka.createTopic(topic)
    await using opened = await open(`${version}-order`)
    const { producer } = opened
    await producer.partitionCount(topic, signal)
    expect(() => producer.appender(topic, 0)).toThrow('expected that one is open')
    await expect(producer.commit(signal)).rejects.toThrow('expected that one is open')
    producer.begin()
    expect(() => producer.begin()).toThrow('found the state open')
    const config = configOf({ 'transactional.id': 'x' })
    expect(() =>
      createProducer(config, { acknowledged: () => undefined, failed: () => undefined }),
    ).toThrow('transactional.id')
  })

  test('are whole or not there, whichever connections are cut while they are written', async () => {
    const step = fc.record({
      count: fc.integer({ min: 1, max: 12 }),
      flush: fc.boolean(),
      commit: fc.boolean(),
    })
    let run = 0
    let cuts = 0
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 2, max: 5 })),
      async (steps, chunks) => {
        const topic = `${prefix}${version}-random-${run++}`
        await kafka.createTopic(topic, { partitions: 3 })
        const [host = '', port = ''] = inject('bootstrapServers').split(':')
        const broker = { host, port: Number(port) }
        await using proxy = await FlakyProxy.start(broker, () => Number(chunks.next().value))
        const config = configOf({ 'transactional.id': topic, 'reconnect.backoff.ms': '5' })
        const client = new OwnClient({
          ...clientOptions(config),
          socketFactory: proxy.socketFactory,
        })
        const listener = { acknowledged: () => undefined, failed: () => undefined }
        const producer = new KafkaProducer(client, producerConfig(config), listener)
        await producer.init(signal)
        const expected: string[] = []
        for (const [number, { count, flush, commit }] of steps.entries()) {
          producer.begin()
          const values = Array.from({ length: count }, (_, i) => `${number}-${i}`)
          await write(producer, topic, values)
          if (flush) await producer.flush(signal)
          if (commit) {
            await producer.commit(signal)
            expected.push(...values)
          } else await producer.abort(signal)
        }
        await mark(producer, topic, 3)
        await producer.close(signal)
        cuts += proxy.cuts
        const read = (await committed(topic, 3, 'end')).flat()
        expect(read.sort()).toEqual(expected.sort())
      },
    )
    await fc.assert(property, { numRuns: 6 })
    expect(cuts).toBeGreaterThan(6)
  }, 90_000)
})
