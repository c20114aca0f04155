import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { LogTruncationError } from '../../../src/kafka/consumer/errors.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import type { ClientConfig } from '../../../src/kafka/types.ts'
import { startCluster } from '../../services/kafka/cluster.ts'
import type { Cluster } from '../../services/kafka/cluster.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { waitFor } from '../../support/wait-for.ts'
import { copyOf, produce } from './support.ts'

const LONG = 240_000
const patience = { timeoutMs: 90_000, everyMs: 200 }
const signal = AbortSignal.timeout(3 * LONG)
let cluster: Cluster
let other: OtherClient
let client: KafkaClient

beforeAll(async () => {
  const selector = 'org.apache.kafka.common.replica.RackAwareReplicaSelector'
  cluster = await startCluster({ 'replica.selector.class': selector }, (id) => ({
    'broker.rack': `rack-${id}`,
  }))
  other = await openKafkaClient(cluster.bootstrapServers)
  client = clientOf()
}, LONG)

afterAll(async () => {
  await client.close()
  await other[Symbol.asyncDispose]()
  await cluster.stop()
}, LONG)

function clientOf(config: ClientConfig = {}): KafkaClient {
  const { bootstrapServers } = cluster
  const timeout = { 'request.timeout.ms': '5000', 'metadata.max.age.ms': '1000' }
  return new KafkaClient(
    clientOptions({ 'bootstrap.servers': bootstrapServers, ...timeout, ...config }),
  )
}

/** A topic of one partition on these nodes, the first of which leads. */
async function topicOn(name: string, replicas: readonly number[]): Promise<TopicPartition> {
  await other.admin.createTopics({
    topics: [
      {
        topic: name,
        replicaAssignment: [{ partition: 0, replicas: [...replicas] }],
        configEntries: [
          { name: 'min.insync.replicas', value: '1' },
          { name: 'unclean.leader.election.enable', value: 'true' },
        ],
      },
    ],
    waitForLeaders: false,
  })
  await inSync(name, replicas)
  return { topic: name, partition: 0 }
}

/** Waits until these, in whichever order, are in sync, and the first of them leads. */
async function inSync(name: string, nodes: readonly number[]): Promise<void> {
  const expected = `${nodes[0]}: ${[...nodes].sort().join()}`
  await waitFor(
    `${expected} in sync`,
    async () => {
      await client.metadata.refresh([name], AbortSignal.timeout(30_000)).catch(() => undefined)
      const found = client.metadata.topic(name)?.partitions[0]
      return `${found?.leaderId}: ${[...(found?.isr ?? [])].sort().join()}` === expected
    },
    patience,
  )
}

const numbered = (from: number, to: number, text = 'v'): { value: string }[] =>
  [...Array(to - from).keys()].map((i) => ({ value: `${text}${from + i}` }))

interface Reader extends AsyncDisposable {
  readonly consumer: AssignedConsumer
  /** Polls until so many values are there. */
  read(count: number): Promise<(string | null)[]>
  /** The nodes that were fetched from since the last time this was asked. */
  sources(): number[]
}

function readerOf(partition: TopicPartition, config: ClientConfig): Reader {
  const own = clientOf(config)
  const send = vi.spyOn(own, 'send')
  const consumer = new AssignedConsumer(
    own,
    consumerOptions({ 'fetch.max.wait.ms': '100', ...config }),
  )
  consumer.assign([partition])
  consumer.seek(partition, 0)
  return {
    consumer,
    read: async (count) => {
      const values: (string | null)[] = []
      const deadline = Date.now() + patience.timeoutMs
      while (values.length < count && Date.now() < deadline) {
        values.push(...copyOf(await consumer.poll(500, signal)).map(({ value }) => value))
      }
      return values
    },
    sources: () => {
      const fetches = send.mock.calls.filter(([, , { api }]) => api.name === 'Fetch')
      send.mockClear()
      return [...new Set(fetches.map(([node]) => Number(node)))]
    },
    [Symbol.asyncDispose]: async () => {
      await consumer.close()
      await own.close()
    },
  }
}

test(
  'a client is sent to the replica in its rack, and back to the leader where that one is gone',
  async () => {
    const partition = await topicOn('near', [1, 2, 3])
    await produce(client, partition, numbered(0, 3))
    await using reader = readerOf(partition, { 'client.rack': 'rack-3' })
    expect(await reader.read(3)).toEqual(['v0', 'v1', 'v2'])
    await waitFor('fetches from the near one alone', async () => {
      reader.sources()
      await reader.consumer.poll(300, signal)
      return String(reader.sources()) === '3'
    })
    await produce(client, partition, numbered(3, 5))
    expect(await reader.read(2)).toEqual(['v3', 'v4'])
    await cluster.node(3).shutDown('SIGKILL')
    await inSync('near', [1, 2])
    await produce(client, partition, numbered(5, 7))
    expect(await reader.read(2)).toEqual(['v5', 'v6'])
    expect(reader.sources()).toContain(1)
    await cluster.node(3).start()
    await inSync('near', [1, 2, 3])
  },
  LONG,
)

test(
  'a log that an unclean election has cut is noticed: the position goes back to where the logs part, or it is an error',
  async () => {
    const partition = await topicOn('cut', [1, 2])
    await produce(client, partition, numbered(0, 10))
    await cluster.node(2).shutDown('SIGKILL')
    await inSync('cut', [1])
    await produce(client, partition, numbered(10, 20))
    await using resetting = readerOf(partition, { 'auto.offset.reset': 'earliest' })
    await using strict = readerOf(partition, { 'auto.offset.reset': 'none' })
    expect(await resetting.read(20)).toHaveLength(20)
    expect(await strict.read(20)).toHaveLength(20)
    await cluster.node(1).shutDown('SIGKILL')
    await cluster.node(2).start()
    await inSync('cut', [2])
    await produce(client, partition, numbered(10, 15, 'new'))
    expect(await resetting.read(5)).toEqual(['new10', 'new11', 'new12', 'new13', 'new14'])
    const error: unknown = await strict.read(1).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(LogTruncationError)
    expect((error as Error).message).toMatch(
      /divergent offsets \{cut-0=OffsetAndMetadata\{offset=10, /,
    )
  },
  LONG,
)
