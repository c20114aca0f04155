import { describe, expect, test } from 'vitest'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import type { TopicMetadata } from '../../../src/kafka/net/topic-metadata.ts'
import { BrokerLanes } from '../../../src/kafka/producer/broker-lanes.ts'
import type { LaneOwner } from '../../../src/kafka/producer/broker-lane.ts'
import { producerConfig } from '../../../src/kafka/producer/producer-config.ts'
import { TopicRouter } from '../../../src/kafka/producer/topic-router.ts'
import type { WaitingBatches } from '../../../src/kafka/producer/topic-router.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'
import { never, withProducer } from './producer-bench.ts'

const servers = { 'bootstrap.servers': 'broker:9092', 'batch.size': '1024' }
const someKey = Buffer.from('some key')
const count = 4

function routerOf(
  config: Record<string, string>,
  waiting: WaitingBatches = () => 0,
  leaderOf: (partition: number) => number = () => 1,
): TopicRouter {
  const partitions = Array.from({ length: count }, (_, partition) => ({
    partition,
    errorCode: 0,
    leaderId: leaderOf(partition),
    leaderEpoch: 0,
    replicas: [],
    isr: [],
  }))
  const metadata: TopicMetadata = {
    ...{ name: 't', topicId: '', errorCode: 0, internal: false, refreshedAt: 0 },
    partitions,
  }
  const { partitioner } = producerConfig({ ...servers, ...config })
  return new TopicRouter(metadata, partitioner, waiting)
}

/** How often each partition is chosen, where a full batch goes to each. */
function chosen(router: TopicRouter, times: number): number[] {
  const counts = Array.from({ length: count }, () => 0)
  for (let i = 0; i < times; i++) {
    const partition = router.choose(null)
    counts[partition] = (counts[partition] ?? 0) + 1
    router.sealed(partition, 1024)
  }
  return counts
}

describe('records without a key', () => {
  test('stay with a partition until a batch’s worth has gone there, in however many batches', () => {
    const router = routerOf({})
    const first = router.choose(null)
    for (let i = 0; i < 1000; i += 100) {
      router.sealed(first, 100)
      if (i < 900) expect(router.choose(null)).toBe(first)
    }
    const others = new Set(Array.from({ length: 60 }, () => chosen(router, 1).indexOf(1)))
    expect(others.size).toBe(count)
  })

  test('go the rather to a partition, the less its batches wait', () => {
    const counts = chosen(
      routerOf({}, (partition) => [9, 0, 9, 9][partition] ?? 0),
      1300,
    )
    // 10 of 13 chances.
    expect(counts[1]).toBeGreaterThan(850)
    expect(counts[0]).toBeGreaterThan(20)
  })

  test('avoid a partition whose broker takes nothing, unless none does', () => {
    const waiting: WaitingBatches = (partition) => (partition === 2 ? null : 3)
    expect(chosen(routerOf({}, waiting), 300)[2]).toBe(0)
    expect(
      chosen(
        routerOf({}, () => null),
        300,
      ).every((times) => times > 20),
    ).toBe(true)
  })

  test('without partitioner.adaptive.partitioning.enable go anywhere', () => {
    const config = { 'partitioner.adaptive.partitioning.enable': 'false' }
    const counts = chosen(
      routerOf(config, (partition) => (partition === 2 ? null : partition)),
      400,
    )
    for (const times of counts) expect(times).toBeGreaterThan(50)
  })
})

test('with partitioner.ignore.keys records with a key go where those without one do', () => {
  const router = routerOf({ 'partitioner.ignore.keys': 'true' })
  const used = new Set<number>()
  for (let i = 0; i < 100; i++) {
    used.add(router.choose(someKey))
    router.sealed(router.choose(null), 1024)
  }
  expect(used.size).toBe(count)
  expect(new Set(Array.from({ length: 9 }, () => routerOf({}).choose(someKey))).size).toBe(1)
})

