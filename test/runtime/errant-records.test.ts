import { describe, expect, test, vi } from 'vitest'
import { SinkTask } from '../../src/api/sink-task.ts'
import type { RejectedRecord } from '../../src/api/sink-task.ts'
import type { Converter } from '../../src/api/converter.ts'
import type { SinkRecord } from '../../src/data/records.ts'
import { RetriableError } from '../../src/errors/connect-error.ts'
import { WorkerSinkTask } from '../../src/runtime/worker-sink-task.ts'
import { FakeConsumer, fakePlugins, fakeServices, textConverter } from './fakes.ts'
import { FakeKeeping } from './keeping.ts'

const never = new AbortController().signal
const until = (check: () => void): Promise<void> => vi.waitFor(check, 10_000)
const queue = {
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': 'dead',
}

const ways = ['return', 'report', 'awaited report'] as const
type Way = (typeof ways)[number]

/** Gives up every record: as `put` returns, or in reports that it waits for or not. */
class GivingUp extends SinkTask {
  puts = 0
  onPut: (records: readonly SinkRecord[]) => void = () => undefined
  /** Instead of what is given up. */
  returned: (() => unknown) | null = null
  readonly by: Way

  constructor(by: Way) {
    super()
    this.by = by
  }
  version(): string {
    return '1'
  }
  start(): undefined {
    return undefined
  }
  async put(records: readonly SinkRecord[]): Promise<readonly RejectedRecord[] | undefined> {
    const [record] = records
    if (record === undefined) return undefined
    this.puts++
    this.onPut(records)
    if (this.returned !== null) return this.returned() as undefined
    const error = new Error('no')
    if (this.by === 'return') return [{ record, error }]
    const report = this.context.errantRecordReporter()?.report(record, error)
    if (this.by === 'awaited report') await report
    else report?.catch(() => undefined)
    return undefined
  }
  stop(): undefined {
    return undefined
  }
}

function setUp(by: Way, converter: Converter = textConverter, config = {}, timeoutMs = 500) {
  const services = fakeServices()
  const consumer = new FakeConsumer()
  const keeping = new FakeKeeping(services)
  const sink = new GivingUp(by)
  const plain = fakePlugins({ ...queue, ...config }, keeping)
  const value = { ...plain.converters.value, converter }
  const plugins = { ...plain, converters: { ...plain.converters, value } }
  const task = new WorkerSinkTask({
    ...{ services, targetState: 'STARTED', taskConfig: {} },
    subscription: { topics: ['t'] },
    commit: { intervalMs: 20, timeoutMs },
    openTask: () => Promise.resolve(sink),
    openPlugins: () => Promise.resolve(plugins),
    openConsumer: () => Promise.resolve(consumer),
  })
  consumer.queue.push(() => consumer.assign(0), [{ offset: 4, key: null, value: 'a' }])
  return { services, consumer, keeping, sink, task }
}

