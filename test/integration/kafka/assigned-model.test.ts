import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { openTransactionalProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import type { ClientConfig, TransactionalProducer } from '../../../src/kafka/types.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { configOf, copyOf, openClient, produce } from './support.ts'

const prefix = topicPrefix('assigned-model')
const signal = AbortSignal.timeout(240_000)
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

async function topicOf(name: string, partitions: number): Promise<TopicPartition[]> {
  const topic = prefix + name
  await other.createTopic(topic, { partitions })
  return Array.from(Array(partitions).keys(), (partition) => ({ topic, partition }))
}

function consumerOf(config: ClientConfig): AssignedConsumer & AsyncDisposable {
  const options = consumerOptions({ 'auto.offset.reset': 'earliest', ...config })
  const consumer = new AssignedConsumer(client, options)
  return Object.assign(consumer, { [Symbol.asyncDispose]: () => consumer.close() })
}

/** Limits so small that fetches end amid batches and polls amid fetches, and such that all comes at once. */
const limits = fc.record({
  'max.poll.records': fc.integer({ min: 1, max: 12 }).map(String),
  'max.partition.fetch.bytes': fc.constantFrom('1', '150', '1048576', '1048576'),
  'fetch.max.bytes': fc.constantFrom('1', '400', '52428800', '52428800'),
  'fetch.max.wait.ms': fc.constant('20'),
})

const RECORDS = 60

test('polls, seeks, pauses and resumes in any order: each partition goes on where it was told to', async () => {
  const partitions = await topicOf('steps', 2)
  for (const each of partitions) {
    for (let at = 0; at < RECORDS; at += 5) {
      const values = Array.from(Array(5).keys(), (i) => ({ value: `${each.partition}:${at + i}` }))
      await produce(client, each, values)
    }
  }
  const which = fc.nat({ max: 1 })
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant({ do: 'poll' as const }) },
    fc.record({
      do: fc.constant('seek' as const),
      which,
      to: fc.nat({ max: RECORDS }),
    }),
    fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), which }),
  )
  const property = fc.asyncProperty(
    limits,
    fc.array(step, { maxLength: 30, size: 'max' }),
    async (config, steps) => {
      await using consumer = consumerOf(config)
      consumer.assign(partitions)
      for (const each of partitions) consumer.seek(each, 0)
      const next = [0, 0]
      const paused = new Set<number>()
      const poll = async (ms: number): Promise<number> => {
        const read = copyOf(await consumer.poll(ms, signal))
        for (const { partition, offset, value } of read) {
          expect([paused.has(partition), offset, value]).toEqual([
            ...[false, next[partition], `${partition}:${offset}`],
          ])
          next[partition] = offset + 1
        }
        expect(partitions.map((each) => consumer.knownPosition(each))).toEqual(next)
        return read.length
      }
      for (const each of steps) {
        if (each.do === 'poll') {
          await poll(5)
          continue
        }
        const partition = partitions[each.which]
        if (!partition) continue
        if (each.do === 'seek') {
          consumer.seek(partition, each.to)
          next[each.which] = each.to
        } else if (each.do === 'pause') {
          consumer.pause([partition])
          paused.add(each.which)
        } else {
          consumer.resume([partition])
          paused.delete(each.which)
        }
      }
      consumer.resume(partitions)
      paused.clear()
      const deadline = Date.now() + 20_000
      while (next.some((offset) => offset < RECORDS) && Date.now() < deadline) await poll(500)
      expect(next).toEqual([RECORDS, RECORDS])
    },
  )
  await fc.assert(property, { numRuns: 40 })
}, 120_000)

interface Writer {
  readonly producer: TransactionalProducer
  /** Values of the open transaction, and where they lie; null where none is open. */
  open: { readonly first: number; readonly offsets: Map<number, string> } | null
}

