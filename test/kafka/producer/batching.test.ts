import { describe, expect, test } from 'vitest'
import { delay } from '../../../src/util/abort.ts'
import { MemoryAccount, MemoryBudget } from '../../../src/util/memory-budget.ts'
import type { RecordAppender } from '../../../src/kafka/types.ts'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'
import { expectInOrder, never, Outcomes, sendAll, withProducer } from './producer-bench.ts'

const refusing = {
  maxEncodedBytes: () => 10,
  encodeAt: (): number => {
    throw new Error('does not fit')
  },
}

describe('batches', () => {
  test('what is appended in one turn goes as one batch; while an answer is due the next one fills', async () => {
    await withProducer({ delayMs: 20 }, {}, async (bench) => {
      const { seen, topic } = bench.cluster
      const appender = bench.producer.appender(topic, 0)
      for (let i = 0; i < 10; i++) appender.append(i, 1, null, Buffer.from(`m${i}`), null)
      await expect.poll(() => seen.length).toBe(1)
      for (let i = 10; i < 20; i++) appender.append(i, 1, null, Buffer.from(`m${i}`), null)
      await expect.poll(() => bench.outcomes.offsets.size).toBe(20)
      expectInOrder(bench, 20)
      expect(seen.map(({ values }) => values.length)).toEqual([10, 10])
      expect(bench.outcomes.calls).toBe(2)
    })
  })

  test('a full batch goes at once; records of several partitions share a request', async () => {
    const config = { 'batch.size': '1024' }
    await withProducer({ partitions: 3 }, config, async (bench) => {
      for (let i = 0; i < 60; i++) {
        const appender = bench.producer.appender(bench.cluster.topic, i % 3)
        appender.append(i, 1, null, Buffer.from(`m${i}`), null)
      }
      await bench.producer.flush(never)
      expectInOrder(bench, 60, 3)
      const { seen, broker } = bench.cluster
      expect(seen.length).toBe(3)
      expect(broker.requests.filter(({ apiKey }) => apiKey === 0).length).toBe(1)
    })
  })

  test('with linger.ms a batch waits for more, though its broker is idle; a flush does not', async () => {
    await withProducer({}, { 'linger.ms': '60000' }, async (bench) => {
      const { seen, topic } = bench.cluster
      const appender = bench.producer.appender(topic, 0)
      appender.append(0, 1, null, Buffer.from('m0'), null)
      await delay(30)
      appender.append(1, 1, null, Buffer.from('m1'), null)
      expect(seen).toEqual([])
      await bench.producer.flush(never)
      expect(seen.map(({ values }) => values.length)).toEqual([2])
    })
    await withProducer({}, { 'linger.ms': '30' }, async (bench) => {
      const startedAt = performance.now()
      bench.producer.appender(bench.cluster.topic, 0).append(0, 1, null, Buffer.from('m0'), null)
      await expect.poll(() => bench.outcomes.offsets.size).toBe(1)
      expect(performance.now() - startedAt).toBeGreaterThan(25)
    })
  })

  test('batches that wait for linger.ms go once buffer.memory is full', async () => {
    const config = { 'linger.ms': '60000', 'batch.size': '1024', 'buffer.memory': '4096' }
    await withProducer({ partitions: 40 }, config, async ({ producer, cluster, outcomes }) => {
      let count = 0
      for (; producer.hasRoom && count < 40; count++) {
        producer.appender(cluster.topic, count).append(count, 1, null, Buffer.from('m'), null)
      }
      expect(count).toBeLessThan(40)
      await producer.room(AbortSignal.timeout(10_000))
      await expect.poll(() => outcomes.offsets.size, { timeout: 10_000 }).toBe(count)
    })
  })

  test('batches that wait for linger.ms go once the memory of the process is used up', async () => {
    const budget = new MemoryBudget(64 * 1024)
    const account = new MemoryAccount(budget.shared, budget.newAccount())
    const other = account.open()
    await using cluster = await FakeCluster.start({ partitions: 2 })
    const outcomes = new Outcomes()
    const config = { 'bootstrap.servers': cluster.bootstrapServers, 'linger.ms': '60000' }
    const producer = createProducer(config, outcomes, { memory: account.open() })
    await producer.partitionCount(cluster.topic, never)
    producer.appender(cluster.topic, 0).append(0, 1, null, Buffer.from('m0'), null)
    expect(producer.hasRoom).toBe(true)
    other.take(64 * 1024)
    producer.appender(cluster.topic, 1).append(1, 1, null, Buffer.from('m1'), null)
    expect(producer.hasRoom).toBe(false)
    await expect.poll(() => outcomes.offsets.size, { timeout: 10_000 }).toBe(2)
    await producer.close(never)
  })

  test('buffer.memory is a mark: full means wait, and an answer makes room', async () => {
    const config = { 'batch.size': '1024', 'buffer.memory': '4096' }
    await withProducer({ delayMs: 1 }, config, async (bench) => {
      const { producer, cluster } = bench
      let waited = 0
      for (let i = 0; i < 40; i++) {
        if (!producer.hasRoom) {
          waited++
          await producer.room(never)
          expect(producer.hasRoom).toBe(true)
        }
        producer
          .appender(cluster.topic, 0)
          .append(i, 1, null, Buffer.from(`m${i}`.padEnd(900, '.')), null)
      }
      await producer.flush(never)
      expect(waited).toBeGreaterThan(3)
      expect(cluster.log().map((value) => value.replace(/\.+$/, ''))).toEqual(
        Array.from({ length: 40 }, (_, i) => `m${i}`),
      )
    })
  })

  test('a record above max.request.size is refused and leaves no byte', async () => {
    await withProducer({}, { 'max.request.size': '2000' }, async (bench) => {
      const appender = bench.producer.appender(bench.cluster.topic, 0)
      appender.append(0, 1, null, Buffer.from('m0'), null)
      expect(() => appender.append(1, 1, null, Buffer.alloc(3000), null)).toThrow(
        /^The message is \d+ bytes when serialized which is larger than 2000, which is the value of the max.request.size configuration. It is for t-0/,
      )
      appender.append(1, 1, null, Buffer.from('m1'), null)
      await bench.producer.flush(never)
      expectInOrder(bench, 2)
    })
  })

  test.each(['0', '2000'])(
    'buffer.memory=%s refuses what could never fit into it',
    async (bytes) => {
      await withProducer({}, { 'buffer.memory': bytes }, (bench) => {
        const { producer, cluster } = bench
        expect(producer.hasRoom).toBe(true)
        const append = (): void =>
          producer.appender(cluster.topic, 0).append(0, 1, null, Buffer.alloc(3000), null)
        expect(append).toThrow(
          /^The message is \d+ bytes when serialized which is larger than the total memory buffer you have configured/,
        )
        expect(producer.hasRoom).toBe(true)
        return Promise.resolve()
      })
    },
  )

  test('an encoder that throws leaves the batch as it was', async () => {
    await withProducer({}, {}, async (bench) => {
      const appender = bench.producer.appender(bench.cluster.topic, 0)
      const encoder = {
        maxEncodedBytes: () => 10,
        encodeAt: (target: Buffer, at: number, _schema: null, value: unknown): number => {
          target.write('half', at)
          if (value === 'bad') throw new Error('does not fit')
          return at + target.write(String(value), at)
        },
      }
      appender.appendEncoded(0, 1, null, null, encoder, null, 'm0')
      expect(() => appender.appendEncoded(1, 1, null, null, encoder, null, 'bad')).toThrow(
        'does not fit',
      )
      appender.appendEncoded(1, 1, null, null, encoder, null, 'm1')
      await bench.producer.flush(never)
      expectInOrder(bench, 2)
    })
  })

  test.each<[string, (appender: RecordAppender) => void]>([
    ['is too large', (to) => to.append(0, 1, null, Buffer.alloc(3000), null)],
    ['cannot be encoded', (to) => to.appendEncoded(0, 1, null, null, refusing, null, 'bad')],
  ])('a first record that %s holds up none that comes later', async (_fault, appendBad) => {
    // As tasks have it: no record is given up.
    const config = { 'max.request.size': '2000', 'delivery.timeout.ms': '2147483647' }
    await withProducer({}, config, async (bench) => {
      const appender = bench.producer.appender(bench.cluster.topic, 0)
      expect(() => appendBad(appender)).toThrow(/larger than 2000|does not fit/)
      await delay(20)
      appender.append(0, 1, null, Buffer.from('m0'), null)
      // Nobody flushes: a source that rarely has anything does not either.
      await expect.poll(() => bench.outcomes.offsets.size).toBe(1)
      expectInOrder(bench, 1)
    })
  })

  test('records that are refused take nothing of buffer.memory', async () => {
    const config = { 'max.request.size': '2000', 'buffer.memory': '4096' }
    await withProducer({}, config, ({ producer, cluster }) => {
      const appender = producer.appender(cluster.topic, 0)
      for (let i = 0; i < 10; i++) {
        expect(() => appender.append(0, 1, null, Buffer.alloc(3000), null)).toThrow('larger than')
        expect(producer.hasRoom).toBe(true)
      }
      return Promise.resolve()
    })
  })

  test('acks=0 takes what is sent for done', async () => {
    await withProducer({}, { acks: '0' }, async (bench) => {
      await sendAll(bench, 3)
      expect([...bench.outcomes.offsets.values()]).toEqual([-1, -1, -1])
    })
  })

  test('gzip batches arrive', async () => {
    await withProducer({}, { 'compression.type': 'gzip' }, async (bench) => {
      await sendAll(bench, 20, { perBatch: 10 })
      expectInOrder(bench, 20)
    })
  })

  test.each([7, 8, 9, 10, 11])(
    'a broker that speaks Produce up to %i is spoken to in that',
    async (version) => {
      await withProducer({ produceVersion: version }, {}, async (bench) => {
        await sendAll(bench, 2)
        expectInOrder(bench, 2)
        expect(bench.cluster.broker.requests.find(({ apiKey }) => apiKey === 0)?.version).toBe(
          version,
        )
      })
    },
  )
})