describe('a record that the task gives up', () => {
  test.each(ways)('by %s is looked for until Kafka answers, and put once', async (by) => {
    const { task, keeping, sink, consumer, services } = setUp(by)
    keeping.lookupErrors.push(new RetriableError('unreachable'), new RetriableError('disconnected'))
    keeping.found.push({
      ...{ topic: 't', partition: 0, offset: 4, timestamp: 1000, timestampType: 'CreateTime' },
      ...{ key: null, value: Buffer.from('as it was'), headers: [] },
    })
    await task.start(never)
    await until(() => expect(keeping.letters.map((each) => each.value)).toEqual(['as it was']))
    expect(keeping.lookedFor).toEqual([4, 4, 4])
    keeping.producer.acknowledge()
    await until(() => expect(consumer.commits.at(-1)).toMatchObject({ offset: 5 }))
    expect([sink.puts, services.counters.get('retries')]).toEqual([1, 0])
    await task.stop(1000)
  })

  test.each(ways)(
    'by %s fails the task where it cannot be written for now, rather than be put for ever',
    async (by) => {
      const { task, sink, consumer } = setUp(by, {
        ...textConverter,
        fromConnectData: () => Promise.reject(new RetriableError('the registry is away.')),
      })
      await task.start(never)
      await expect(task.done).rejects.toThrow(
        /^The task gave up the record at topic 't', partition 0, offset 4, which could not be kept: the registry is away\./,
      )
      expect(sink.puts).toBe(1)
      expect(consumer.commits).toEqual([])
    },
  )

  test.each(ways)(
    'by %s waits for a registry that is away as long as records are tried again, and is put once',
    async (by) => {
      let failures = 2
      const { task, sink, keeping, consumer } = setUp(
        by,
        {
          ...textConverter,
          fromConnectData: (...data) =>
            failures-- > 0
              ? Promise.reject(new RetriableError('the registry is away.'))
              : textConverter.fromConnectData(...data),
        },
        { 'errors.retry.timeout': '-1', 'errors.retry.delay.max.ms': '1' },
      )
      await task.start(never)
      await until(() => expect(keeping.letters.map((each) => each.value)).toEqual(['a']))
      keeping.producer.acknowledge()
      await until(() => expect(consumer.commits.at(-1)).toMatchObject({ offset: 5 }))
      expect(sink.puts).toBe(1)
      await task.stop(1000)
    },
  )

  test.each(ways)('by %s is looked for no longer than the task runs', async (by) => {
    const { task, keeping, consumer } = setUp(by)
    for (let at = 0; at < 1000; at++) keeping.lookupErrors.push(new RetriableError('unreachable'))
    await task.start(never)
    await until(() => expect(keeping.lookedFor.length).toBeGreaterThan(0))
    const reason = new Error('cancelled')
    const ended = expect(task.done).rejects.toBe(reason)
    task.cancel(reason)
    await ended
    expect([keeping.letters, consumer.commits]).toEqual([[], []])
  })

  test('and is still looked for when the task has stopped is looked for no more', async () => {
    const { task, keeping } = setUp('report')
    for (let at = 0; at < 1000; at++) keeping.lookupErrors.push(new RetriableError('unreachable'))
    await task.start(never)
    await until(() => expect(keeping.lookedFor.length).toBeGreaterThan(0))
    await task.stop(100)
    // One look may have been waited for.
    await new Promise((resolve) => setTimeout(resolve, 300))
    const { length } = keeping.lookedFor
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(keeping.lookedFor).toHaveLength(length)
  })
})

test('a commit that waited for a letter is not sent once the lease is over', async () => {
  const { task, keeping, consumer, services } = setUp('report', textConverter, {}, 60_000)
  const count = (name: 'commits' | 'commitFailures'): number => services.counters.get(name)
  await task.start(never)
  await until(() => expect(keeping.letters).toHaveLength(1))
  // Several intervals: one commit is under way.
  await new Promise((resolve) => setTimeout(resolve, 150))
  services.workerLease.end()
  keeping.producer.acknowledge()
  await until(() => expect(count('commits') + count('commitFailures')).toBeGreaterThan(0))
  expect(consumer.commits).toEqual([])
  await task.stop(1000)
})

test('a report of a task that has ended is refused, and nothing is looked for', async () => {
  const { task, keeping, sink, consumer } = setUp('return')
  const reported: SinkRecord[] = []
  sink.onPut = (records) => void reported.push(...records)
  await task.start(never)
  await until(() => expect(keeping.letters).toHaveLength(1))
  keeping.producer.acknowledge()
  await until(() => expect(consumer.commits.at(-1)).toMatchObject({ offset: 5 }))
  await task.stop(1000)
  const looked = keeping.lookedFor.length
  const [record] = reported
  if (record === undefined) throw new Error('Nothing was put.')
  const late = sink.context.errantRecordReporter()?.report(record, new Error('late'))
  await expect(late).rejects.toThrow(/offset 4 when it had been stopped/)
  expect(keeping.lookedFor).toHaveLength(looked)
})

describe('what put returns', () => {
  test.each<[string, unknown]>([
    ['a number', 5],
    ['what became of each write', [undefined]],
    ['records without their errors', [{ topic: 't' }]],
    ['errors without their records', [{ error: new Error('no') }]],
  ])('may not be %s', async (_what, returned) => {
    const { task, sink, consumer } = setUp('return')
    sink.returned = () => returned
    await task.start(never)
    await expect(task.done).rejects.toThrow(
      /^put returned something else than the records that it could not write: expected nothing/,
    )
    expect(consumer.commits).toEqual([])
  })

  test('may be null', async () => {
    const { task, sink, consumer } = setUp('return')
    sink.returned = () => null
    await task.start(never)
    await until(() => expect(consumer.commits.at(-1)).toMatchObject({ offset: 5 }))
    await task.stop(1000)
  })
})
