import { describe, expect, test } from 'vitest'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import type { ClientOptions } from '../../../src/kafka/net/client-options.ts'
import { UnreachableError } from '../../../src/kafka/net/errors.ts'
import { request } from '../../../src/kafka/protocol/api.ts'
import type { WireRequest } from '../../../src/kafka/protocol/api.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { heartbeatApi } from '../../../src/kafka/protocol/group.ts'
import { metadataApi } from '../../../src/kafka/protocol/metadata.ts'
import type { ClientConfig } from '../../../src/kafka/types.ts'
import { answerOf, FakeBroker } from '../../support/fake-broker.ts'
import type { FakeApi } from '../../support/fake-broker.ts'
import { metadataBy } from '../../support/fake-metadata.ts'
import type { FakeMetadata } from '../../support/fake-metadata.ts'

const never = new AbortController().signal
const quick = {
  'retry.backoff.ms': '5',
  'retry.backoff.max.ms': '20',
  'reconnect.backoff.ms': '5',
  'reconnect.backoff.max.ms': '20',
}

const heartbeats: FakeApi = {
  api: heartbeatApi,
  handle: (asked) =>
    answerOf(heartbeatApi.response, { throttleTimeMs: 0, errorCode: 0 }, asked, heartbeatApi),
}

function heartbeat(timeoutMs = 5000): WireRequest<{ errorCode: number }> {
  const body = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null }
  return request(heartbeatApi, body, { timeoutMs })
}

function open(
  servers: readonly number[],
  config: ClientConfig = {},
  options: Partial<ClientOptions> = {},
): KafkaClient & AsyncDisposable {
  const list = servers.map((port) => `127.0.0.1:${port}`).join(',')
  const all = clientOptions({ 'bootstrap.servers': list, ...quick, ...config })
  const client = new KafkaClient({ ...all, ...options })
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

function start(tell: () => FakeMetadata, ...more: FakeApi[]): Promise<FakeBroker> {
  return FakeBroker.start([metadataBy(tell), heartbeats, ...more])
}

describe('a client whose known brokers are gone', () => {
  test('begins again at its bootstrap servers, where others have come in their place', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    await using first = await start(() => told)
    await using second = await start(() => told)
    await using entry = await start(() => told)
    told.brokers = { 1: first.port, 2: second.port }
    await using client = open([entry.port])
    await client.metadata.refresh([], never)
    // None of those it knows is left, and its connection to the entry has ended too.
    await first[Symbol.asyncDispose]()
    await second[Symbol.asyncDispose]()
    entry.disconnectAll()
    await using third = await start(() => told)
    told.brokers = { 1: third.port }
    await expect
      .poll(() =>
        client.metadata.refresh([], never).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    const connection = await client.connect(1, 'produce', never)
    expect(connection.address.port).toBe(third.port)
  })

  test('stays with them under metadata.recovery.strategy=none', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    await using known = await start(() => told)
    await using entry = await start(() => told)
    told.brokers = { 1: known.port }
    await using client = open([entry.port], { 'metadata.recovery.strategy': 'none' })
    await client.metadata.refresh([], never)
    const asked = entry.count(metadataApi)
    await known[Symbol.asyncDispose]()
    entry.disconnectAll()
    await expect.poll(() => entry.connectionCount).toBe(0)
    await expect(client.metadata.refresh([], never)).rejects.toBeInstanceOf(UnreachableError)
    expect(entry.count(metadataApi)).toBe(asked)
  })

  test('begins again where a broker asks for it', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    let errorCode: number = ErrorCode.NONE
    await using old = await start(() => ({ ...told, errorCode }))
    await using entry = await start(() => told)
    told.brokers = { 1: old.port }
    await using client = open([entry.port])
    await client.metadata.refresh([], never)
    const connection = await client.connect(1, 'produce', never)
    errorCode = ErrorCode.REBOOTSTRAP_REQUIRED
    told.brokers = { 7: entry.port }
    entry.disconnectAll()
    await expect.poll(() => entry.connectionCount).toBe(0)
    await expect(client.metadata.refresh([], never)).rejects.toThrow(/begin again at its bootstrap/)
    await client.metadata.refresh([], never)
    expect(client.metadata.node(7)?.port).toBe(entry.port)
    expect(client.metadata.node(1)).toBeUndefined()
    expect(connection.closed).toBe(true)
  })

  test('forgets brokers that answer without knowing anything, after the trigger time', async () => {
    let isLost = false
    const lost = await start(() => ({ brokers: isLost ? {} : { 1: lost.port } }))
    await using client = open([lost.port], { 'metadata.recovery.rebootstrap.trigger.ms': '60' })
    await client.metadata.refresh([], never)
    const connection = await client.connect(1, 'produce', never)
    isLost = true
    await expect(client.metadata.refresh([], never)).rejects.toThrow('knows of no brokers yet')
    expect(client.metadata.node(1)).toBeDefined()
    await expect
      .poll(async () => {
        await client.metadata.refresh([], never).catch(() => undefined)
        return client.metadata.node(1)
      })
      .toBeUndefined()
    expect(connection.closed).toBe(true)
    isLost = false
    await client.metadata.refresh([], never)
    expect(client.metadata.node(1)).toBeDefined()
    await lost[Symbol.asyncDispose]()
  })
})

