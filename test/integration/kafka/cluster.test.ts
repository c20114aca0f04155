import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startCluster } from '../../services/kafka/cluster.ts'
import type { Cluster } from '../../services/kafka/cluster.ts'
import { Traffic } from './cluster-traffic.ts'

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

/** Waits until every partition has three replicas in sync, so that the next node may be taken away. */
async function allInSync(): Promise<void> {
  await waitFor(
    'all replicas in sync',
    async () => {
      await client.metadata.refresh([topic], AbortSignal.timeout(30_000)).catch(() => undefined)
      const found = client.metadata.topic(topic)?.partitions ?? []
      return found.length === PARTITIONS && found.every(({ isr }) => isr.length === 3)
    },
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
    'the death of the coordinator of the group is survived',
    async () => {
      const signal = AbortSignal.timeout(LONG)
      client.coordinators.forget('group', groupId)
      const coordinator = await client.coordinators.find('group', groupId, signal)
      await cluster.node(coordinator).shutDown('SIGKILL')
      await traffic.goesOn()
      await traffic.settle(90_000)
      await restarted(coordinator)
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
      const producer = createProducer(config(), {
        acknowledged: (from) => outcomes.push(`acknowledged ${from}`),
        failed: (_from, _to, _partition, error) => outcomes.push(error.message),
      })
      await producer.partitionCount(narrow, AbortSignal.timeout(30_000))
      await cluster.node(one).shutDown('SIGKILL')
      await traffic.goesOn()
      // Two replicas must be in sync, and there is one left.
      producer.appender(narrow, 0).append(0, Date.now(), null, Buffer.from('n'), null)
      await cluster.node(two).shutDown('SIGKILL')
      const { acknowledged } = traffic.progress
      await new Promise((resolve) => setTimeout(resolve, 3000))
      expect(outcomes).toEqual([])
      await Promise.all([one, two].map((id) => cluster.node(id).start()))
      expect(traffic.progress.acknowledged - acknowledged).toBeLessThan(1000)
      await traffic.goesOn()
      await allInSync()
      await producer.flush(AbortSignal.timeout(60_000))
      expect(outcomes).toEqual(['acknowledged 0'])
      await producer.close(AbortSignal.timeout(5000))
    },
    LONG,
  )
})
