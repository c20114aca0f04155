import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { ClientClosedError, UnreachableError } from '../../../src/kafka/net/errors.ts'
import { codeOf, ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { metadataApi } from '../../../src/kafka/protocol/metadata.ts'
import { WireError } from '../../../src/kafka/protocol/wire-error.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'
import type { FakeClusterOptions } from '../../support/fake-cluster.ts'

const never = new AbortController().signal
const wait = { timeoutMs: 2000, allowAutoTopicCreation: true }

async function withClient(
  options: FakeClusterOptions,
  use: (client: KafkaClient, cluster: FakeCluster) => Promise<void>,
): Promise<void> {
  await using cluster = await FakeCluster.start(options)
  const quick = { 'retry.backoff.ms': '5', 'reconnect.backoff.ms': '5' }
  const config = { 'bootstrap.servers': cluster.bootstrapServers, ...quick }
  const client = new KafkaClient(clientOptions(config))
  try {
    await use(client, cluster)
  } finally {
    await client.close()
  }
}

describe('metadata', () => {
  test('is asked for once, however many want it, and then known', async () => {
    await withClient({ partitions: 2 }, async (client, cluster) => {
      const ask = async (): Promise<unknown> => client.metadata.ensureTopic('t', wait, never)
      const asked = Array.from({ length: 10 }, ask)
      const found = await Promise.all(asked)
      expect(new Set(found).size).toBe(1)
      expect(cluster.broker.count(metadataApi)).toBe(1)
      expect(client.metadata.ensureTopic('t', wait, never)).toBe(found[0])
      expect(client.metadata.leader('t', 1)).toMatchObject({ leaderId: 1, leaderEpoch: 0 })
      expect(client.metadata.clusterId).toBe('fake')
    })
  })

  test('a topic that comes up late is waited for', async () => {
    const topicErrors = [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.LEADER_NOT_AVAILABLE]
    await withClient({ topicErrors }, async (client, cluster) => {
      expect(await client.metadata.ensureTopic('t', wait, never)).toMatchObject({ errorCode: 0 })
      expect(cluster.broker.count(metadataApi)).toBe(3)
    })
  })

  test('what no waiting helps against is told at once', async () => {
    await withClient({ topicErrors: [ErrorCode.TOPIC_AUTHORIZATION_FAILED] }, async (client) => {
      const error: unknown = await Promise.resolve(
        client.metadata.ensureTopic('t', wait, never),
      ).catch((e: unknown) => e)
      expect(codeOf(error)).toBe(ErrorCode.TOPIC_AUTHORIZATION_FAILED)
    })
  })

  test('after invalidation there is no leader until it was asked for again', async () => {
    await withClient({}, async (client, cluster) => {
      await client.metadata.ensureTopic('t', wait, never)
      client.metadata.invalidate('t')
      expect(client.metadata.leader('t', 0)).toBeUndefined()
      await client.metadata.refresh(['t'], never)
      expect(client.metadata.leader('t', 0)).toBeDefined()
      client.metadata.invalidateNode(1)
      expect(client.metadata.leader('t', 0)).toBeUndefined()
      await expect.poll(() => client.metadata.leader('t', 0)).toBeDefined()
      expect(cluster.broker.count(metadataApi)).toBe(3)
    })
  })

  test('what is old is given, and asked for beside', async () => {
    await using cluster = await FakeCluster.start()
    const config = {
      'bootstrap.servers': cluster.bootstrapServers,
      'metadata.max.age.ms': '0',
      'retry.backoff.ms': '1',
    }
    const client = new KafkaClient(clientOptions(config))
    await client.metadata.ensureTopic('t', wait, never)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(client.metadata.leader('t', 0)).toBeDefined()
    await expect.poll(() => cluster.broker.count(metadataApi)).toBe(2)
    await client.close()
  })

  test('a time limit that is over says what kept the topic from coming up', async () => {
    await withClient({}, async (client) => {
      const limit = AbortSignal.timeout(60)
      await expect(client.metadata.ensureTopic('other', wait, limit)).rejects.toThrow(
        /^Topic other not present in metadata after \d+ ms \(Topic other: .*UNKNOWN_TOPIC_OR_PARTITION/,
      )
    })
  })
})

describe('a client', () => {
  test('finds another connection when one breaks', async () => {
    await withClient({}, async (client, cluster) => {
      await client.metadata.refresh([], never)
      cluster.broker.disconnectAll()
      await expect.poll(() => cluster.broker.connectionCount).toBe(0)
      await client.metadata.refresh([], never)
      expect(cluster.broker.connectionCount).toBe(1)
    })
  })

  test('keeps a connection for each purpose', async () => {
    await withClient({}, async (client, cluster) => {
      await client.metadata.refresh([], never)
      const [one, two] = await Promise.all([
        client.connect(1, 'produce', never),
        client.connect(1, 'produce', never),
      ])
      expect(one).toBe(two)
      expect(client.opened(1, 'produce')).toBe(one)
      expect(await client.connect(1, 'fetch', never)).not.toBe(one)
      expect(cluster.broker.connectionCount).toBe(3)
    })
  })

  test('names the bootstrap servers and the reason when none answers', async () => {
    const config = { 'bootstrap.servers': '127.0.0.1:1,[::1]:2' }
    const client = new KafkaClient(clientOptions(config))
    const asked = client.metadata.ensureCluster(never)
    await expect(asked).rejects.toBeInstanceOf(UnreachableError)
    await expect(asked).rejects.toThrow(
      /^Cannot reach any of the bootstrap servers 127\.0\.0\.1:1, \[::1\]:2: .*\. Check bootstrap\.servers/,
    )
    await client.close()
  })

  test('what cannot be understood is asked five times, and then said to be no broker', async () => {
    const server = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    const config = { 'bootstrap.servers': `127.0.0.1:${port}`, 'reconnect.backoff.ms': '1' }
    const client = new KafkaClient(clientOptions(config))
    try {
      for (let asked = 1; asked < 5; asked++) {
        await expect(client.connect('any', 'meta', never)).rejects.toSatisfy(isRetriable)
      }
      const again = client.connect('any', 'meta', never)
      await expect(again).rejects.toBeInstanceOf(WireError)
      await expect(again).rejects.not.toSatisfy(isRetriable)
    } finally {
      await client.close()
      server.close()
    }
  })

  test('passes over a bootstrap server that is away', async () => {
    await using cluster = await FakeCluster.start()
    const config = { 'bootstrap.servers': `127.0.0.1:1,${cluster.bootstrapServers}` }
    const client = new KafkaClient(clientOptions(config))
    expect(await client.metadata.ensureCluster(never)).toBe('fake')
    await client.close()
  })

  test('closed, it sends nothing and leaves no connection', async () => {
    await withClient({}, async (client, cluster) => {
      await client.metadata.refresh([], never)
      await client.close()
      await expect.poll(() => cluster.broker.connectionCount).toBe(0)
      await expect(client.metadata.refresh([], never)).rejects.toBeInstanceOf(ClientClosedError)
      await expect(client.connect('any', 'meta', never)).rejects.toBeInstanceOf(ClientClosedError)
    })
  })
})

describe('client configuration', () => {
  test.each([
    ['a:1', [{ host: 'a', port: 1 }]],
    [
      ' a:1 , b.c-d:9092,',
      [
        { host: 'a', port: 1 },
        { host: 'b.c-d', port: 9092 },
      ],
    ],
    ['PLAINTEXT://a:1', [{ host: 'a', port: 1 }]],
    ['[::1]:9092', [{ host: '::1', port: 9092 }]],
  ])('bootstrap.servers=%s is read', (servers, expected) => {
    expect(clientOptions({ 'bootstrap.servers': servers }).bootstrapServers).toEqual(expected)
  })

  test.each(['', 'a', 'a:', 'a:0', 'a:70000', ':9092', 'a:b'])(
    'bootstrap.servers=%s is refused, with the key',
    (servers) => {
      expect(() => clientOptions({ 'bootstrap.servers': servers })).toThrow(
        /"bootstrap\.servers".*host:port/,
      )
    },
  )

  test('a security protocol that is not spoken is refused', () => {
    const config = { 'bootstrap.servers': 'a:1', 'security.protocol': 'SSLV3' }
    expect(() => clientOptions(config)).toThrow(/^Invalid value SSLV3 for "security.protocol"/)
  })
})
