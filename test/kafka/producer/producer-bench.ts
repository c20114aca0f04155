import { setMaxListeners } from 'node:events'
import { expect } from 'vitest'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import type { ClientConfig, ProducerListener, RecordProducer } from '../../../src/kafka/types.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'
import type { FakeClusterOptions } from '../../support/fake-cluster.ts'

export const never = new AbortController().signal
setMaxListeners(0, never)

/** What a producer told, by index. */
export class Outcomes implements ProducerListener {
  readonly offsets = new Map<number, number>()
  readonly errors = new Map<number, Error>()
  calls = 0

  acknowledged(from: number, to: number, _partition: unknown, baseOffset: number): void {
    this.calls++
    for (let i = from; i < to; i++) {
      expect(this.offsets.has(i), `record ${i} was acknowledged twice`).toBe(false)
      this.offsets.set(i, baseOffset < 0 ? -1 : baseOffset + i - from)
    }
  }

  failed(from: number, to: number, _partition: unknown, error: Error): void {
    for (let i = from; i < to; i++) this.errors.set(i, error)
  }
}

export interface Bench {
  readonly cluster: FakeCluster
  readonly producer: RecordProducer
  readonly outcomes: Outcomes
}

/** Quick pauses, and one record a batch unless told otherwise. */
export const quick = {
  'retry.backoff.ms': '1',
  'retry.backoff.max.ms': '5',
  'reconnect.backoff.ms': '1',
  'reconnect.backoff.max.ms': '5',
}

export async function withProducer(
  options: FakeClusterOptions,
  config: ClientConfig,
  use: (bench: Bench) => Promise<void>,
): Promise<void> {
  await using cluster = await FakeCluster.start(options)
  const outcomes = new Outcomes()
  const all = { 'bootstrap.servers': cluster.bootstrapServers, ...quick, ...config }
  const producer = createProducer(all, outcomes)
  try {
    await producer.partitionCount(cluster.topic, never)
    await use({ cluster, producer, outcomes })
  } finally {
    await producer.close(AbortSignal.abort())
  }
}

/** Sends m0, m1, … to the partitions in turn, sealing a batch after every `perBatch` records of a partition. */
export async function sendAll(
  { producer, cluster }: Bench,
  count: number,
  { partitions = 1, perBatch = 1, padding = 0 } = {},
): Promise<void> {
  for (let i = 0; i < count; i++) {
    const value = Buffer.from(`m${i}`.padEnd(padding, '.'))
    producer.appender(cluster.topic, i % partitions).append(i, 1000 + i, null, value, null)
    if ((i + 1) % (perBatch * partitions) === 0) void producer.flush(never)
  }
  await producer.flush(never)
}

export function expectInOrder({ cluster, outcomes }: Bench, count: number, partitions = 1): void {
  for (let partition = 0; partition < partitions; partition++) {
    const expected = Array.from({ length: count }, (_, i) => i).filter(
      (i) => i % partitions === partition,
    )
    expect(cluster.log(partition)).toEqual(expected.map((i) => `m${i}`))
    expect(expected.map((i) => outcomes.offsets.get(i) ?? -2)).toEqual(
      expected.map((_, at) => (outcomes.offsets.get(expected[at] ?? 0) === -1 ? -1 : at)),
    )
  }
  expect(outcomes.offsets.size).toBe(count)
  expect(outcomes.errors.size).toBe(0)
}
