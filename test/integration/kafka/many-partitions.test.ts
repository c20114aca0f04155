import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { openProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import type { ProducerListener, RecordProducer } from '../../../src/kafka/types.ts'
import { MemoryAccount, MemoryBudget } from '../../../src/util/memory-budget.ts'
import type { MemoryShare } from '../../../src/util/memory-budget.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { configOf, openClient } from './support.ts'

const KIB = 1024
const MIB = KIB * KIB
const partitions = 1000
/** More batches than a request holds are always ready here. */
const busy = [0, 1, 2, 3]
/** How many records they get for each that one of the others gets. */
const busyShare = 20
const value = Buffer.alloc(500, 'x')
const topic = `${topicPrefix('many')}partitions`
const limit = (): AbortSignal => AbortSignal.timeout(60_000)

let kafka: KafkaClient

/** A record for each partition: the topic is there once all are taken, and the broker needs seconds for that. */
beforeAll(async () => {
  kafka = await openKafkaClient(inject('bootstrapServers'))
  await kafka.createTopic(topic, { partitions })
  const producer = await openProducer(configOf(), { acknowledged: () => undefined, failed: fail })
  await producer.partitionCount(topic, limit())
  for (let i = 0; i < partitions; i++) await append(producer, i, i)
  await producer.close(limit())
}, 90_000)

afterAll(async () => {
  await kafka.admin.deleteTopics({ topics: [topic] })
  await kafka[Symbol.asyncDispose]()
})

test('a producer to 1,000 partitions holds no more than buffer.memory, and none of them waits for the busy ones', async () => {
  const bufferBytes = 512 * KIB
  const batchBytes = 16 * KIB
  const memory = openShare()
  const acknowledged = new Array<number>(partitions).fill(0)
  let sent = 0
  let mostBehind = 0
  const listener: ProducerListener = {
    acknowledged: (from, to, { partition }) => {
      acknowledged[partition] = (acknowledged[partition] ?? 0) + to - from
      mostBehind = Math.max(mostBehind, sent - from)
    },
    failed: fail,
  }
  const config = {
    'buffer.memory': String(bufferBytes),
    'batch.size': String(batchBytes),
    'max.request.size': String(3 * batchBytes),
  }
  const producer = await openProducer(configOf(config), listener, { memory })
  await producer.partitionCount(topic, limit())
  const before = outsideOfHeap()
  const most = { counted: 0, outside: 0 }
  for (let i = 0; i < 2 * partitions; i++) {
    await append(producer, sent++, i % partitions)
    most.counted = Math.max(most.counted, memory.bytes)
    for (let n = 0; n < busyShare; n++) await append(producer, sent++, busy[n % busy.length] ?? 0)
    if (i % 100 === 0) most.outside = Math.max(most.outside, outsideOfHeap() - before)
  }
  await producer.close(limit())
  expect(acknowledged.reduce((sum, count) => sum + count)).toBe(sent)
  expect(Math.min(...acknowledged)).toBe(2)
  // The batch that makes it full may grow beyond.
  expect(most.counted).toBeGreaterThan(bufferBytes / 2)
  expect(most.counted).toBeLessThanOrEqual(bufferBytes + 2 * batchBytes)
  // What the collector has not taken yet comes on top.
  expect(most.outside).toBeLessThan(24 * MIB)
  // No record is overtaken by more than the buffer was filled with a few times.
  expect(mostBehind).toBeLessThan((4 * bufferBytes) / value.length)
}, 60_000)

test('a consumer of 1,000 partitions holds no more than fetch.max.bytes allows, and each of them gets its turn', async () => {
  const fetchMaxBytes = 64 * KIB
  const memory = openShare()
  await using client = openClient()
  const options = consumerOptions({ 'fetch.max.bytes': String(fetchMaxBytes) })
  const consumer = new AssignedConsumer(client, options, memory)
  await client.metadata.refresh([topic], limit())
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
  consumer.assign(all)
  for (const each of all) consumer.seek(each, 0)
  const expected = await kafka.endOffset(topic)
  const unseen = new Set(all.map(({ partition }) => partition))
  const most = { counted: 0, outside: 0 }
  const before = outsideOfHeap()
  let count = 0
  let seenAllAfter = 0
  while (count < expected) {
    for (const { partition, cursor } of await consumer.poll(1000, limit())) {
      while (cursor.next()) count++
      if (unseen.delete(partition) && unseen.size === 0) seenAllAfter = count
    }
    most.counted = Math.max(most.counted, memory.bytes)
    most.outside = Math.max(most.outside, outsideOfHeap() - before)
  }
  await consumer.close()
  expect(count).toBe(expected)
  // Three frames: one being read, one that waits, one on its way; each may hold a whole batch more, and says a little of every partition.
  expect(most.counted).toBeLessThanOrEqual(3 * (fetchMaxBytes + 16 * KIB + partitions * 64))
  expect(most.outside).toBeLessThan(24 * MIB)
  // The busy ones have twenty times as much as all others together, and do not go first.
  expect(seenAllAfter).toBeLessThan(expected / 2)
}, 60_000)

async function append(producer: RecordProducer, index: number, partition: number): Promise<void> {
  producer.appender(topic, partition).append(index, Date.now(), null, value, null)
  if (!producer.hasRoom) await producer.room(limit())
}

function openShare(): MemoryShare {
  const budget = new MemoryBudget(64 * MIB)
  return new MemoryAccount(budget.shared, budget.newAccount()).open()
}

/** Bytes of all buffers there are, those that are garbage included. */
function outsideOfHeap(): number {
  return process.memoryUsage().arrayBuffers
}

function fail(_from: number, _to: number, _partition: unknown, error: Error): void {
  throw error
}
