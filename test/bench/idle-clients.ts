import { AssignedConsumer } from '../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../src/kafka/consumer/consumer-options.ts'
import { createGroupConsumer } from '../../src/kafka/group/group-consumer.ts'
import { clientOptions } from '../../src/kafka/net/client-options.ts'
import { KafkaClient } from '../../src/kafka/net/client.ts'
import { openProducer } from '../../src/kafka/producer/kafka-producer.ts'
import type { ClientConfig } from '../../src/kafka/types.ts'
import { delay } from '../../src/util/abort.ts'

export interface IdleOrder {
  readonly bootstrapServers: string
  readonly topic: string
  /** Half of them producers, a quarter members of groups, a quarter consumers without one. */
  readonly clients: number
  readonly seconds: number
}

export interface IdleReport {
  /** Of one core. */
  readonly percent: number
  readonly rssMib: number
}

const never = new AbortController().signal
/** As long as a sink task with nothing to do waits: until its next commit is due. */
const pollMs = 60_000
const settleMs = 5000

/** Opens clients that have each done something, and measures the process while they have nothing to do. */
export async function idle(order: IdleOrder): Promise<IdleReport> {
  const config: ClientConfig = {
    'bootstrap.servers': order.bootstrapServers,
    'auto.offset.reset': 'latest',
  }
  const ready: Promise<unknown>[] = []
  for (let i = 0; i < order.clients; i++) {
    if (i % 2 === 0) ready.push(producer(config, order.topic))
    else if (i % 4 === 1)
      ready.push(member({ ...config, 'group.id': `${order.topic}-${i}` }, order.topic))
    else ready.push(reader(config, order.topic))
  }
  await Promise.all(ready)
  await delay(settleMs)
  const before = process.cpuUsage()
  const began = performance.now()
  await delay(order.seconds * 1000)
  const { user, system } = process.cpuUsage(before)
  const ms = performance.now() - began
  const percent = (user + system) / 10 / ms
  return { percent, rssMib: process.memoryUsage().rss / 2 ** 20 }
}

async function producer(config: ClientConfig, topic: string): Promise<void> {
  const producer = await openProducer(config, { acknowledged: nothing, failed: nothing })
  await producer.partitionCount(topic, never)
  producer.appender(topic, 0).append(0, Date.now(), null, Buffer.from('x'), null)
  await producer.flush(never)
}

function member(config: ClientConfig, topic: string): Promise<void> {
  const consumer = createGroupConsumer(config)
  return new Promise((resolve, reject) => {
    const assigned = (): Promise<void> => {
      resolve()
      return Promise.resolve()
    }
    consumer.subscribe({ topics: [topic] }, { assigned, revoked: later, lost: later })
    void pollOn((signal) => consumer.poll(pollMs, signal)).catch(reject)
  })
}

async function reader(config: ClientConfig, topic: string): Promise<void> {
  const client = new KafkaClient(clientOptions(config))
  const consumer = new AssignedConsumer(client, consumerOptions(config))
  const partition = { topic, partition: 0 }
  await client.metadata.refresh([topic], never)
  consumer.assign([partition])
  consumer.reset(partition)
  await consumer.position(partition, never)
  void pollOn((signal) => consumer.poll(pollMs, signal))
}

async function pollOn(poll: (signal: AbortSignal) => Promise<unknown>): Promise<never> {
  const { signal } = new AbortController()
  for (;;) await poll(signal)
}

function nothing(): void {
  // What becomes of one record is not asked here.
}

function later(): Promise<void> {
  return Promise.resolve()
}
