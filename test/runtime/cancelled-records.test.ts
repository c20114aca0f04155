import { describe, expect, test, vi } from 'vitest'
import type { SinkRecord } from '../../src/api/index.ts'
import { SinkTask, SourceTask } from '../../src/api/index.ts'
import type { Converter } from '../../src/api/converter.ts'
import { SourceRecord } from '../../src/data/records.ts'
import type { TaskPlugins } from '../../src/runtime/task-plugins.ts'
import type { TaskServices } from '../../src/runtime/task.ts'
import { WorkerSinkTask } from '../../src/runtime/worker-sink-task.ts'
import type { WorkerSourceTask } from '../../src/runtime/worker-source-task.ts'
import { abortable } from '../../src/util/abort.ts'
import { isPromise } from '../../src/util/maybe-promise.ts'
import { FakeConsumer, FakeProducer, fakePlugins, fakeServices, textConverter } from './fakes.ts'
import { FakeKeeping } from './keeping.ts'
import { sourceTask } from './source-task.ts'

const never = new AbortController().signal
const until = (check: () => void): Promise<void> => vi.waitFor(check, 10_000)
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))
const reason = new Error('The grace is over.')
const commit = { intervalMs: 20, timeoutMs: 500 }
const config = {
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': 'dead',
}

/** Its value converter answers for `slow` when the test says so; calls that wait end with the cancel. */
function setUp() {
  const fake = fakeServices()
  const cancelled = new AbortController()
  const services: TaskServices = {
    ...fake,
    call: (_stage, call) => {
      const result = call()
      if (cancelled.signal.aborted || !isPromise(result)) return result
      return abortable(result, cancelled.signal)
    },
  }
  const keeping = new FakeKeeping(fake)
  const waiting: (() => void)[] = []
  const whenAnswered = <T>(result: T): Promise<T> =>
    new Promise((resolve) => waiting.push(() => resolve(result)))
  const converter: Converter = {
    fromConnectData: (topic, headers, schema, value) =>
      value === 'slow'
        ? whenAnswered(Buffer.from('slow'))
        : textConverter.fromConnectData(topic, headers, schema, value),
    toConnectData: (topic, headers, bytes) =>
      bytes !== null && Buffer.from(bytes).toString() === 'slow'
        ? whenAnswered({ schema: null, value: 'slow' })
        : textConverter.toConnectData(topic, headers, bytes),
  }
  const plain = fakePlugins(config, keeping)
  const value = { ...plain.converters.value, converter }
  const plugins: TaskPlugins = { ...plain, converters: { ...plain.converters, value } }
  const answer = (): void => waiting.forEach((each) => each())
  /** Stops the task, and cancels it as its grace ends. */
  const stopTooLate = async (task: WorkerSinkTask | WorkerSourceTask): Promise<void> => {
    const done = task.done.catch((error: unknown) => error)
    const stopped = task.stop(60_000)
    await aWhile()
    cancelled.abort(reason)
    task.cancel(reason)
    await stopped
    expect(await done).toBe(reason)
  }
  return { fake, services, keeping, waiting, plugins, answer, stopTooLate }
}

class ListSource extends SourceTask {
  readonly told: unknown[] = []
  #values = ['a', 'slow', 'c']

  version(): string {
    return '1'
  }
  start(): undefined {
    return undefined
  }
  poll(signal: AbortSignal): readonly SourceRecord[] | Promise<null> {
    const values = this.#values.splice(0)
    if (values.length > 0) {
      return values.map(
        (value, position) =>
          new SourceRecord({ file: 'f' }, { position }, 't', null, null, null, null, value),
      )
    }
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)))
  }
  override commitRecord({ value }: SourceRecord, metadata: unknown): void {
    this.told.push([value, metadata === null ? 'dropped' : 'sent'])
  }
  stop(): undefined {
    return undefined
  }
}

class ListSink extends SinkTask {
  readonly values: unknown[] = []

  version(): string {
    return '1'
  }
  start(): undefined {
    return undefined
  }
  put(records: readonly SinkRecord[]): undefined {
    this.values.push(...records.map(({ value }) => value))
  }
  stop(): undefined {
    return undefined
  }
}

describe('a record that waits for its converter when the task stops and is then cancelled', () => {
  test('of a source is not given up: no letter, nothing told, nothing sent behind it or later', async () => {
    const { fake, services, keeping, waiting, plugins, answer, stopTooLate } = setUp()
    const source = new ListSource()
    let producer: FakeProducer | undefined
    const task = sourceTask({
      ...{ services, targetState: 'STARTED', taskConfig: {}, commit, createsTopics: false },
      openTask: () => Promise.resolve(source),
      openPlugins: () => Promise.resolve(plugins),
      openProducer: (listener) => Promise.resolve((producer = new FakeProducer(listener))),
    })
    await task.start(never)
    await until(() => expect(waiting).toHaveLength(1))
    await stopTooLate(task)
    answer()
    await aWhile()
    expect(producer?.sent.map(({ value }) => value)).toEqual(['a'])
    expect(keeping.letters).toEqual([])
    expect(source.told).toEqual([['a', 'sent']])
    expect(fake.written).toEqual([])
    expect(services.counters.get('errors')).toBe(0)
  })

  test('of a sink is not given up: no letter, and nothing behind it is put or committed', async () => {
    const { services, keeping, waiting, plugins, answer, stopTooLate } = setUp()
    const sink = new ListSink()
    const consumer = new FakeConsumer()
    const task = new WorkerSinkTask({
      ...{ services, targetState: 'STARTED', taskConfig: {}, commit },
      subscription: { topics: ['t'] },
      openTask: () => Promise.resolve(sink),
      openPlugins: () => Promise.resolve(plugins),
      openConsumer: () => Promise.resolve(consumer),
    })
    const records = ['a', 'slow', 'c'].map((value, offset) => ({ offset, key: null, value }))
    consumer.queue.push(() => consumer.assign(0), records)
    await task.start(never)
    await until(() => expect(waiting).toHaveLength(1))
    await stopTooLate(task)
    answer()
    await aWhile()
    expect(sink.values).toEqual([])
    expect(keeping.letters).toEqual([])
    expect(consumer.commits).toEqual([])
    expect(services.counters.get('errors')).toBe(0)
  })
})
