import { describe, expect, test } from 'vitest'
import { DisconnectError } from '../../../src/kafka/net/errors.ts'
import { plainSocket } from '../../../src/kafka/net/socket.ts'
import type { SocketFactory } from '../../../src/kafka/net/socket.ts'
import { heartbeatApi } from '../../../src/kafka/protocol/group.ts'
import { delay } from '../../../src/util/abort.ts'
import { FakeBroker } from '../../support/fake-broker.ts'
import type { FakeApi } from '../../support/fake-broker.ts'
import { metadataBy } from '../../support/fake-metadata.ts'
import { heartbeat, heartbeats, never, openClient, startBroker } from './fake-client.ts'

test('a connection on which nothing comes through is probed by the kernel', async () => {
  const told: { brokers: Record<number, number> } = { brokers: {} }
  await using broker = await startBroker(() => told)
  const probed: unknown[][] = []
  const socketFactory: SocketFactory = (...args) => {
    const socket = plainSocket(...args)
    const setKeepAlive = socket.setKeepAlive.bind(socket)
    socket.setKeepAlive = (...how) => {
      probed.push(how)
      return setKeepAlive(...how)
    }
    return socket
  }
  await using client = openClient([broker.port], {}, { socketFactory })
  await client.connect('any', 'meta', never)
  expect(probed).toEqual([[true, 60_000]])
})

test('a port that cannot be is a broker that cannot be reached, and the next one is asked', async () => {
  const told: { brokers: Record<number, number> } = { brokers: {} }
  await using broker = await startBroker(() => told)
  told.brokers = { 1: 70_000, 2: broker.port }
  await using client = openClient([broker.port], { 'socket.connection.setup.timeout.ms': '100' })
  await client.metadata.refresh([], never)
  await expect(client.connect(1, 'coord', never)).rejects.toThrow(DisconnectError)
  await expect(client.connect(1, 'coord', never)).rejects.toThrow(/^Broker 127\.0\.0\.1:70000: /)
  // Those that are left are asked in any order.
  for (const purpose of ['a', 'b', 'c', 'd', 'e']) {
    expect((await client.connect('any', purpose, never)).address.port).toBe(broker.port)
  }
})

describe('connections.max.idle.ms', () => {
  test('ends what nobody has used for so long, and the next request opens it again', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    await using broker = await startBroker(() => told)
    told.brokers = { 1: broker.port }
    await using client = openClient([broker.port], { 'connections.max.idle.ms': '100' })
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
        await delay(300)
        return heartbeats.handle(asked)
      },
    }
    await using broker = await FakeBroker.start([metadataBy(() => told), slow])
    told.brokers = { 1: broker.port }
    await using client = openClient([broker.port], { 'connections.max.idle.ms': '50' })
    await client.metadata.refresh([], never)
    expect(await client.send(1, 'coord', heartbeat(), never)).toMatchObject({ errorCode: 0 })
  })
})

describe('client.dns.lookup', () => {
  test('a name with several addresses is tried at each of them', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    await using broker = await startBroker(() => told)
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
    await using client = openClient([], { 'bootstrap.servers': servers }, { resolver })
    await client.metadata.refresh([], never)
    expect(client.metadata.node(1)).toBeDefined()
    expect(asked).toContain('brokers.test')
  })

  test('a name without an address is an error that names it', async () => {
    const resolver = {
      addresses: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
      nameOf: () => Promise.reject(new Error('not asked for')),
    }
    await using client = openClient([], { 'bootstrap.servers': 'nowhere.test:9092' }, { resolver })
    await expect(client.metadata.refresh([], never)).rejects.toThrow(
      /^Cannot reach any of the bootstrap servers nowhere\.test:9092: Broker nowhere\.test:9092: host name not found\./,
    )
  })

  test('resolve_canonical_bootstrap_servers_only puts canonical names in the place of the bootstrap servers', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    await using broker = await startBroker(() => told)
    told.brokers = { 1: broker.port }
    const names: Record<string, string> = { '127.0.0.9': 'a.test', '127.0.0.8': 'b.test' }
    const resolver = {
      addresses: (host: string) =>
        Promise.resolve(host === 'alias.test' ? Object.keys(names) : ['127.0.0.1']),
      nameOf: (ip: string) => Promise.resolve(names[ip] ?? ip),
    }
    await using client = openClient(
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
