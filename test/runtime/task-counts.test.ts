import { describe, expect, test, vi } from 'vitest'
import { SinkTask } from '../../src/api/sink-task.ts'
import { SourceTask } from '../../src/api/source-task.ts'
import { SourceRecord } from '../../src/data/records.ts'
import type { Transformation } from '../../src/api/transformation.ts'
import type { Instantiate } from '../../src/runtime/converters.ts'
import type { TaskPlugins } from '../../src/runtime/task-plugins.ts'
import { TransformationChain } from '../../src/runtime/transformation-chain.ts'
import { WorkerSinkTask } from '../../src/runtime/worker-sink-task.ts'
import { FakeConsumer, FakeProducer, fakePlugins, fakeServices } from './fakes.ts'
import { sourceTask } from './source-task.ts'

const never = new AbortController().signal

/** What is counted for histograms: how many times each saw. */
function seen(services: ReturnType<typeof fakeServices>): Record<string, number> {
  const names = ['poll', 'put', 'convert', 'transform'] as const
  const count = (name: (typeof names)[number]): number =>
    services.counters.histogram(name).counts.reduce((sum, each) => sum + each, 0)
  return Object.fromEntries(names.map((name) => [name, count(name)]))
}

/** Plugins with a transformation that lets everything pass but what says `drop`, and answers `wait` later. */
async function withTransformation(config: Record<string, string>): Promise<TaskPlugins> {
  const transformation = {
    configure: () => undefined,
    apply: (record: SourceRecord) => {
      const text = String(record.value)
      if (text === 'drop') return null
      return text === 'wait' ? Promise.resolve(record) : record
    },
  } as unknown as Transformation
  const instantiate = (() =>
    Promise.resolve({ instance: transformation, className: 'T' })) as unknown as Instantiate
  const settings = { transforms: 't', 'transforms.t.type': 'T' }
  const chain = await TransformationChain.open(instantiate, settings, (_stage, call) => call())
  return { ...fakePlugins(config), chain }
}

class ListSource extends SourceTask {
  readonly batches: SourceRecord[][]

  constructor(batches: readonly (readonly string[])[]) {
    super()
    this.batches = batches.map((values) =>
      values.map((value) => new SourceRecord({}, {}, 't', null, null, null, null, value)),
    )
  }
  version(): string {
    return '1'
  }
  start(): void {
    // Nothing to open.
  }
  stop(): void {
    // Nothing to close.
  }
  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    const next = this.batches.shift()
    if (next) return next
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return null
  }
}

class ListSink extends SinkTask {
  readonly values: unknown[] = []
  version(): string {
    return '1'
  }
  start(): void {
    // Nothing to open.
  }
  stop(): void {
    // Nothing to close.
  }
  put(records: readonly { readonly value: unknown }[]): undefined {
    this.values.push(...records.map(({ value }) => value))
  }
}

describe('a source task counts', () => {
  test('polls, records and times once a batch', async () => {
    const services = fakeServices()
    const { counters } = services
    let producer: FakeProducer | undefined
    const task = sourceTask({
      services,
      targetState: 'STARTED',
      taskConfig: {},
      commit: { intervalMs: 60_000, timeoutMs: 200 },
      createsTopics: false,
      openTask: () => Promise.resolve(new ListSource([['a', 'drop', 'c'], [], ['wait', 'e']])),
      openPlugins: () => withTransformation({}),
      openProducer: (listener) => Promise.resolve((producer = new FakeProducer(listener))),
    })
    await task.start(never)
    await vi.waitFor(() => expect(producer?.sent).toHaveLength(4))
    expect(counters.get('polled')).toBe(5)
    expect([counters.get('batches'), counters.get('batchRecords')]).toEqual([2, 5])
    expect(counters.peak('batchSizeMax', 0)).toBe(3)
    expect(seen(services)).toEqual({ poll: 2, put: 0, convert: 2, transform: 2 })
    expect(counters.peak('activeMax', 0)).toBe(4)
    await task.stop(1000)
    expect([counters.get('written'), counters.get('active')]).toEqual([4, 0])
  })

  test('records that fail, and those skipped or logged for it', async () => {
    const services = fakeServices()
    const { counters } = services
    const tolerant = { 'errors.tolerance': 'all', 'errors.log.enable': 'true' }
    let producer: FakeProducer | undefined
    const task = sourceTask({
      services,
      targetState: 'STARTED',
      taskConfig: {},
      commit: { intervalMs: 60_000, timeoutMs: 200 },
      createsTopics: false,
      openTask: () => Promise.resolve(new ListSource([['a', 'bad', 'c', 'd']])),
      openPlugins: () => Promise.resolve(fakePlugins(tolerant)),
      openProducer: (listener) => Promise.resolve((producer = new FakeProducer(listener))),
    })
    await task.start(never)
    await vi.waitFor(() => expect(producer?.sent).toHaveLength(3))
    // Kafka refuses two of the three.
    producer?.listener.failed(0, 2, { topic: 't', partition: 0 }, new Error('too large'))
    const names = ['failures', 'errors', 'skipped', 'errorsLogged'] as const
    expect(names.map((name) => counters.get(name))).toEqual([3, 3, 3, 2])
    expect(counters.get('lastErrorAt')).toBeGreaterThan(0)
    await task.stop(1000)
  })

  test('the time of a commit also where it failed', async () => {
    const services = fakeServices()
    services.writeError = new Error('store is away')
    let producer: FakeProducer | undefined
    const task = sourceTask({
      services,
      targetState: 'STARTED',
      taskConfig: {},
      commit: { intervalMs: 5, timeoutMs: 200 },
      createsTopics: false,
      openTask: () => Promise.resolve(new ListSource([['a']])),
      openPlugins: () => Promise.resolve(fakePlugins()),
      openProducer: (listener) => Promise.resolve((producer = new FakeProducer(listener))),
    })
    await task.start(never)
    await vi.waitFor(() => expect(producer?.sent).toHaveLength(1))
    producer?.acknowledge()
    await vi.waitFor(() => expect(services.counters.get('commitFailures')).toBeGreaterThan(0))
    expect(services.counters.peak('commitTimeMaxMs', 0)).not.toBeNull()
    await task.stop(1000)
  })
})

test('a sink task counts what it consumed, also what transformations dropped or errors skipped', async () => {
  const services = fakeServices()
  const { counters } = services
  const consumer = new FakeConsumer()
  const sink = new ListSink()
  const task = new WorkerSinkTask({
    services,
    targetState: 'STARTED',
    taskConfig: {},
    subscription: { topics: ['t'] },
    commit: { intervalMs: 60_000, timeoutMs: 500 },
    openTask: () => Promise.resolve(sink),
    openPlugins: () => withTransformation({ 'errors.tolerance': 'all' }),
    openConsumer: () => Promise.resolve(consumer),
  })
  const values = ['a', 'drop', 'bad', 'wait', 'later:e']
  consumer.queue.push(() => consumer.assign(0))
  consumer.queue.push(values.map((value, offset) => ({ offset, key: null, value })))
  await task.start(never)
  await vi.waitFor(() => expect(sink.values).toEqual(['a', 'wait', 'later:e']))
  await task.stop(1000)
  expect([counters.get('read'), counters.get('put'), counters.get('skipped')]).toEqual([5, 3, 1])
  expect([counters.get('batches'), counters.get('batchRecords')]).toEqual([1, 3])
  expect(counters.peak('activeMax', 0)).toBe(3)
  expect(seen(services)).toEqual({ poll: 0, put: 1, convert: 1, transform: 1 })
})
