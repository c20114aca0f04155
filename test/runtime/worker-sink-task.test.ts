import { describe, expect, test, vi } from 'vitest'
import type { RejectedRecord } from '../../src/api/sink-task.ts'
import { SinkTask } from '../../src/api/sink-task.ts'
import type { PartitionOffset, TopicPartition } from '../../src/api/topic-partition.ts'
import { SinkRecord } from '../../src/data/records.ts'
import { RetriableError } from '../../src/errors/connect-error.ts'
import { WorkerSinkTask } from '../../src/runtime/worker-sink-task.ts'
import { FakeConsumer, fakePlugins, fakeServices } from './fakes.ts'

class ListTask extends SinkTask {
  readonly values: unknown[] = []
  readonly records: SinkRecord[] = []
  readonly calls: string[] = []
  readonly errors: (Error | null)[] = []
  flushError: Error | null = null
  rejects: RejectedRecord[] = []
  /** Of what was put, so many records are still to be written out. */
  buffered = 0

  version(): string {
    return '1'
  }
  start(): void {
    this.calls.push('start')
  }
  put(records: readonly SinkRecord[]): readonly RejectedRecord[] | undefined {
    const error = records.length > 0 ? this.errors.shift() : undefined
    if (error) throw error
    this.records.push(...records)
    this.values.push(...records.map((record) => record.value))
    return this.rejects.splice(0)
  }
  override flush(offsets: readonly PartitionOffset[]): void {
    if (this.flushError !== null) throw this.flushError
    this.calls.push(`flush ${offsets.map((entry) => entry.offset).join()}`)
  }
  override async preCommit(
    offsets: readonly PartitionOffset[],
    signal: AbortSignal,
  ): Promise<readonly PartitionOffset[]> {
    const put = await super.preCommit(offsets, signal)
    return put.map((entry) => ({ ...entry, offset: Number(entry.offset) - this.buffered }))
  }
  override open(partitions: readonly TopicPartition[]): void {
    this.calls.push(`open ${partitions.map((entry) => entry.partition).join()}`)
  }
  override close(partitions: readonly TopicPartition[]): void {
    this.calls.push(`close ${partitions.map((entry) => entry.partition).join()}`)
  }
  stop(): void {
    this.calls.push('stop')
  }
}

function setUp(config: Record<string, string> = {}, intervalMs = 20) {
  const services = fakeServices()
  const consumer = new FakeConsumer()
  const sink = new ListTask()
  const task = new WorkerSinkTask({
    services,
    targetState: 'STARTED',
    taskConfig: {},
    subscription: { topics: ['t'] },
    commit: { intervalMs, timeoutMs: 500 },
    openTask: () => Promise.resolve(sink),
    openPlugins: () => Promise.resolve().then(() => fakePlugins(config)),
    openConsumer: () => Promise.resolve(consumer),
  })
  consumer.queue.push(() => consumer.assign(0))
  return { services, consumer, sink, task }
}

const never = new AbortController().signal
const plain = (offset: number, value: string): { offset: number; key: null; value: string } => ({
  offset,
  key: null,
  value,
})

