import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Session } from '../../src/kafka/group/session.ts'
import { KafkaClient } from '../../src/kafka/net/client.ts'
import { clientOptions } from '../../src/kafka/net/client-options.ts'
import { createProducer } from '../../src/kafka/producer/kafka-producer.ts'
import { delay } from '../../src/util/abort.ts'
import { thisMoment } from '../../src/util/moment.ts'
import { metadataApi } from '../../src/kafka/protocol/metadata.ts'
import { FakeCluster } from '../support/fake-cluster.ts'

const never = new AbortController().signal
const HOUR_MS = 3_600_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

function setClock(byMs: number): void {
  vi.setSystemTime(Date.now() + byMs)
}

describe.each([
  { where: 'forward', byMs: HOUR_MS },
  { where: 'back', byMs: -HOUR_MS },
])('a wall clock that is set an hour $where', ({ byMs }) => {
  test('ends no wait of a producer early or late', async () => {
    await using cluster = await FakeCluster.start({ delayMs: 100, topicErrors: [3, 3] })
    const acknowledged: number[] = []
    const failed: Error[] = []
    const config = {
      'bootstrap.servers': cluster.bootstrapServers,
      'linger.ms': '50',
      'retry.backoff.ms': '20',
      'delivery.timeout.ms': '20000',
      'request.timeout.ms': '10000',
      'max.block.ms': '10000',
    }
    const producer = createProducer(config, {
      acknowledged: (from, to) => {
        for (let i = from; i < to; i++) acknowledged.push(i)
      },
      failed: (_from, _to, _partition, error) => failed.push(error),
    })
    const known = producer.partitionCount('t', never)
    setClock(byMs)
    await known
    for (let i = 0; i < 3; i++) {
      producer.appender('t', 0).append(i, 1, null, Buffer.from(`v${i}`), null)
      setClock(i % 2 === 0 ? byMs : -byMs)
      // Not flushed: linger.ms alone has it sent.
      await expect.poll(() => acknowledged.length + failed.length).toBe(i + 1)
    }
    expect(failed).toEqual([])
    await producer.close(never)
  })

  test('makes no metadata old, and closes no connection', async () => {
    await using cluster = await FakeCluster.start()
    const client = new KafkaClient(clientOptions({ 'bootstrap.servers': cluster.bootstrapServers }))
    const wait = { timeoutMs: 5000, allowAutoTopicCreation: false }
    await client.metadata.ensureTopic('t', wait, never)
    const connection = await client.connect(1, 'produce', never)
    setClock(byMs)
    expect(client.metadata.leader('t', 0)).toBeDefined()
    await delay(50)
    expect(cluster.broker.count(metadataApi)).toBe(1)
    expect(connection.closed).toBe(false)
    await client.close()
  })
})

describe('the session of a member', () => {
  test('ends in time though the clock was set back', async () => {
    let ended = 0
    const session = new Session(150, () => ended++)
    session.watch(thisMoment())
    setClock(-HOUR_MS)
    expect(session.isOver).toBe(false)
    await expect.poll(() => ended).toBe(1)
    expect(session.isOver).toBe(true)
    session.unwatch()
  })

  test('counts as over where the clock was set forward: the machine may have slept', () => {
    const session = new Session(60_000, () => undefined)
    expect(session.isOver).toBe(false)
    setClock(HOUR_MS)
    expect(session.isOver).toBe(true)
    session.confirmed(thisMoment())
    expect(session.isOver).toBe(false)
  })
})

test('only dates are read off the wall clock: ends of tokens, and the times of records', () => {
  const folder = fileURLToPath(new URL('../../src/kafka', import.meta.url))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const readers = files.filter((file) => {
    if (!file.endsWith('.ts')) return false
    return /\bDate\.now\b|\bnew Date\(\)/.test(readFileSync(path.join(folder, file), 'utf8'))
  })
  const dates = [
    'consumer/position-lookups.ts',
    'security/bearer-tokens.ts',
    'security/token-endpoint.ts',
    'security/token-source.ts',
  ]
  expect(readers.sort()).toEqual(dates)
})
