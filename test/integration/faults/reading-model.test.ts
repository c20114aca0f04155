import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { createGroupConsumer } from '../../../src/kafka/group/group-consumer.ts'
import { CommitFailedError } from '../../../src/kafka/group/errors.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { CorruptRecordError } from '../../../src/kafka/records/errors.ts'
import type { ClientConfig, FetchedRecords } from '../../../src/kafka/types.ts'
import { setLogLevel } from '../../../src/util/log-levels.ts'
import { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { seedOfRun } from '../../support/seed-of-run.ts'
import { topicPrefix } from '../../support/topics.ts'
import { leastHits, partitionCount } from './schedule.ts'
import { readings } from './reading-schedule.ts'
import type { Reading } from './reading-schedule.ts'

const bootstrapServers = inject('bootstrapServers')
const topic = `${topicPrefix('reading')}t`
const perPartition = 300
const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ topic, partition }))
const quick = {
  'request.timeout.ms': '400',
  'retry.backoff.ms': '5',
  'retry.backoff.max.ms': '60',
  'reconnect.backoff.ms': '3',
  'reconnect.backoff.max.ms': '30',
  'fetch.max.wait.ms': '50',
  'session.timeout.ms': '6000',
  'heartbeat.interval.ms': '200',
  // So long, and a little longer, an answer to JoinGroup is waited for.
  'max.poll.interval.ms': '6000',
  'auto.offset.reset': 'earliest',
}
const { seed, path } = seedOfRun()
const schedules = Number(process.env.SLUICE_READINGS ?? 12)

beforeAll(async () => {
  setLogLevel('root', 'OFF')
  await using kafka = await openKafkaClient(bootstrapServers)
  await kafka.createTopic(topic, { partitions: partitionCount })
  const listener = { acknowledged: () => undefined, failed: () => undefined }
  const config = { 'bootstrap.servers': bootstrapServers, 'batch.size': '1024' }
  const producer = createProducer(config, listener)
  const signal = AbortSignal.timeout(50_000)
  await producer.partitionCount(topic, signal)
  for (let i = 0; i < perPartition * partitionCount; i++) {
    const partition = i % partitionCount
    const value = Buffer.from(`${Math.floor(i / partitionCount)}|`.padEnd(20 + (i % 200), '.'))
    producer.appender(topic, partition).append(i, Date.now(), null, value, null)
  }
  await producer.close(signal)
})

afterAll(() => setLogLevel('root', 'INFO'))

interface Seeking {
  seek(partition: TopicPartition, offset: number): void
}

/** What has been read of each partition, which must be every record in its order. */
class Progress {
  readonly next = partitions.map(() => 0)
  /** The partition was given anew: it begins where the group has it, at most where it was read up to. */
  readonly #anew = new Set<number>()

  get done(): boolean {
    return this.next.every((offset) => offset >= perPartition)
  }

  begin(partition: number): void {
    this.#anew.add(partition)
  }

  /** Has what is assigned read from where it was read up to. */
  seek(consumer: Seeking, assigned: readonly TopicPartition[]): void {
    for (const each of assigned) consumer.seek(each, this.next[each.partition] ?? 0)
    this.#anew.clear()
  }

  take(slices: readonly FetchedRecords[]): void {
    for (const { partition, cursor } of slices) {
      while (cursor.next()) this.#take(partition, cursor.offset, valueOf(cursor))
    }
  }

  #take(partition: number, offset: number, value: string): void {
    const expected = this.next[partition] ?? 0
    const fits = this.#anew.delete(partition) ? offset <= expected : offset === expected
    const record = value.slice(0, value.indexOf('|'))
    if (!fits || record !== String(offset)) {
      throw new Error(
        `partition ${partition}: read ${record} at offset ${offset}, expected ${expected}`,
      )
    }
    this.next[partition] = offset + 1
  }
}

function valueOf({ buffer, valueStart, valueEnd }: FetchedRecords['cursor']): string {
  return buffer.toString('latin1', valueStart, valueEnd)
}

/** A poll that finds a damaged batch says so, until the partition is read again from where it is. */
async function patiently<T>(
  asked: Promise<readonly T[]>,
  again: () => void,
): Promise<readonly T[]> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error
    again()
    return []
  }
}

async function readAssigned(config: ClientConfig, signal: AbortSignal): Promise<void> {
  const client = new KafkaClient(clientOptions(config))
  const consumer = new AssignedConsumer(client, consumerOptions(config))
  const progress = new Progress()
  try {
    consumer.assign(partitions)
    for (const each of partitions) consumer.reset(each)
    const again = (): void => progress.seek(consumer, consumer.assignment())
    while (!progress.done) progress.take(await patiently(consumer.poll(1000, signal), again))
  } finally {
    await consumer.close()
    await client.close()
  }
}

async function readInGroup(config: ClientConfig, signal: AbortSignal): Promise<void> {
  const consumer = createGroupConsumer({ ...config, 'group.id': `reading-${randomUUID()}` })
  const progress = new Progress()
  const ignored = (): Promise<void> => Promise.resolve()
  consumer.subscribe(
    { topics: [topic] },
    {
      assigned: (given) => {
        for (const { partition } of given) progress.begin(partition)
        return Promise.resolve()
      },
      revoked: ignored,
      lost: ignored,
    },
  )
  try {
    while (!progress.done) {
      const again = (): void => progress.seek(consumer, consumer.assignment())
      const slices = await patiently(consumer.poll(1000, signal), again)
      progress.take(slices)
      const offsets = slices.map(({ partition, nextOffset }) => ({
        topic,
        partition,
        offset: nextOffset,
      }))
      if (offsets.length > 0) await consumer.commit(offsets, signal).catch(ifItMayFail)
    }
  } finally {
    await consumer.close(AbortSignal.timeout(5000))
  }
}

function ifItMayFail(error: unknown): void {
  if (!isRetriable(error) && !(error instanceof CommitFailedError)) throw error
}

let hits = 0

async function run({ faults, config }: Reading, group: boolean): Promise<void> {
  const [host = '', port = ''] = bootstrapServers.split(':')
  await using proxy = await FaultProxy.start({ host, port: Number(port) })
  for (const fault of faults) proxy.arm(fault)
  const servers = { 'bootstrap.servers': proxy.bootstrapServers }
  const all = { ...quick, ...config, ...servers }
  const read = group ? readInGroup : readAssigned
  await read(all, AbortSignal.timeout(150_000))
  hits += proxy.hits.length
  fc.pre(proxy.hits.length >= leastHits)
}

describe('every record is read once and in order, whatever happens on the way,', () => {
  test.each([
    { name: 'without a group', group: false },
    { name: 'in a group', group: true },
  ])(
    '$name',
    async ({ group }) => {
      const property = fc.asyncProperty(readings(group), (reading) => run(reading, group))
      const replayed = path !== undefined && { path }
      await fc.assert(property, {
        seed,
        numRuns: schedules,
        endOnFailure: true,
        ...replayed,
      })
      expect(hits).toBeGreaterThan(schedules * 2)
    },
    300_000,
  )
})
