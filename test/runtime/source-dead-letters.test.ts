import { describe, expect, test, vi } from 'vitest'
import { SourceTask } from '../../src/api/source-task.ts'
import { SourceRecord } from '../../src/data/records.ts'
import { RetriableError } from '../../src/errors/connect-error.ts'
import type { RecordAppender } from '../../src/kafka/types.ts'
import { FakeProducer, fakePlugins, fakeServices, textConverter } from './fakes.ts'
import { FakeKeeping, headerTexts } from './keeping.ts'
import { sourceTask } from './source-task.ts'

const never = new AbortController().signal
const until = (check: () => void): Promise<void> => vi.waitFor(check, 10_000)
const queue = {
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': 'dead',
  'errors.deadletterqueue.context.headers.enable': 'true',
}

class ListSource extends SourceTask {
  readonly heardOf: unknown[] = []
  readonly #values: unknown[]

  constructor(values: readonly unknown[]) {
    super()
    this.#values = [...values]
  }
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
          new SourceRecord({ file: 'f' }, { position }, 't', null, null, 'k', null, value, 77),
      )
    }
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)))
  }
  override commitRecord({ value }: SourceRecord): void {
    this.heardOf.push(value)
  }
  stop(): undefined {
    return undefined
  }
}

/** A converter that throws what a test wants for values that begin with `bad` or `busy`. */
function setUp(
  values: readonly unknown[],
  config: Record<string, string> = queue,
  source = new ListSource(values),
  Producer = FakeProducer,
) {
  const services = fakeServices()
  const keeping = new FakeKeeping(services)
  const busy = { times: 0, calls: 0 }
  let producer: FakeProducer | undefined
  const plugins = fakePlugins(config, keeping)
  const converter: typeof textConverter = {
    ...textConverter,
    fromConnectData: (topic, headers, schema, value) => {
      if (value === 'busy') {
        busy.calls++
        if (busy.calls <= busy.times) throw new RetriableError('registry is away')
      }
      return textConverter.fromConnectData(topic, headers, schema, value)
    },
  }
  const value = { ...plugins.converters.value, converter }
  const converters = { ...plugins.converters, value }
  const task = sourceTask({
    services,
    targetState: 'STARTED',
    taskConfig: {},
    commit: { intervalMs: 20, timeoutMs: 500 },
    createsTopics: false,
    openTask: () => Promise.resolve(source),
    openPlugins: () => Promise.resolve({ ...plugins, converters }),
    openProducer: (listener) => Promise.resolve((producer = new Producer(listener))),
  })
  const sent = (): readonly (string | null)[] => producer?.sent.map((each) => each.value) ?? []
  return { services, keeping, task, source, busy, sent, producer: () => producer }
}

describe('a record of a source that cannot be converted', () => {
  test('is kept in JSON, with where it came from, and its offset counts once the letter is durable', async () => {
    const { task, keeping, services, sent, producer } = setUp(['a', 'bad "one"', 'c'])
    await task.start(never)
    await until(() => expect(sent()).toEqual(['a', 'c']))
    const [letter] = keeping.letters
    expect(letter).toMatchObject({ topic: 'dead', timestamp: 77 })
    expect(JSON.parse(letter?.value ?? '')).toEqual({ schema: null, payload: 'bad "one"' })
    expect(JSON.parse(letter?.key ?? '')).toEqual({ schema: null, payload: 'k' })
    expect(letter && headerTexts(letter)).toMatchObject({
      '__connect.errors.topic': 't',
      '__connect.errors.partition': '-1',
      '__connect.errors.offset': '-1',
      '__connect.errors.stage': 'VALUE_CONVERTER',
      '__connect.errors.source.partition': '{"file":"f"}',
      '__connect.errors.source.offset': '{"position":1}',
      '__connect.errors.format': 'json',
    })
    producer()?.listener.acknowledged(0, 1, { topic: 't', partition: 0 }, 0)
    producer()?.listener.acknowledged(2, 3, { topic: 't', partition: 0 }, 1)
    await until(() => expect(services.written).toEqual([[{ file: 'f' }, { position: 0 }]]))
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(services.written).toHaveLength(1)
    keeping.producer.acknowledge()
    await until(() => expect(services.written.at(-1)?.[1]).toEqual({ position: 2 }))
    await task.stop(1000)
  })

  test('is kept as text where it cannot be JSON', async () => {
    const strange = { toString: () => 'strange', self: null as unknown }
    strange.self = strange
    const { task, keeping, sent } = setUp(['a', strange, 'c'])
    await task.start(never)
    await until(() => expect(keeping.letters).toHaveLength(1))
    const [letter] = keeping.letters
    expect(letter && headerTexts(letter)['__connect.errors.format']).toBe('text')
    keeping.producer.acknowledge()
    await until(() => expect(sent()).toEqual(['a', 'c']))
    await task.stop(1000)
  })
})

