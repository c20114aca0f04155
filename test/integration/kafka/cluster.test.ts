import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import {
  createProducer,
  openTransactionalProducer,
} from '../../../src/kafka/producer/kafka-producer.ts'
import type { ClientMeter } from '../../../src/kafka/types.ts'
import { delay } from '../../../src/util/abort.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startCluster } from '../../services/kafka/cluster.ts'
import type { Cluster } from '../../services/kafka/cluster.ts'
import { Traffic } from './cluster-traffic.ts'
import { copyOf } from './support.ts'

const topic = 'traffic'
const groupId = 'traffic-group'
const PARTITIONS = 3
const LONG = 240_000
/** What the tests wait for on a loaded machine. */
const patience = { timeoutMs: 90_000 }

let cluster: Cluster
let other: OtherClient
let client: KafkaClient
let traffic: Traffic

beforeAll(async () => {
  cluster = await startCluster()
  other = await openKafkaClient(cluster.bootstrapServers)
  client = new KafkaClient(clientOptions(config()))
  await createTopic(topic, [
    [1, 2, 3],
    [2, 3, 1],
    [3, 1, 2],
  ])
  traffic = await Traffic.start({ config: config(), topic, partitions: PARTITIONS, groupId })
  await traffic.settle()
}, LONG)

afterAll(async () => {
  await traffic[Symbol.asyncDispose]()
  await client.close()
  await other[Symbol.asyncDispose]()
  await cluster.stop()
}, LONG)

/** Invariants 2 and 3: whatever a test has done to the cluster, nothing is missing, double or out of order then. */
afterEach(async () => {
  await traffic.settle(90_000)
  expect(traffic.faults).toEqual([])
}, LONG)

function config(more: Record<string, string> = {}): Record<string, string> {
  return {
    'bootstrap.servers': cluster.bootstrapServers,
    'request.timeout.ms': '5000',
    'session.timeout.ms': '10000',
    'heartbeat.interval.ms': '500',
    ...more,
  }
}

async function createTopic(name: string, replicas: readonly (readonly number[])[]): Promise<void> {
  const replicaAssignment = replicas.map((each, partition) => ({ partition, replicas: [...each] }))
  await other.admin.createTopics({
    topics: [{ topic: name, replicaAssignment }],
    waitForLeaders: false,
  })
  await waitFor(`leaders of ${name}`, async () => (await leaders(name)).length === replicas.length)
}

/** By partition, as far as they have one. */
async function leaders(name: string): Promise<number[]> {
  await client.metadata.refresh([name], AbortSignal.timeout(30_000)).catch(() => undefined)
  const found = client.metadata.topic(name)?.partitions ?? []
  return found.map(({ leaderId }) => leaderId).filter((id) => id >= 0)
}

/** How many replicas each partition has in sync. */
async function inSync(name: string): Promise<number[]> {
  await client.metadata.refresh([name], AbortSignal.timeout(30_000)).catch(() => undefined)
  return client.metadata.topic(name)?.partitions.map(({ isr }) => isr.length) ?? []
}

/** Makes node `id` the coordinator of the group and the transactions: the first replica of their topics' one partition leads it. */
async function coordinatedBy(id: number, signal: AbortSignal): Promise<void> {
  const replicas = [id, ...cluster.others(id)]
  const topics = ['__consumer_offsets', '__transaction_state'].map((name) => ({
    topic: name,
    partitionAssignment: [{ partition: 0, replicas }],
  }))
  await other.admin.alterPartitionReassignments({ topics })
  const found = async (): Promise<number[]> => {
    client.coordinators.forget('group', groupId)
    client.coordinators.forget('transaction', 'traffic-id')
    return [
      await client.coordinators.find('group', groupId, signal),
      await client.coordinators.find('transaction', 'traffic-id', signal),
    ]
  }
  const isSo = async (): Promise<boolean> => (await found()).every((node) => node === id)
  await waitFor(`node ${id} to coordinate`, isSo, { ...patience, everyMs: 200 })
}