describe('partitioner.class', () => {
  const roundRobin = {
    'partitioner.class': 'org.apache.kafka.clients.producer.RoundRobinPartitioner',
  }

  test('RoundRobinPartitioner takes partitions with a leader in turn, whatever the key', () => {
    const router = routerOf(roundRobin, undefined, (partition) => (partition === 1 ? -1 : 1))
    const order = Array.from({ length: 7 }, (_, i) => router.choose(i % 2 === 0 ? someKey : null))
    expect(order).toEqual([0, 2, 3, 0, 2, 3, 0])
  })

  test('of one’s own is refused, as it is Java', () => {
    expect(() => routerOf({ 'partitioner.class': 'com.example.Mine' })).toThrow(
      'Invalid value com.example.Mine for configuration partitioner.class: a Java class cannot run here',
    )
  })

  test('spreads what a producer sends', async () => {
    await withProducer({ partitions: 3 }, roundRobin, async ({ producer, cluster }) => {
      for (let i = 0; i < 6; i++) {
        const partition = producer.choosePartition(cluster.topic, null)
        producer.appender(cluster.topic, partition).append(i, 1, null, Buffer.from(`m${i}`), null)
      }
      await producer.flush(never)
      expect([0, 1, 2].map((partition) => cluster.log(partition))).toEqual([
        ['m0', 'm3'],
        ['m1', 'm4'],
        ['m2', 'm5'],
      ])
    })
  })
})

describe('a broker that takes nothing', () => {
  const owner: LaneOwner = {
    produceMaxVersion: undefined,
    ready: () => undefined,
    unreachable: () => undefined,
    answered: () => undefined,
    unanswered: () => undefined,
  }
  test.each([
    ['0', false],
    ['20', true],
  ])(
    'counts as stalled after partitioner.availability.timeout.ms=%s: %s',
    async (timeout, stalled) => {
      await using cluster = await FakeCluster.start()
      const config = {
        'bootstrap.servers': cluster.bootstrapServers,
        'partitioner.availability.timeout.ms': timeout,
        // No request fits: the lane is never open.
        'max.in.flight.requests.per.connection': '1',
      }
      const client = new KafkaClient(clientOptions(config))
      const wait = { timeoutMs: 5000, allowAutoTopicCreation: false }
      await client.metadata.ensureTopic(cluster.topic, wait, never)
      const lanes = new BrokerLanes(client, producerConfig(config), owner)
      const to = { topic: cluster.topic, partition: 0 }
      const lane = lanes.to(to)
      if (lane === null) throw new Error('the partition has a leader')
      expect(lanes.isStalled(to)).toBe(false)
      lane.inFlight = 1
      expect(lane.open(never)).toBe(false)
      expect(lanes.isStalled(to)).toBe(false)
      await new Promise((resolve) => setTimeout(resolve, 40))
      expect(lane.open(never)).toBe(false)
      expect(lanes.isStalled(to)).toBe(stalled)
      await client.close()
    },
  )

  test('counts as stalled no more once it has answered, with nothing left to send it', async () => {
    await using cluster = await FakeCluster.start()
    const config = {
      'bootstrap.servers': cluster.bootstrapServers,
      'partitioner.availability.timeout.ms': '1',
      'max.in.flight.requests.per.connection': '1',
    }
    const client = new KafkaClient(clientOptions(config))
    const wait = { timeoutMs: 5000, allowAutoTopicCreation: false }
    await client.metadata.ensureTopic(cluster.topic, wait, never)
    let answers = 0
    const answered = (): void => {
      answers++
    }
    const lanes = new BrokerLanes(client, producerConfig(config), { ...owner, answered })
    const to = { topic: cluster.topic, partition: 0 }
    const lane = lanes.to(to)
    if (lane === null) throw new Error('the partition has a leader')
    await expect.poll(() => lane.open(never)).toBe(true)
    lane.send([])
    expect(lane.open(never)).toBe(false)
    expect(lane.shutSince).toBeDefined()
    await expect.poll(() => answers).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(lanes.isStalled(to)).toBe(false)
    await client.close()
  })
})
