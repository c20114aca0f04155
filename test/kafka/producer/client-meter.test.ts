import { expect, test } from 'vitest'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import type { ClientCount, ClientMeter } from '../../../src/kafka/types.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'
import { never, Outcomes, quick, sendAll } from './producer-bench.ts'

class Counts implements ClientMeter {
  readonly by = new Map<ClientCount, number>()

  add(name: ClientCount, by: number): void {
    this.by.set(name, this.of(name) + by)
  }
  max(): void {
    throw new Error('A producer has no lag.')
  }
  setLag(): void {
    throw new Error('A producer has no lag.')
  }
  of(name: ClientCount): number {
    return this.by.get(name) ?? 0
  }
}

test('a producer counts its connections, requests, bytes, batches and records', async () => {
  const fate = (n: number): number | 'append' =>
    n === 0 ? ErrorCode.NOT_ENOUGH_REPLICAS : 'append'
  await using cluster = await FakeCluster.start({ fate })
  const counts = new Counts()
  const config = { 'bootstrap.servers': cluster.bootstrapServers, ...quick }
  const outcomes = new Outcomes()
  const producer = createProducer(config, outcomes, { meter: counts })
  await producer.partitionCount(cluster.topic, never)
  await sendAll({ cluster, producer, outcomes }, 4, { perBatch: 2 })
  expect(counts.of('connections')).toBeGreaterThan(0)
  expect(counts.of('connections')).toBe(counts.of('connectionsOpened'))
  // Two batches of two records; what was refused was sent again.
  const tries = cluster.seen.length
  expect(tries).toBeGreaterThan(2)
  expect(counts.of('batchesSent')).toBe(tries)
  expect(counts.of('recordsSent')).toBe(tries * 2)
  expect(counts.of('recordsRetried')).toBe((tries - 2) * 2)
  expect(counts.of('recordsRefused')).toBe(0)
  expect(counts.of('batchBytesSent')).toBe(
    cluster.seen.reduce((bytes, batch) => bytes + batch.bytes.length, 0),
  )
  expect(counts.of('responses')).toBe(counts.of('requests'))
  expect(counts.of('bytesOut')).toBeGreaterThan(counts.of('batchBytesSent'))
  expect(counts.of('bytesIn')).toBeGreaterThan(0)
  await producer.close(never)
  expect(counts.of('connections')).toBe(0)
  expect(counts.of('connectionsClosed')).toBe(counts.of('connectionsOpened'))
})