/** The numbers that a reader of committed records finds, in order. */
async function committed(name: string, count: number, signal: AbortSignal): Promise<number[]> {
  const options = { 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' }
  const consumer = new AssignedConsumer(client, consumerOptions(options))
  const partitions = [0, 1].map((partition) => ({ topic: name, partition }))
  consumer.assign(partitions)
  for (const each of partitions) consumer.reset(each)
  const found: number[] = []
  while (found.length < count) {
    found.push(...copyOf(await consumer.poll(1000, signal)).map(({ value }) => Number(value)))
  }
  await consumer.close()
  return found.sort((a, b) => a - b)
}

/** Waits until every partition has three replicas in sync, so that the next node may be taken away. */
async function allInSync(): Promise<void> {
  await waitFor(
    'all replicas in sync',
    async () => String(await inSync(topic)) === String([3, 3, 3]),
    { ...patience, everyMs: 200 },
  )
}

async function restarted(id: number): Promise<void> {
  await cluster.node(id).start()
  await allInSync()
}

describe('with a cluster of three nodes and records written and read all the while', () => {
  test(
    'leaders that move are followed',
    async () => {
      const before = await leaders(topic)
      // Without its leader among the replicas a partition must get another one.
      const reassign = (replicasOf: (leader: number) => number[]): Promise<unknown> =>
        other.admin.alterPartitionReassignments({
          topics: [
            {
              topic,
              partitionAssignment: before.map((leader, partition) => ({
                partition,
                replicas: replicasOf(leader),
              })),
            },
          ],
        })
      await reassign((leader) => [...cluster.others(leader)])
      const moved = async (): Promise<boolean> => {
        const now = await leaders(topic)
        return now.length === PARTITIONS && now.every((leader, i) => leader !== before[i])
      }
      await waitFor('other leaders', moved, patience)
      await traffic.goesOn()
      await reassign((leader) => [leader, ...cluster.others(leader)])
      await allInSync()
      // The first of its replicas is elected again by the controller.
      const back = async (): Promise<boolean> => String(await leaders(topic)) === String(before)
      await waitFor('the preferred leaders', back, patience)
      await traffic.goesOn()
    },
    LONG,
  )

  test(
    'a rolling restart of all nodes is not noticed by who writes and reads',
    async () => {
      for (const id of cluster.nodeIds) {
        await cluster.node(id).shutDown('SIGTERM')
        await traffic.goesOn(50)
        await restarted(id)
      }
    },
    LONG,
  )

  test(
    'a node that is frozen is given up after request.timeout.ms, and its successor found',
    async () => {
      await waitFor('a leader everywhere', async () => (await leaders(topic)).length === PARTITIONS)
      const [frozen = 1] = await leaders(topic)
      cluster.node(frozen).signal('SIGSTOP')
      try {
        const moved = async (): Promise<boolean> => !(await leaders(topic)).includes(frozen)
        await waitFor('other leaders', moved, patience)
        await traffic.goesOn()
        await traffic.settle(90_000)
      } finally {
        cluster.node(frozen).signal('SIGCONT')
      }
      await allInSync()
    },
    LONG,
  )

  test(
    'the death of the node that coordinates both group and transactions is survived by both',
    async () => {
      const signal = AbortSignal.timeout(LONG)
      const name = 'transactions'
      await createTopic(name, [cluster.nodeIds, cluster.nodeIds])
      const failures: Error[] = []
      const producer = await openTransactionalProducer(
        config({ 'transactional.id': 'traffic-id' }),
        {
          acknowledged: () => undefined,
          failed: (_from, _to, _partition, error) => failures.push(error),
        },
      )
      await producer.init(signal)
      await producer.partitionCount(name, signal)
      let next = 0
      const transact = async (): Promise<void> => {
        producer.begin()
        for (const end = next + 4; next < end; next++) {
          const value = Buffer.from(String(next))
          producer.appender(name, next % 2).append(next, Date.now(), null, value, null)
        }
        await producer.commit(signal)
      }
      await transact()
      await coordinatedBy(2, signal)
      for (let i = 0; i < 5; i++) await transact()
      const dying = cluster.node(2).shutDown('SIGKILL')
      for (let i = 0; i < 10; i++) await transact()
      await dying
      expect(failures).toEqual([])
      await traffic.goesOn()
      await traffic.settle(90_000)
      await producer.close(signal)
      expect(await committed(name, next, signal)).toEqual([...Array(next).keys()])
      await restarted(2)
    },
    LONG,
  )

  test(
    'with one node lost it goes on; with two it waits, and resumes when they are back',
    async () => {
      const [one, two] = [2, 3]
      const narrow = 'narrow'
      await createTopic(narrow, [[1, 2]])
      const outcomes: string[] = []
      const counts = new Map<string, number>()
      const meter: ClientMeter = {
        add: (count, by) => counts.set(count, (counts.get(count) ?? 0) + by),
        max: () => undefined,
        setLag: () => undefined,
      }
      const listener = {
        acknowledged: (from: number) => outcomes.push(`acknowledged ${from}`),
        failed: (_from: number, _to: number, _at: unknown, error: Error) =>
          outcomes.push(error.message),
      }
      const producer = createProducer(config(), listener, { meter })
      await producer.partitionCount(narrow, AbortSignal.timeout(30_000))
      await cluster.node(one).shutDown('SIGKILL')
      await traffic.goesOn()
      // Two replicas must be in sync, and there is one left: NOT_ENOUGH_REPLICAS.
      await waitFor('one replica in sync', async () => (await inSync(narrow))[0] === 1, patience)
      producer.appender(narrow, 0).append(0, Date.now(), null, Buffer.from('n'), null)
      await waitFor('refusals', () => (counts.get('recordsRetried') ?? 0) > 2, patience)
      await cluster.node(two).shutDown('SIGKILL')
      // What was answered before comes through; then nothing for as long as it lasts.
      await delay(1000)
      const { acknowledged } = traffic.progress
      await delay(2000)
      expect(traffic.progress.acknowledged).toBe(acknowledged)
      expect(outcomes).toEqual([])
      await Promise.all([one, two].map((id) => cluster.node(id).start()))
      await traffic.goesOn()
      await allInSync()
      await producer.flush(AbortSignal.timeout(60_000))
      expect(outcomes).toEqual(['acknowledged 0'])
      await producer.close(AbortSignal.timeout(5000))
    },
    LONG,
  )
})