test('readers of committed records see what was committed up to the first open transaction, and get past all else', async () => {
  const acknowledged: number[] = []
  const listener = {
    acknowledged: (_from: number, _to: number, _partition: unknown, baseOffset: number) => {
      acknowledged.push(baseOffset)
    },
    failed: (_from: number, _to: number, _partition: unknown, error: Error) => {
      throw error
    },
  }
  const writers: Writer[] = []
  for (const id of ['a', 'b', 'c']) {
    const config = configOf({ 'transactional.id': prefix + id, 'linger.ms': '0' })
    const producer = await openTransactionalProducer(config, listener)
    await producer.init(signal)
    writers.push({ producer, open: null })
  }
  const step = fc.record({
    writer: fc.nat({ max: 2 }),
    do: fc.constantFrom('send' as const, 'send' as const, 'commit' as const, 'abort' as const),
    records: fc.integer({ min: 1, max: 4 }),
  })
  let topics = 0
  const property = fc.asyncProperty(
    limits,
    fc.array(step, { maxLength: 25, size: 'max' }),
    async (config, steps) => {
      const [partition] = await topicOf(`committed-${topics++}`, 1)
      if (!partition) throw new Error('no partition')
      const visible = new Map<number, string>()
      let count = 0
      let markers = 0
      const end = async (writer: Writer, how: 'commit' | 'abort'): Promise<void> => {
        await writer.producer[how](signal)
        markers++
        if (how === 'commit')
          for (const [offset, value] of writer.open?.offsets ?? []) visible.set(offset, value)
        writer.open = null
      }
      for (const each of steps) {
        const writer = writers[each.writer]
        if (!writer) continue
        if (each.do !== 'send') {
          if (writer.open !== null) await end(writer, each.do)
          continue
        }
        if (writer.open === null) writer.producer.begin()
        await writer.producer.partitionCount(partition.topic, signal)
        acknowledged.length = 0
        const values = Array.from(Array(each.records).keys(), () => `v${count++}`)
        values.forEach((value, i) => {
          const to = writer.producer.appender(partition.topic, 0)
          to.append(i, Date.now(), null, Buffer.from(value), null)
        })
        await writer.producer.flush(signal)
        const [base = -1] = acknowledged
        expect([acknowledged.length, base >= 0]).toEqual([1, true])
        writer.open ??= { first: base, offsets: new Map() }
        for (const [i, value] of values.entries()) writer.open.offsets.set(base + i, value)
      }
      const firstOpen = Math.min(...writers.map(({ open }) => open?.first ?? Infinity))
      const readable = (): string[] =>
        [...visible]
          .filter(([offset]) => offset < firstOpen)
          .sort(([a], [b]) => a - b)
          .map(([, value]) => value)
      await using consumer = consumerOf({ ...config, 'isolation.level': 'read_committed' })
      consumer.assign([partition])
      consumer.seek(partition, 0)
      const values: (string | null)[] = []
      const read = async (enough: () => boolean): Promise<void> => {
        const deadline = Date.now() + 20_000
        while (!enough() && Date.now() < deadline) {
          values.push(...copyOf(await consumer.poll(200, signal)).map(({ value }) => value))
        }
      }
      await read(() => values.length >= readable().length)
      await read(() => firstOpen === Infinity || consumer.knownPosition(partition) === firstOpen)
      expect(values).toEqual(readable())
      // The rest once nothing is open any more, markers and rolled back batches at the end included.
      for (const writer of writers) if (writer.open !== null) await end(writer, 'abort')
      // A marker each; the last ones may still be on their way when a transaction counts as ended.
      const log = count + markers
      await read(() => consumer.knownPosition(partition) === log)
      const all = [...visible].sort(([a], [b]) => a - b).map(([, value]) => value)
      expect([values, consumer.knownPosition(partition)]).toEqual([all, log])
    },
  )
  try {
    await fc.assert(property, { numRuns: 12, endOnFailure: true })
  } finally {
    for (const { producer } of writers) await producer.close(AbortSignal.timeout(2000))
  }
}, 120_000)
