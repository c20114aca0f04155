import { describe, expect, test, vi } from 'vitest'
import type { SourceProgress } from '../../src/api/source-task.ts'
import { SinkTask } from '../../src/api/sink-task.ts'
import { SourceTask } from '../../src/api/source-task.ts'
import { SourceRecord } from '../../src/data/records.ts'
import { RetriableError } from '../../src/errors/connect-error.ts'
import { lagUnits } from '../../src/messages/counters.ts'
import { SourceProgressWatch } from '../../src/runtime/source-progress.ts'
import { WorkerSinkTask } from '../../src/runtime/worker-sink-task.ts'
import { FakeConsumer, FakeProducer, fakePlugins, fakeServices } from './fakes.ts'
import { sourceTask } from './source-task.ts'

const never = new AbortController().signal

class OneBatch extends SourceTask {
  readonly values: string[]
  #given = false

  constructor(values: string[]) {
    super()
    this.values = values
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
    if (!this.#given) {
      this.#given = true
      return this.values.map(
        (value, i) => new SourceRecord({}, { i }, 't', null, null, null, null, value),
      )
    }
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
    return null
  }
}

function startSource(source: SourceTask) {
  const services = fakeServices()
  let producer: FakeProducer | null = null
  const task = sourceTask({
    services,
    targetState: 'STARTED',
    taskConfig: {},
    commit: { intervalMs: 60_000, timeoutMs: 500 },
    createsTopics: false,
    openTask: () => Promise.resolve(source),
    openPlugins: () => Promise.resolve(fakePlugins()),
    openProducer: (listener) => Promise.resolve((producer = new FakeProducer(listener))),
  })
  return { services, task, producer: () => producer as unknown as FakeProducer }
}

const waiting = (services: ReturnType<typeof fakeServices>): boolean =>
  services.counters.get('waitingSince') > 0

describe('a source waits with records in hand', () => {
  test('from the poll that returned them until Kafka has acknowledged the last', async () => {
    const { task, services, producer } = startSource(new OneBatch(['a', 'b']))
    await task.start(never)
    await vi.waitFor(() => expect(producer().sent).toHaveLength(2))
    expect(waiting(services)).toBe(true)
    expect(services.counters.get('lastRecordAt')).toBeGreaterThan(0)
    producer().acknowledge(1)
    expect(waiting(services)).toBe(true)
    producer().acknowledge(2)
    expect(waiting(services)).toBe(false)
    await task.stop(1000)
  })

  test('anew whenever some are acknowledged', async () => {
    const { task, services, producer } = startSource(new OneBatch(['a', 'b']))
    await task.start(never)
    await vi.waitFor(() => expect(producer().sent).toHaveLength(2))
    services.counters.set('waitingSince', 5)
    producer().acknowledge(1)
    expect(services.counters.get('waitingSince')).toBeGreaterThan(5)
    await task.stop(1000)
  })

  test('not once there is nothing left to send', async () => {
    const { task, services } = startSource(new OneBatch([]))
    await task.start(never)
    await vi.waitFor(() => expect(services.counters.get('lastPollAt')).toBeGreaterThan(0))
    expect(waiting(services)).toBe(false)
    await task.stop(1000)
  })
})

class PickySink extends SinkTask {
  refuses = true

  version(): string {
    return '1'
  }
  start(): void {
    // Nothing to open.
  }
  stop(): void {
    // Nothing to close.
  }
  put(records: readonly unknown[]): undefined {
    if (records.length > 0 && this.refuses) throw new RetriableError('not now')
  }
}

test('a sink waits with records in hand from when they were read until put took them', async () => {
  const services = fakeServices()
  const consumer = new FakeConsumer()
  const sink = new PickySink()
  const task = new WorkerSinkTask({
    services,
    targetState: 'STARTED',
    taskConfig: {},
    subscription: { topics: ['t'] },
    commit: { intervalMs: 20, timeoutMs: 500 },
    openTask: () => Promise.resolve(sink),
    openPlugins: () => Promise.resolve(fakePlugins()),
    openConsumer: () => Promise.resolve(consumer),
  })
  consumer.queue.push(() => consumer.assign(0), [{ offset: 0, key: null, value: 'a' }])
  await task.start(never)
  await vi.waitFor(() => expect(services.counters.get('retries')).toBeGreaterThan(1))
  expect(waiting(services)).toBe(true)
  expect(services.counters.get('lastPollAt')).toBeGreaterThan(0)
  sink.refuses = false
  await vi.waitFor(() => expect(waiting(services)).toBe(false))
  expect(services.counters.get('put')).toBe(1)
  await task.stop(1000)
})

describe('what a source says of its progress', () => {
  const watch = (answer: () => SourceProgress) => {
    const services = fakeServices()
    const progress = vi.fn(answer)
    const source = Object.assign(new OneBatch([]), { progress })
    const watching = new SourceProgressWatch(source, services)
    const { counters } = services
    return { progress, watching, lag: () => [counters.get('lag'), counters.get('lagAt') > 0] }
  }

  test('is its lag, asked for again and again until it stops', async () => {
    let lag = 3
    const { progress, watching, lag: seen } = watch(() => ({ lag: lag++, unit: 'rows' }))
    watching.start(1)
    await vi.waitFor(() => expect(seen()[0]).toBeGreaterThan(5))
    watching.stop()
    const calls = progress.mock.calls.length
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(progress.mock.calls).toHaveLength(calls)
  })

  test.each<[string, SourceProgress, number, boolean, string]>([
    ['a lag in rows', { lag: 3, unit: 'rows' }, 3, true, 'rows'],
    ['a lag in a unit of its own', { lag: 3, unit: 'furlongs' }, 3, true, ''],
    ['none', {}, 0, false, ''],
    ['a lag that is none', { lag: Number.NaN }, 0, false, ''],
    ['a negative lag', { lag: -1 }, 0, false, ''],
  ])('may be %s', (_, progress, lag, known, unit) => {
    const services = fakeServices()
    const source = Object.assign(new OneBatch([]), { progress: () => progress })
    const watching = new SourceProgressWatch(source, services)
    watching.start()
    watching.stop()
    const { counters } = services
    expect(counters.get('lag')).toBe(lag)
    expect(counters.get('lagAt') > 0).toBe(known)
    expect(lagUnits[counters.get('lagUnit')]).toBe(unit)
  })

  test('may be an error: it is not asked again, and the task goes on', async () => {
    const { progress, watching, lag } = watch(() => {
      throw new Error('lost')
    })
    watching.start(1)
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(progress).toHaveBeenCalledTimes(1)
    expect(lag()).toEqual([0, false])
  })
})