describe('a sink task', () => {
  test('puts records in order, also where converters answer later and headers are there', async () => {
    const { task, consumer, sink } = setUp()
    const headers = [{ key: 'h', value: Buffer.from('x') }]
    consumer.queue.push([
      plain(0, 'a'),
      { offset: 1, key: 'k', value: 'later:b' },
      { offset: 2, key: null, value: 'c', headers },
      { offset: 3, key: null, value: null },
    ])
    await task.start(never)
    await vi.waitFor(() => expect(sink.values).toEqual(['a', 'later:b', 'c', null]))
    expect([...(sink.records[2]?.headers ?? [])]).toEqual([{ key: 'h', value: 'x', schema: null }])
    expect(sink.records[1]?.key).toBe('k')
    await task.stop(1000)
  })

  test('tells of its topic once, with the first records, and again after a reset (KIP-558)', async () => {
    const { task, consumer, sink, services } = setUp()
    consumer.queue.push([plain(0, 'a')], [plain(1, 'b')])
    await task.start(never)
    await vi.waitFor(() => expect(sink.values).toEqual(['a', 'b']))
    expect(services.states).toEqual(['RUNNING', 'topic t'])
    services.counters.add('topicResets', 1)
    consumer.queue.push([plain(2, 'c')], [plain(3, 'd')])
    await vi.waitFor(() => expect(sink.values).toEqual(['a', 'b', 'c', 'd']))
    expect(services.states).toEqual(['RUNNING', 'topic t', 'topic t'])
    await task.stop(1000)
  })

  test('commits only what the task has made durable', async () => {
    const { task, consumer, sink } = setUp()
    consumer.queue.push([plain(5, 'a'), plain(6, 'b')])
    await task.start(never)
    await vi.waitFor(() =>
      expect(consumer.commits).toEqual([{ topic: 't', partition: 0, offset: 7 }]),
    )
    expect(sink.calls).toContain('flush 7')
    await task.stop(1000)
    expect(consumer.commits).toHaveLength(1)
    expect(sink.calls.slice(-2)).toEqual(['close 0', 'stop'])
  })

  test('commits what preCommit answers, though more was put', async () => {
    const { task, consumer, sink } = setUp()
    sink.buffered = 1
    consumer.queue.push([plain(5, 'a'), plain(6, 'b')])
    await task.start(never)
    await vi.waitFor(() =>
      expect(consumer.commits).toEqual([{ topic: 't', partition: 0, offset: 6 }]),
    )
    await task.stop(1000)
    expect(consumer.commits).toHaveLength(1)
  })

  test('goes where open has asked to be before anything is fetched', async () => {
    const { task, consumer, sink } = setUp()
    sink.open = () => sink.context.offset([{ topic: 't', partition: 0, offset: 7 }])
    const assigned = consumer.queue.shift()
    let whenAssigned: unknown
    consumer.queue.push(async () => {
      if (typeof assigned === 'function') await assigned()
      whenAssigned = [...consumer.seeks]
    })
    await task.start(never)
    await vi.waitFor(() => expect(whenAssigned).toEqual([[0, 7]]))
    await task.stop(1000)
    expect(consumer.commits).toEqual([])
  })

  test('flushes and commits before a revoked partition is given up, and nothing of a lost one', async () => {
    const revoked = setUp({}, 60_000)
    revoked.consumer.queue.push([plain(0, 'a')], async () => {
      await revoked.consumer.listener?.revoked([{ topic: 't', partition: 0 }])
      revoked.consumer.assigned = []
    })
    await revoked.task.start(never)
    await vi.waitFor(() =>
      expect(revoked.sink.calls).toEqual(['start', 'open 0', 'flush 1', 'close 0']),
    )
    expect(revoked.consumer.commits).toEqual([{ topic: 't', partition: 0, offset: 1 }])
    await revoked.task.stop(1000)

    const lost = setUp({}, 60_000)
    lost.consumer.queue.push([plain(0, 'a')], async () => {
      await lost.consumer.listener?.lost([{ topic: 't', partition: 0 }])
      lost.consumer.assigned = []
    })
    await lost.task.start(never)
    await vi.waitFor(() => expect(lost.sink.calls).toEqual(['start', 'open 0', 'close 0']))
    expect(lost.consumer.commits).toEqual([])
    await lost.task.stop(1000)
  })

  test('puts, flushes and commits nothing of what it had read when its session is over', async () => {
    const { task, consumer, sink } = setUp()
    consumer.queue.push(
      [plain(0, 'a')],
      () => {
        // The process was stopped while it waited here: its clock knows, the group has not said anything yet.
        consumer.holds = false
        return Promise.resolve()
      },
      [plain(1, 'b')],
      async () => {
        await consumer.listener?.lost([{ topic: 't', partition: 0 }])
        consumer.assigned = []
      },
    )
    await task.start(never)
    await vi.waitFor(() => expect(sink.calls).toContain('close 0'))
    expect(sink.values).toEqual(['a'])
    expect(sink.calls.filter((call) => call.startsWith('flush'))).toEqual([])
    expect(consumer.commits).toEqual([])
    consumer.holds = true
    consumer.queue.push(() => consumer.assign(0), [plain(0, 'a'), plain(1, 'b')])
    await vi.waitFor(() => expect(sink.values).toEqual(['a', 'a', 'b']))
    await task.stop(1000)
    expect(consumer.commits).toEqual([{ topic: 't', partition: 0, offset: 2 }])
  })

  test('does not put again what it kept when its session is over', async () => {
    const { task, consumer, sink } = setUp({}, 60_000)
    sink.errors.push(new RetriableError('busy'))
    consumer.queue.push([plain(0, 'a')], () => {
      consumer.holds = false
      return Promise.resolve()
    })
    await task.start(never)
    await vi.waitFor(() => expect(consumer.paused.size).toBe(0))
    expect(sink.values).toEqual([])
    await task.stop(1000)
    expect(consumer.commits).toEqual([])
  })

  test('gives a batch again after a retriable error, with nothing fetched in between', async () => {
    const { task, consumer, sink, services } = setUp()
    sink.errors.push(new RetriableError('busy'), new RetriableError('busy'))
    consumer.queue.push([plain(0, 'a')], [plain(1, 'b')])
    await task.start(never)
    await vi.waitFor(() => expect(sink.values).toEqual(['a', 'b']))
    expect(services.counters.get('retries')).toBe(2)
    await task.stop(1000)
  })

  test('fetches on where the batch it kept is taken away with its partition', async () => {
    const { task, consumer, sink } = setUp({}, 60_000)
    sink.errors.push(new RetriableError('busy'))
    consumer.queue.push(
      () => consumer.assign(1),
      [plain(0, 'a')],
      async () => {
        // A cooperative rebalance: partition 1 stays.
        await consumer.listener?.revoked([{ topic: 't', partition: 0 }])
        consumer.assigned = [1]
        consumer.paused.delete(0)
      },
    )
    await task.start(never)
    await vi.waitFor(() => expect(sink.calls).toContain('close 0'))
    await vi.waitFor(() => expect(consumer.paused.size).toBe(0))
    expect(sink.values).toEqual([])
    await task.stop(1000)
  })

  test('puts nothing out of order where neither flush nor put succeeds', async () => {
    const { task, consumer, sink } = setUp()
    sink.flushError = new Error('not now')
    sink.errors.push(null, ...Array.from({ length: 50 }, () => new RetriableError('busy')))
    consumer.queue.push([plain(0, 'a')], [plain(1, 'b')])
    await task.start(never)
    await vi.waitFor(() => expect(consumer.seeks.length).toBeGreaterThan(0))
    // What was kept lay behind what is read again: the test plays the broker, from the first record on.
    sink.errors.length = 0
    sink.flushError = null
    consumer.queue.push([plain(0, 'a'), plain(1, 'b')])
    await vi.waitFor(() => expect(sink.values.slice(-2)).toEqual(['a', 'b']))
    expect(sink.values).toEqual(['a', 'a', 'b'])
    await vi.waitFor(() => expect(consumer.commits.at(-1)).toMatchObject({ offset: 2 }))
    await task.stop(1000)
  })

  test('fails on any other error of put, and does not commit what was not put', async () => {
    const { task, consumer, sink } = setUp({}, 60_000)
    sink.errors.push(null, new Error('disk full'))
    consumer.queue.push([plain(0, 'a')], [plain(1, 'b')])
    await task.start(never)
    await expect(task.done).rejects.toThrow('disk full')
    expect(sink.values).toEqual(['a'])
    expect(consumer.commits).toEqual([{ topic: 't', partition: 0, offset: 1 }])
  })

  test('reads again from what is committed where the task could not flush', async () => {
    const { task, consumer, sink, services } = setUp()
    sink.flushError = new Error('not now')
    consumer.queue.push([plain(0, 'a')])
    await task.start(never)
    await vi.waitFor(() => expect(consumer.seeks[0]).toEqual([0, 0]))
    expect(services.counters.get('commitFailures')).toBeGreaterThan(0)
    sink.flushError = null
    await task.stop(1000)
    expect(consumer.commits).toEqual([])
  })

  test('fails where a record cannot be read, naming it; skips it where errors are tolerated', async () => {
    const strict = setUp()
    strict.consumer.queue.push([plain(8, 'a'), plain(9, 'bad')])
    await strict.task.start(never)
    await expect(strict.task.done).rejects.toThrow(
      /VALUE_CONVERTER by TextConverter failed for the record at topic 't', partition 0, offset 9: cannot read bad/,
    )
    const tolerant = setUp({ 'errors.tolerance': 'all' })
    tolerant.consumer.queue.push([plain(8, 'a'), plain(9, 'bad'), plain(10, 'b')])
    await tolerant.task.start(never)
    await vi.waitFor(() => expect(tolerant.sink.values).toEqual(['a', 'b']))
    await vi.waitFor(() => expect(tolerant.consumer.commits).toHaveLength(1))
    await tolerant.task.stop(1000)
  })

  test('fails for a record that put rejects, unless errors are tolerated', async () => {
    const { task, consumer, sink } = setUp()
    await task.start(never)
    await vi.waitFor(() => expect(sink.calls).toContain('open 0'))
    const record = new SinkRecord('t', 0, null, null, null, 'a', 3)
    sink.rejects.push({ record, error: new Error('no such column') })
    consumer.queue.push([plain(3, 'a')])
    await expect(task.done).rejects.toThrow(/TASK_PUT .* offset 3: no such column/)
  })

  test('pauses all partitions and commits when it is paused, and resumes them', async () => {
    const { task, consumer, services, sink } = setUp({}, 60_000)
    consumer.queue.push([plain(0, 'a')])
    await task.start(never)
    await vi.waitFor(() => expect(sink.values).toEqual(['a']))
    task.setTargetState('PAUSED')
    await vi.waitFor(() => expect(consumer.commits).toHaveLength(1))
    expect(consumer.paused).toEqual(new Set([0]))
    task.setTargetState('STARTED')
    await vi.waitFor(() => expect(consumer.paused.size).toBe(0))
    expect(services.states).toEqual(['RUNNING', 'topic t', 'PAUSED', 'RUNNING'])
    await task.stop(1000)
  })
})