test('a broker that comes back on another port is found there', async () => {
  const told: { brokers: Record<number, number> } = { brokers: {} }
  await using entry = await start(() => told)
  const before = await start(() => told)
  told.brokers = { 0: entry.port, 1: before.port }
  await using client = open([entry.port])
  await client.metadata.refresh([], never)
  await client.send(1, 'coord', heartbeat(), never)
  await before[Symbol.asyncDispose]()
  await using after = await start(() => told)
  told.brokers = { 0: entry.port, 1: after.port }
  await expect(client.send(1, 'coord', heartbeat(), never)).rejects.toThrow()
  await client.metadata.refresh([], never)
  await client.send(1, 'coord', heartbeat(), never)
  expect(after.count(heartbeatApi)).toBe(1)
})

test('whoever has left a request unanswered is asked last', async () => {
  const told: { brokers: Record<number, number> } = { brokers: {} }
  const silent: FakeApi = { api: heartbeatApi, handle: () => 'silence' }
  await using frozen = await FakeBroker.start([metadataBy(() => told), silent])
  const others = await Promise.all([0, 1, 2].map(() => start(() => told)))
  told.brokers = { 1: frozen.port }
  await using client = open([frozen.port])
  await client.metadata.refresh([], never)
  told.brokers = Object.fromEntries([frozen, ...others].map(({ port }, i) => [i + 1, port]))
  await client.metadata.refresh([], never)
  const asked = frozen.count(metadataApi)
  await expect(client.send(1, 'coord', heartbeat(50), never)).rejects.toThrow('within 50 ms')
  // Though its connection for metadata is open yet.
  await client.metadata.refresh([], never)
  expect(frozen.count(metadataApi)).toBe(asked)
  await Promise.all(others.map((each) => each[Symbol.asyncDispose]()))
})

test('a broker that takes connections and says nothing holds nobody up for longer than the set-up time', async () => {
  const versions = { key: 18, name: 'ApiVersions', minVersion: 0, maxVersion: 4, flexibleFrom: 3 }
  await using dead = await FakeBroker.start([{ api: versions, handle: () => 'silence' }])
  const told: { brokers: Record<number, number> } = { brokers: {} }
  await using alive = await start(() => told)
  told.brokers = { 1: alive.port }
  const config = { 'socket.connection.setup.timeout.ms': '100', 'request.timeout.ms': '60000' }
  for (const servers of [
    [dead.port, alive.port],
    [alive.port, dead.port],
  ]) {
    await using client = open(servers, config)
    await client.metadata.refresh([], never)
    expect(client.metadata.node(1)).toBeDefined()
  }
})

describe('connections.max.idle.ms', () => {
  test('ends what nobody has used for so long, and the next request opens it again', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    await using broker = await start(() => told)
    told.brokers = { 1: broker.port }
    await using client = open([broker.port], { 'connections.max.idle.ms': '100' })
    await client.metadata.refresh([], never)
    await client.send(1, 'coord', heartbeat(), never)
    await expect.poll(() => broker.connectionCount).toBe(0)
    await client.send(1, 'coord', heartbeat(), never)
    expect(broker.count(heartbeatApi)).toBe(2)
  })

  test('does not count while an answer is due', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    const slow: FakeApi = {
      api: heartbeatApi,
      handle: async (asked) => {
        await new Promise((resolve) => setTimeout(resolve, 300))
        return heartbeats.handle(asked)
      },
    }
    await using broker = await FakeBroker.start([metadataBy(() => told), slow])
    told.brokers = { 1: broker.port }
    await using client = open([broker.port], { 'connections.max.idle.ms': '50' })
    await client.metadata.refresh([], never)
    expect(await client.send(1, 'coord', heartbeat(), never)).toMatchObject({ errorCode: 0 })
  })
})

describe('client.dns.lookup', () => {
  test('a name with several addresses is tried at each of them', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    await using broker = await start(() => told)
    told.brokers = { 1: broker.port }
    const asked: string[] = []
    const resolver = {
      addresses: (host: string) => {
        asked.push(host)
        if (host === 'nowhere.test') return Promise.reject(new Error('no such host'))
        // Nobody listens at the first two.
        return Promise.resolve(['127.0.0.2', '127.0.0.3', '127.0.0.1'])
      },
      nameOf: () => Promise.reject(new Error('not asked for')),
    }
    const servers = `nowhere.test:1,brokers.test:${broker.port}`
    await using client = open([], { 'bootstrap.servers': servers }, { resolver })
    await client.metadata.refresh([], never)
    expect(client.metadata.node(1)).toBeDefined()
    expect(asked).toContain('brokers.test')
  })

  test('a name without an address is an error that names it', async () => {
    const resolver = {
      addresses: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
      nameOf: () => Promise.reject(new Error('not asked for')),
    }
    await using client = open([], { 'bootstrap.servers': 'nowhere.test:9092' }, { resolver })
    await expect(client.metadata.refresh([], never)).rejects.toThrow(
      /^Cannot reach any of the bootstrap servers nowhere\.test:9092: Broker nowhere\.test:9092: host name not found\./,
    )
  })

  test('resolve_canonical_bootstrap_servers_only puts canonical names in the place of the bootstrap servers', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    await using broker = await start(() => told)
    told.brokers = { 1: broker.port }
    const names: Record<string, string> = { '127.0.0.9': 'a.test', '127.0.0.8': 'b.test' }
    const resolver = {
      addresses: (host: string) =>
        Promise.resolve(host === 'alias.test' ? Object.keys(names) : ['127.0.0.1']),
      nameOf: (ip: string) => Promise.resolve(names[ip] ?? ip),
    }
    await using client = open(
      [],
      {
        'bootstrap.servers': `alias.test:${broker.port}`,
        'client.dns.lookup': 'resolve_canonical_bootstrap_servers_only',
      },
      { resolver },
    )
    const { address } = await client.connect('any', 'meta', never)
    expect(Object.values(names)).toContain(address.host)
  })
})
