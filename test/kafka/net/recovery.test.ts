import { describe, expect, test } from 'vitest'
import { UnreachableError } from '../../../src/kafka/net/errors.ts'
import { apiVersionsApi } from '../../../src/kafka/protocol/api-versions.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { heartbeatApi } from '../../../src/kafka/protocol/group.ts'
import { metadataApi } from '../../../src/kafka/protocol/metadata.ts'
import { delay } from '../../../src/util/abort.ts'
import { answerOf, FakeBroker } from '../../support/fake-broker.ts'
import type { FakeApi } from '../../support/fake-broker.ts'
import { metadataBy } from '../../support/fake-metadata.ts'
import { heartbeat, never, openClient, startBroker } from './fake-client.ts'

describe('a client whose known brokers are gone', () => {
  test('begins again at its bootstrap servers, where others have come in their place', async () => {
    const told: { brokers: Record<number, number> } = { brokers: {} }
    await using first = await startBroker(() => told)
    await using second = await startBroker(() => told)
    await using entry = await startBroker(() => told)
    told.brokers = { 1: first.port, 2: second.port }
    await using client = openClient([entry.port])
    await client.metadata.refresh([], never)
    // None of those it knows is left, and its connection to the entry has ended too.
    await first[Symbol.asyncDispose]()
    await second[Symbol.asyncDispose]()
    entry.disconnectAll()
    await using third = await startBroker(() => told)
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
    await using known = await startBroker(() => told)
    await using entry = await startBroker(() => told)
    told.brokers = { 1: known.port }
    await using client = openClient([entry.port], { 'metadata.recovery.strategy': 'none' })
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
    await using old = await startBroker(() => ({ ...told, errorCode }))
    await using entry = await startBroker(() => told)
    told.brokers = { 1: old.port }
    await using client = openClient([entry.port])
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
    const lost = await startBroker(() => ({ brokers: isLost ? {} : { 1: lost.port } }))
    await using client = openClient([lost.port], {
      'metadata.recovery.rebootstrap.trigger.ms': '60',
    })
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
  await using entry = await startBroker(() => told)
  const before = await startBroker(() => told)
  told.brokers = { 0: entry.port, 1: before.port }
  await using client = openClient([entry.port])
  await client.metadata.refresh([], never)
  await client.send(1, 'coord', heartbeat(), never)
  await before[Symbol.asyncDispose]()
  await using after = await startBroker(() => told)
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
  const others = await Promise.all([0, 1, 2].map(() => startBroker(() => told)))
  told.brokers = { 1: frozen.port }
  await using client = openClient([frozen.port])
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
  await using dead = await FakeBroker.start([{ api: apiVersionsApi, handle: () => 'silence' }])
  const told: { brokers: Record<number, number> } = { brokers: {} }
  await using alive = await startBroker(() => told)
  told.brokers = { 1: alive.port }
  const config = { 'socket.connection.setup.timeout.ms': '100', 'request.timeout.ms': '60000' }
  for (const servers of [
    [dead.port, alive.port],
    [alive.port, dead.port],
  ]) {
    await using client = openClient(servers, config)
    await client.metadata.refresh([], never)
    expect(client.metadata.node(1)).toBeDefined()
  }
})

test('a broker that is merely slow to answer is reached in the end, as each attempt may take longer', async () => {
  const told: { brokers: Record<number, number> } = { brokers: {} }
  const { key, minVersion, maxVersion } = metadataApi
  const slowly: FakeApi = {
    api: apiVersionsApi,
    handle: async (asked) => {
      await delay(300)
      const body = {
        errorCode: 0,
        apiKeys: [{ apiKey: key, minVersion, maxVersion }],
        throttleTimeMs: 0,
        supportedFeatures: [],
        finalizedFeaturesEpoch: -1,
        finalizedFeatures: [],
      }
      return answerOf(apiVersionsApi.response, body, asked, apiVersionsApi)
    },
  }
  await using broker = await FakeBroker.start([metadataBy(() => told), slowly])
  told.brokers = { 1: broker.port }
  await using client = openClient([broker.port], {
    'socket.connection.setup.timeout.ms': '40',
    'socket.connection.setup.timeout.max.ms': '20000',
  })
  const failures: unknown[] = []
  await expect
    .poll(async () => {
      await client.metadata.refresh([], never).catch((error: unknown) => failures.push(error))
      return client.metadata.node(1)?.port
    })
    .toBe(broker.port)
  expect(failures.length).toBeGreaterThan(0)
})
