import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'
import type { ProduceFate, SeenBatch } from '../../support/fake-cluster.ts'
import { expectInOrder, never, Outcomes, quick, sendAll, withProducer } from './producer-bench.ts'

describe('an idempotent producer', () => {
  test('a lost answer loses no record and doubles none: the same bytes are sent again', async () => {
    // One answer is lost while eight batches are on their way: where kafkajs loses one record and doubles another.
    const fate = (_n: number, [batch]: readonly { values: readonly string[] }[]): ProduceFate =>
      batch?.values[0] === 'm2' && lost++ === 0 ? 'lose-answer' : 'append'
    let lost = 0
    await withProducer({ fate, delayMs: 2 }, {}, async (bench) => {
      await sendAll(bench, 8)
      expectInOrder(bench, 8)
      const attempts = bench.cluster.seen.filter(({ values }) => values[0] === 'm2')
      expect(attempts.length).toBeGreaterThan(1)
      for (const { bytes } of attempts)
        expect(bytes.equals(attempts[0]?.bytes ?? Buffer.alloc(0))).toBe(true)
    })
  })

  test('whatever is lost, refused, split or cut off, what did not fail is in the log once and in order', async () => {
    const fateOf = fc.oneof(
      { weight: 6, arbitrary: fc.constant<ProduceFate>('append') },
      fc.constantFrom<ProduceFate>(
        'lose-answer',
        'disconnect',
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.NOT_ENOUGH_REPLICAS,
        ErrorCode.REQUEST_TIMED_OUT,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.TOPIC_AUTHORIZATION_FAILED,
      ),
      // Refuses the batches of one partition in a request and takes the others.
      fc.record({ unlucky: fc.nat(2), code: fc.constantFrom(3, 19, 29) }).map(
        ({ unlucky, code }) =>
          ({ partition }: SeenBatch) =>
            partition === unlucky ? code : 0,
      ),
    )
    const schedule = fc.record({
      fates: fc.array(fateOf, { maxLength: 12 }),
      partitions: fc.integer({ min: 1, max: 3 }),
      perBatch: fc.integer({ min: 1, max: 6 }),
      largest: fc.integer({ min: 1, max: 12 }),
      inFlight: fc.integer({ min: 1, max: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(schedule, async ({ fates, partitions, perBatch, largest, inFlight }) => {
        const options = { partitions, largest, fate: (n: number) => fates[n] ?? 'append' }
        const config = { 'max.in.flight.requests.per.connection': String(inFlight) }
        await withProducer(options, config, async (bench) => {
          await sendAll(bench, 30, { partitions, perBatch })
          const { cluster, outcomes } = bench
          for (let partition = 0; partition < partitions; partition++) {
            const log = cluster.log(partition).map((value) => Number(value.slice(1)))
            // What failed may be in the log, where an answer was lost before; never twice, and never out of order.
            expect(log).toEqual([...new Set(log)].sort((x, y) => x - y))
            const sent = Array.from({ length: 30 }, (_, i) => i).filter(
              (i) => i % partitions === partition && !outcomes.errors.has(i),
            )
            expect(log.filter((i) => !outcomes.errors.has(i))).toEqual(sent)
            expect(sent.map((i) => log[outcomes.offsets.get(i) ?? -1])).toEqual(sent)
          }
          expect(outcomes.offsets.size + outcomes.errors.size).toBe(30)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('up to five requests are on their way at once, and no more', async () => {
    await withProducer({ delayMs: 5 }, {}, async (bench) => {
      await sendAll(bench, 20)
      expectInOrder(bench, 20)
      expect(bench.cluster.broker.mostWaiting).toBe(5)
    })
  })

  test('nothing overtakes the first batch of a partition, though a broker takes any sequence to be the first', async () => {
    const fate = (n: number): ProduceFate => (n === 0 ? ErrorCode.CORRUPT_MESSAGE : 'append')
    await withProducer({ fate, delayMs: 2 }, {}, async (bench) => {
      await sendAll(bench, 6)
      expectInOrder(bench, 6)
      expect(bench.cluster.seen[0]?.bytes).toEqual(bench.cluster.seen[1]?.bytes)
    })
  })

  test('sequences follow on from batch to batch', async () => {
    await withProducer({}, {}, async (bench) => {
      await sendAll(bench, 9, { perBatch: 3 })
      expect(bench.cluster.seen.map(({ sequence }) => sequence)).toEqual([0, 3, 6])
      expect(bench.cluster.seen.every(({ producerId }) => producerId === 4711)).toBe(true)
    })
  })

  test('a producer id is asked for until the broker has one to give', async () => {
    const initErrors = [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE]
    await withProducer({ initErrors }, {}, async (bench) => {
      await sendAll(bench, 3)
      expectInOrder(bench, 3)
    })
  })

  test('without the right to a producer id it goes on without, one request at a time', async () => {
    const initErrors = [ErrorCode.CLUSTER_AUTHORIZATION_FAILED]
    await withProducer({ initErrors, delayMs: 1 }, {}, async (bench) => {
      await sendAll(bench, 6)
      expectInOrder(bench, 6)
      expect(bench.cluster.broker.mostWaiting).toBe(1)
      expect(bench.cluster.seen[0]).toMatchObject({ producerId: -1, epoch: -1, sequence: -1 })
    })
  })

  test('a broker that has forgotten the producer gets a higher epoch and sequence 0', async () => {
    await withProducer({}, {}, async (bench) => {
      await sendAll(bench, 3)
      bench.cluster.forgetProducers()
      bench.producer.appender(bench.cluster.topic, 0).append(3, 1, null, Buffer.from('m3'), null)
      await bench.producer.flush(never)
      expectInOrder(bench, 4)
      expect(bench.cluster.seen.at(-1)).toMatchObject({ epoch: 1, sequence: 0 })
    })
  })

  test('an answer that says duplicate is an acknowledgement', async () => {
    const fate = (n: number): ProduceFate =>
      n === 0 ? ErrorCode.DUPLICATE_SEQUENCE_NUMBER : 'append'
    await withProducer({ fate }, {}, async (bench) => {
      await sendAll(bench, 1)
      expect(bench.outcomes.offsets.get(0)).toBe(-1)
    })
  })
})

describe('errors of one partition', () => {
  test('a batch refused for good fails, and the records behind it are sent under a higher epoch', async () => {
    const fate = (n: number): ProduceFate =>
      n === 1 ? ErrorCode.TOPIC_AUTHORIZATION_FAILED : 'append'
    await withProducer({ fate, delayMs: 2 }, {}, async (bench) => {
      await sendAll(bench, 6)
      expect(bench.cluster.log()).toEqual(['m0', 'm2', 'm3', 'm4', 'm5'])
      expect([...bench.outcomes.errors.keys()]).toEqual([1])
      expect(bench.outcomes.errors.get(1)?.message).toBe(
        'Cannot write to t-0: Topic authorization failed. (TOPIC_AUTHORIZATION_FAILED)',
      )
      expect(bench.cluster.seen.at(-1)?.epoch).toBe(1)
    })
  })

  test('a batch that is too large is sent in halves, each record once and in order', async () => {
    await withProducer({ largest: 7, delayMs: 1 }, {}, async (bench) => {
      await sendAll(bench, 64, { perBatch: 32 })
      expectInOrder(bench, 64)
      expect(bench.cluster.seen.every(({ epoch }) => epoch === 0)).toBe(true)
    })
  })

  test('one record that is too large fails with the name of its partition', async () => {
    await withProducer({ fate: () => ErrorCode.MESSAGE_TOO_LARGE }, {}, async (bench) => {
      await sendAll(bench, 1)
      expect(bench.outcomes.errors.get(0)?.message).toContain('Cannot write to t-0')
      expect(isRetriable(bench.outcomes.errors.get(0))).toBe(false)
    })
  })

  test('retries=0 fails what is refused once', async () => {
    const fate = (): ProduceFate => ErrorCode.NOT_ENOUGH_REPLICAS
    await withProducer({ fate }, { retries: '0' }, async (bench) => {
      await sendAll(bench, 1)
      expect(bench.outcomes.errors.get(0)?.message).toContain('NOT_ENOUGH_REPLICAS')
      expect(bench.cluster.seen.length).toBe(1)
    })
  })
})

describe('time limits', () => {
  test('a request that is not answered closes the connection, and is sent again on another', async () => {
    const fate = (n: number): ProduceFate => (n === 0 ? 'append-in-silence' : 'append')
    await withProducer({ fate }, { 'request.timeout.ms': '50' }, async (bench) => {
      await sendAll(bench, 3)
      expectInOrder(bench, 3)
      expect(bench.cluster.seen.filter(({ values }) => values[0] === 'm0').length).toBe(2)
    })
  })

  test('a batch that cannot be sent in time fails; those behind it are not held up', async () => {
    const fate = (_n: number, [batch]: readonly { values: readonly string[] }[]): ProduceFate =>
      batch?.values[0] === 'm1' ? ErrorCode.NOT_ENOUGH_REPLICAS : 'append'
    const config = { 'delivery.timeout.ms': '600', 'request.timeout.ms': '500' }
    await withProducer({ fate }, config, async (bench) => {
      const appender = bench.producer.appender(bench.cluster.topic, 0)
      appender.append(0, 1, null, Buffer.from('m0'), null)
      await bench.producer.flush(never)
      appender.append(1, 1, null, Buffer.from('m1'), null)
      await new Promise((resolve) => setTimeout(resolve, 300))
      appender.append(2, 1, null, Buffer.from('m2'), null)
      await bench.producer.flush(never)
      expect(bench.outcomes.errors.get(1)?.message).toMatch(
        /^Expiring 1 record\(s\) for t-0: 600 ms has passed since batch creation/,
      )
      expect(bench.cluster.log()).toEqual(['m0', 'm2'])
      expect(bench.cluster.seen.at(-1)).toMatchObject({ epoch: 1, sequence: 0 })
    })
  })

  test('what may arrive late behind a batch that was given up is not sent under another epoch: it would be there twice', async () => {
    // The first requests of m1 and m2 are held on their way, and arrive just before anything comes under a higher epoch.
    const held = new Map<string, SeenBatch>()
    const fate = (_n: number, [batch]: readonly SeenBatch[]): ProduceFate => {
      const [value = ''] = batch?.values ?? []
      if (batch === undefined || value === 'm0') return 'append'
      if (batch.epoch > 0) {
        for (const each of held.values()) cluster?.arrive(each)
        return 'append'
      }
      if (held.has(value) || value === 'm3') return value === 'm1' ? 'disconnect' : 'append'
      held.set(value, batch)
      return value === 'm1' ? 'silence' : 'disconnect'
    }
    let cluster: FakeCluster | undefined
    const config = { 'delivery.timeout.ms': '1600', 'request.timeout.ms': '1000' }
    await withProducer({ fate }, config, async (bench) => {
      cluster = bench.cluster
      const appender = bench.producer.appender(bench.cluster.topic, 0)
      appender.append(0, 1, null, Buffer.from('m0'), null)
      await bench.producer.flush(never)
      appender.append(1, 1, null, Buffer.from('m1'), null)
      void bench.producer.flush(never)
      await new Promise((resolve) => setTimeout(resolve, 500))
      appender.append(2, 1, null, Buffer.from('m2'), null)
      await bench.producer.flush(never)
      appender.append(3, 1, null, Buffer.from('m3'), null)
      await bench.producer.flush(never)
      expect([...bench.outcomes.errors.keys()]).toEqual([1, 2])
      expect(bench.outcomes.errors.get(2)?.message).toMatch(/could write them twice|^Expiring/)
      expect(bench.cluster.log()).toEqual(['m0', 'm1', 'm2', 'm3'])
    })
  })

  test('records wait for a broker that is away, and fail at last with the reason', async () => {
    const config = { 'delivery.timeout.ms': '80', 'request.timeout.ms': '50' }
    await withProducer({}, config, async (bench) => {
      await bench.cluster[Symbol.asyncDispose]()
      bench.producer.appender(bench.cluster.topic, 0).append(0, 1, null, Buffer.from('m0'), null)
      await bench.producer.flush(never)
      expect(bench.outcomes.errors.get(0)?.message).toContain('80 ms has passed')
    })
  })

  test('a topic that does not come up is named, with what to do', async () => {
    await using cluster = await FakeCluster.start()
    const config = { 'bootstrap.servers': cluster.bootstrapServers, ...quick, 'max.block.ms': '30' }
    const producer = createProducer(config, new Outcomes())
    await expect(producer.partitionCount('other', never)).rejects.toThrow(
      /^Topic other not present in metadata after \d+ ms .*Create the topic/,
    )
    await producer.close(never)
  })
})
