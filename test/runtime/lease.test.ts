import { describe, expect, test, vi } from 'vitest'
import type { SinkRecord } from '../../src/api/index.ts'
import { SinkTask, SourceTask } from '../../src/api/index.ts'
import { SourceRecord } from '../../src/data/records.ts'
import { WorkerSinkTask } from '../../src/runtime/worker-sink-task.ts'
import { thisMoment } from '../../src/util/moment.ts'
import { FakeConsumer, FakeProducer, fakePlugins, fakeServices } from './fakes.ts'
import { sourceTask } from './source-task.ts'

const never = new AbortController().signal
const commit = { intervalMs: 20, timeoutMs: 500 }
const hourMs = 3_600_000
/** Long enough for a task that does not look at its lease to do what it may not. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))

class CountingTask extends SourceTask {
  polls = 0
  version(): string {
    return '1'
  }
  start(): void {
    this.polls = 0
  }
  async poll(): Promise<readonly SourceRecord[]> {
    await new Promise((resolve) => setTimeout(resolve, 2))
    const position = this.polls++
    return [new SourceRecord({ file: 'f' }, { position }, 't', null, null, null, null, 'x')]
  }
  stop(): void {
    this.polls = -1
  }
}

async function source() {
  const services = fakeServices()
  const counting = new CountingTask()
  let producer: FakeProducer | undefined
  const task = sourceTask({
    ...{ services, targetState: 'STARTED', taskConfig: {}, commit, createsTopics: false },
    openTask: () => Promise.resolve(counting),
    openPlugins: () => Promise.resolve(fakePlugins()),
    openProducer: (listener) => Promise.resolve((producer = new FakeProducer(listener))),
  })
  await task.start(never)
  const sent = (): number => producer?.sent.length ?? 0
  await vi.waitFor(() => expect(sent()).toBeGreaterThan(2))
  return { services, task, sent, acknowledge: () => producer?.acknowledge() }
}

class ListTask extends SinkTask {
  readonly values: unknown[] = []
  flushes = 0
  version(): string {
    return '1'
  }
  start(): void {
    this.flushes = 0
  }
  put(records: readonly SinkRecord[]): undefined {
    this.values.push(...records.map(({ value }) => value))
  }
  override flush(): void {
    this.flushes++
  }
  stop(): void {
    this.flushes++
  }
}

async function sink() {
  const services = fakeServices()
  const consumer = new FakeConsumer()
  const list = new ListTask()
  const task = new WorkerSinkTask({
    ...{ services, targetState: 'STARTED', taskConfig: {}, commit },
    subscription: { topics: ['t'] },
    openTask: () => Promise.resolve(list),
    openPlugins: () => Promise.resolve(fakePlugins()),
    openConsumer: () => Promise.resolve(consumer),
  })
  consumer.queue.push(() => consumer.assign(0), [{ offset: 0, key: null, value: 'a' }])
  await task.start(never)
  await vi.waitFor(() => expect(list.values).toEqual(['a']))
  return { services, consumer, list, task }
}

describe("while the worker's lease is over", () => {
  test('a source sends and commits nothing, and goes on once it is extended', async () => {
    const { services, task, sent, acknowledge } = await source()
    services.workerLease.end()
    await aWhile()
    const [before, written] = [sent(), services.written.length]
    acknowledge()
    await aWhile()
    expect([sent(), services.written.length]).toEqual([before, written])
    services.workerLease.extend(thisMoment(), hourMs)
    await vi.waitFor(() => expect(sent()).toBeGreaterThan(before))
    await vi.waitFor(() => expect(services.written.length).toBeGreaterThan(written))
    await task.stop(1000)
  })

  test('a source that is stopped ends at once, without a last batch or commit', async () => {
    const { services, task, sent, acknowledge } = await source()
    services.workerLease.end()
    await aWhile()
    acknowledge()
    const [before, written] = [sent(), services.written.length]
    await task.stop(hourMs)
    expect([sent(), services.written.length]).toEqual([before, written])
  })

  test('a sink puts, flushes and commits nothing, and goes on once it is extended', async () => {
    const { services, consumer, list, task } = await sink()
    await vi.waitFor(() => expect(consumer.commits).toHaveLength(1))
    services.workerLease.end()
    await aWhile()
    const { flushes } = list
    consumer.queue.push([{ offset: 1, key: null, value: 'b' }])
    await aWhile()
    expect([list.values, list.flushes, consumer.commits.length]).toEqual([['a'], flushes, 1])
    services.workerLease.extend(thisMoment(), hourMs)
    await vi.waitFor(() => expect(consumer.commits).toHaveLength(2))
    expect(list.values).toEqual(['a', 'b'])
    await task.stop(1000)
  })

  test('a sink that is stopped ends at once, and neither puts nor commits what it was given', async () => {
    const { services, consumer, list, task } = await sink()
    services.workerLease.end()
    const committed = consumer.commits.length
    consumer.queue.push([{ offset: 1, key: null, value: 'b' }])
    await vi.waitFor(() => expect(consumer.queue).toEqual([]))
    await task.stop(hourMs)
    expect(list.values).toEqual(['a'])
    expect(consumer.commits).toHaveLength(committed)
  })
})
