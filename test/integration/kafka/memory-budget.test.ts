import { expect, inject, test } from 'vitest'
import { createGroupConsumer } from '../../../src/kafka/group/group-consumer.ts'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { MemoryAccount, MemoryBudget } from '../../../src/util/memory-budget.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'

const never = new AbortController().signal
const KIB = 1024
const tasks = 6
const perTask = 2000
const limit = 384 * KIB
const batchBytes = 16 * KIB
/** What docs/memory.md allows beyond: of each source a batch with its slack, of each sink the least fetch, or one batch. */
const beyond = tasks * (2 * (batchBytes + 4 * KIB) + 64 * KIB + batchBytes)

test('many tasks within little memory: every record arrives, and the memory is not exceeded by more than is said', async () => {
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const prefix = topicPrefix('budget')
  const topics = Array.from({ length: tasks }, (_, task) => `${prefix}${task}`)
  for (const topic of topics) await kafka.createTopic(topic, { partitions: 2 })
  const budget = new MemoryBudget(limit)
  // As if in two threads.
  const accounts = [0, 1].map(() => new MemoryAccount(budget.shared, budget.newAccount()))
  let most = 0
  const look = (): void => {
    most = Math.max(most, budget.usedBytes)
  }
  const value = Buffer.alloc(500, 'x')
  const produce = async (topic: string, task: number): Promise<void> => {
    let acknowledged = 0
    const memory = accounts[task % 2]?.open()
    const config = {
      'bootstrap.servers': inject('bootstrapServers'),
      'batch.size': String(batchBytes),
    }
    const listener = {
      acknowledged: (from: number, to: number) => void (acknowledged += to - from),
      failed: () => undefined,
    }
    const producer = createProducer(config, listener, memory ? { memory } : {})
    await producer.partitionCount(topic, never)
    for (let i = 0; i < perTask; i++) {
      producer.appender(topic, i % 2).append(i, 1000, null, value, null)
      look()
      if (!producer.hasRoom) await producer.room(AbortSignal.timeout(20_000))
    }
    await producer.close(never)
    expect(acknowledged).toBe(perTask)
  }
  const consume = async (topic: string, task: number): Promise<void> => {
    const memory = accounts[task % 2]?.open()
    const consumer = createGroupConsumer(
      {
        'bootstrap.servers': inject('bootstrapServers'),
        'group.id': topic,
        'auto.offset.reset': 'earliest',
      },
      memory ? { memory } : {},
    )
    const done = (): Promise<void> => Promise.resolve()
    consumer.subscribe({ topics: [topic] }, { assigned: done, revoked: done, lost: done })
    const seen = new Set<string>()
    const until = Date.now() + 40_000
    while (seen.size < perTask && Date.now() < until) {
      for (const { partition, cursor } of await consumer.poll(200, never)) {
        while (cursor.next()) seen.add(`${partition}:${cursor.offset}`)
      }
      look()
    }
    await consumer.close(never)
    expect(seen.size).toBe(perTask)
  }
  await Promise.all(topics.flatMap((topic, task) => [produce(topic, task), consume(topic, task)]))
  expect(most).toBeGreaterThan(limit / 2)
  expect(most).toBeLessThanOrEqual(limit + beyond)
  expect(budget.usedBytes).toBe(0)
}, 90_000)