describe('a producer with nothing to send', () => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

  test('has no timer', async () => {
    await withProducer({}, {}, async (bench) => {
      const before = timers()
      const appender = bench.producer.appender(bench.cluster.topic, 0)
      appender.append(0, 1, null, Buffer.from('m0'), null)
      await new Promise((resolve) => setImmediate(resolve))
      expect(timers()).toBeGreaterThan(before)
      await bench.producer.flush(never)
      await new Promise((resolve) => setImmediate(resolve))
      expect(timers()).toBeLessThanOrEqual(before)
    })
  })

  test('has none after a record that was refused', async () => {
    await withProducer({}, { 'max.request.size': '2000' }, async (bench) => {
      const appender = bench.producer.appender(bench.cluster.topic, 0)
      appender.append(0, 1, null, Buffer.from('m0'), null)
      await bench.producer.flush(never)
      await delay(5)
      const before = timers()
      expect(() => appender.append(1, 1, null, Buffer.alloc(3000), null)).toThrow('larger than')
      await delay(5)
      expect(timers()).toBeLessThanOrEqual(before)
    })
  })
})

describe('close', () => {
  test('what is left when the time is over is told as failed, and no connection stays', async () => {
    await using cluster = await FakeCluster.start({ fate: () => 'silence' })
    const outcomes = new Outcomes()
    const producer = createProducer({ 'bootstrap.servers': cluster.bootstrapServers }, outcomes)
    await producer.partitionCount('t', never)
    producer.appender('t', 0).append(0, 1, null, Buffer.from('m0'), null)
    await new Promise((resolve) => setTimeout(resolve, 30))
    producer.appender('t', 0).append(1, 1, null, Buffer.from('m1'), null)
    await producer.close(AbortSignal.timeout(20))
    expect([...outcomes.errors.keys()]).toEqual([0, 1])
    expect(outcomes.errors.get(1)?.message).toContain(
      'closed before these records were acknowledged',
    )
    await expect.poll(() => cluster.broker.connectionCount).toBe(0)
  })
})