test('a record that Kafka refuses is kept as it was sent, and counts once it is kept', async () => {
  const { task, keeping, services, sent, producer } = setUp(['a', 'b'])
  await task.start(never)
  await until(() => expect(sent()).toEqual(['a', 'b']))
  producer()?.listener.failed(0, 2, { topic: 't', partition: 0 }, new Error('not authorized'))
  await until(() => expect(keeping.letters).toHaveLength(2))
  expect(keeping.letters.map(({ key, value }) => [key, value])).toEqual([
    ['k', 'a'],
    ['k', 'b'],
  ])
  const [letter] = keeping.letters
  expect(letter && headerTexts(letter)).toMatchObject({
    '__connect.errors.stage': 'KAFKA_PRODUCE',
    '__connect.errors.format': 'converted',
    '__connect.errors.exception.message': 'not authorized',
  })
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(services.written).toEqual([])
  keeping.producer.acknowledge()
  await until(() => expect(services.written.at(-1)?.[1]).toEqual({ position: 1 }))
  await task.stop(1000)
})

/** Polls one record after the other, without end. */
class EndlessSource extends ListSource {
  polls = 0

  override poll(): readonly SourceRecord[] {
    const position = this.polls++
    return [new SourceRecord({ file: 'f' }, { position }, 't', null, null, 'k', null, 'v')]
  }
}

/** Refuses each record by itself. */
class RefusingProducer extends FakeProducer {
  override appender(topic: string, partition: number): RecordAppender {
    return {
      ...super.appender(topic, partition),
      append: (index) =>
        queueMicrotask(() => {
          this.listener.failed(index, index + 1, { topic, partition }, new Error('not authorized'))
        }),
    }
  }
}

test('a source whose records are all refused polls no more than can be kept', async () => {
  const source = new EndlessSource([])
  const { task, keeping, services } = setUp([], queue, source, RefusingProducer)
  await task.start(never)
  keeping.producer.capacity = 1
  await until(() => expect(keeping.letters).toHaveLength(1))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const { polls } = source
  expect(polls).toBeLessThan(20)
  keeping.producer.capacity = Number.POSITIVE_INFINITY
  await until(() => {
    keeping.producer.acknowledge()
    expect(source.polls).toBeGreaterThan(polls)
  })
  keeping.producer.capacity = 1
  await task.stop(500)
  await task.done
  expect(services.states).not.toContainEqual(expect.stringMatching(/^FAILED/))
})

test.each([
  ['cannot be converted', 'bad'],
  ['was refused by Kafka', 'refused'],
])('the task hears that a record that %s is done once it is kept', async (_why, value) => {
  const { task, keeping, source, sent, producer } = setUp([value, 'after'])
  await task.start(never)
  await until(() => expect(sent()).toContain('after'))
  if (value === 'refused') {
    producer()?.listener.failed(0, 1, { topic: 't', partition: 0 }, new Error('not authorized'))
  }
  await until(() => expect(keeping.letters).toHaveLength(1))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(source.heardOf).toEqual([])
  keeping.producer.acknowledge()
  await until(() => expect(source.heardOf).toEqual([value]))
  await task.stop(1000)
})

describe('a record that may be tried again', () => {
  test('is, in its turn, until it succeeds', async () => {
    const { task, busy, sent, services } = setUp(['a', 'busy', 'c'], {
      'errors.retry.timeout': '-1',
    })
    busy.times = 2
    await task.start(never)
    await until(() => expect(sent()).toEqual(['a', 'busy', 'c']))
    expect([services.counters.get('retries'), services.counters.get('errors')]).toEqual([2, 0])
    await task.stop(1000)
  })

  test('is left to the next start where the task stops meanwhile: neither sent, skipped nor committed', async () => {
    const { task, busy, sent, services } = setUp(['a', 'busy', 'c'], {
      'errors.retry.timeout': '-1',
      'errors.tolerance': 'all',
    })
    busy.times = 1000
    await task.start(never)
    await until(() => expect(services.counters.get('retryingSince')).toBeGreaterThan(0))
    await task.stop(1000)
    await task.done
    expect(sent()).toEqual(['a'])
    expect(services.counters.get('skipped')).toBe(0)
    expect(services.written).toEqual([[{ file: 'f' }, { position: 0 }]])
  })

  test('fails the task where errors are not tolerated and its time is over', async () => {
    const { task, busy } = setUp(['busy'], { 'errors.retry.timeout': '100' })
    busy.times = 1000
    await task.start(never)
    await expect(task.done).rejects.toThrow(/VALUE_CONVERTER .*registry is away/)
    expect(busy.calls).toBeGreaterThan(1)
  })
})
