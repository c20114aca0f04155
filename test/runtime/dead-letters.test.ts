import { describe, expect, test, vi } from 'vitest'
import { SinkTask } from '../../src/api/sink-task.ts'
import type { RejectedRecord } from '../../src/api/sink-task.ts'
import { SinkRecord } from '../../src/data/records.ts'
import { DataError } from '../../src/errors/connect-error.ts'
import { ProducerClosedError } from '../../src/kafka/producer/errors.ts'
import { rememberSecret } from '../../src/util/secrets.ts'
import { WorkerSinkTask } from '../../src/runtime/worker-sink-task.ts'
import type { FakeRecord } from './fakes.ts'
import { FakeConsumer, fakePlugins, fakeServices } from './fakes.ts'
import { FakeKeeping, headerTexts } from './keeping.ts'

const never = new AbortController().signal
const until = (check: () => void): Promise<void> => vi.waitFor(check, 10_000)
const queue = {
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': 'dead',
  'errors.deadletterqueue.context.headers.enable': 'true',
}
const record = (offset: number, value: string | null, key: string | null = null): FakeRecord => ({
  offset,
  key,
  value,
})

class PickyTask extends SinkTask {
  readonly values: unknown[] = []
  onPut: (records: readonly SinkRecord[]) => readonly RejectedRecord[] | undefined = () => undefined

  version(): string {
    return '1'
  }
  start(): undefined {
    return undefined
  }
  put(records: readonly SinkRecord[]): readonly RejectedRecord[] | undefined {
    this.values.push(...records.map(({ value }) => value))
    return records.length === 0 ? undefined : this.onPut(records)
  }
  stop(): undefined {
    return undefined
  }
}

function setUp(config: Record<string, string> = queue, timeoutMs = 60_000) {
  const services = fakeServices()
  const consumer = new FakeConsumer()
  const keeping = new FakeKeeping(services)
  const sink = new PickyTask()
  const task = new WorkerSinkTask({
    services,
    targetState: 'STARTED',
    taskConfig: {},
    subscription: { topics: ['t'] },
    commit: { intervalMs: 20, timeoutMs },
    openTask: () => Promise.resolve(sink),
    openPlugins: () => Promise.resolve(fakePlugins(config, keeping)),
    openConsumer: () => Promise.resolve(consumer),
  })
  consumer.queue.push(() => consumer.assign(0))
  const raw = (offset: number, value: string) => ({
    ...{ topic: 't', partition: 0, offset, timestamp: 1000, timestampType: 'CreateTime' as const },
    ...{ key: Buffer.from('k'), value: Buffer.from(value), headers: [] },
  })
  return { services, consumer, keeping, sink, task, raw }
}

describe('a record that cannot be read', () => {
  test('goes into the queue as it is, with its own headers and those that say why, in Java’s order', async () => {
    const { task, consumer, keeping, sink, services } = setUp()
    const headers = [
      { key: 'own', value: Buffer.from('x') },
      { key: 'nothing', value: null },
    ]
    consumer.queue.push([record(4, 'a'), { ...record(5, 'bad', 'k'), headers }, record(6, 'b')])
    await task.start(never)
    await until(() => expect(sink.values).toEqual(['a', 'b']))
    const [letter] = keeping.letters
    expect(letter).toMatchObject({ topic: 'dead', key: 'k', value: 'bad', timestamp: 1000 })
    expect(letter?.headers?.map(({ key }) => key)).toEqual([
      'own',
      'nothing',
      ...[
        'topic',
        'partition',
        'offset',
        'connector.name',
        'task.id',
        'stage',
        'class.name',
        'exception.class.name',
        'exception.message',
        'exception.stacktrace',
      ].map((name) => `__connect.errors.${name}`),
    ])
    expect(letter && headerTexts(letter)).toMatchObject({
      own: 'x',
      '__connect.errors.topic': 't',
      '__connect.errors.partition': '0',
      '__connect.errors.offset': '5',
      '__connect.errors.connector.name': 'c',
      '__connect.errors.task.id': '0',
      '__connect.errors.stage': 'VALUE_CONVERTER',
      '__connect.errors.class.name': 'TextConverter',
      '__connect.errors.exception.message': 'cannot read bad',
      '__connect.errors.exception.stacktrace': expect.stringMatching(
        /^Error: cannot read bad\n\tat /,
      ) as string,
    })
    expect(services.counters.get('deadLetterRequests')).toBe(1)
    keeping.producer.acknowledge()
    await task.stop(1000)
  })

  test('carries no word of why where that is not asked for', async () => {
    const { task, consumer, keeping } = setUp({
      ...queue,
      'errors.deadletterqueue.context.headers.enable': 'false',
    })
    consumer.queue.push([record(5, 'bad')])
    await task.start(never)
    await until(() => expect(keeping.letters).toHaveLength(1))
    expect(keeping.letters[0]?.headers).toEqual([])
    keeping.producer.acknowledge()
    await task.stop(1000)
  })

  test('carries no secret of the worker, whatever its error says', async () => {
    rememberSecret('Tr0ub4dor&3')
    const { task, consumer, keeping } = setUp()
    consumer.queue.push([record(5, 'bad password Tr0ub4dor&3')])
    await task.start(never)
    await until(() => expect(keeping.letters).toHaveLength(1))
    const texts = keeping.letters.map(headerTexts)
    expect(texts).toMatchObject([
      { '__connect.errors.exception.message': 'cannot read bad password [hidden]' },
    ])
    expect(JSON.stringify(texts)).not.toContain('Tr0ub4dor')
    keeping.producer.acknowledge()
    await task.stop(1000)
  })

  test('is not committed before its letter is acknowledged, while those behind it are put', async () => {
    const { task, consumer, keeping, sink } = setUp()
    consumer.queue.push([record(5, 'bad')], [record(6, 'a')])
    await task.start(never)
    await until(() => expect(sink.values).toEqual(['a']))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(consumer.commits).toEqual([])
    keeping.producer.acknowledge()
    await until(() => expect(consumer.commits.at(-1)).toMatchObject({ offset: 7 }))
    await task.stop(1000)
  })

  test('fails the task where the queue does not take it, and is not committed', async () => {
    const { task, consumer, keeping, services } = setUp()
    consumer.queue.push([record(5, 'bad')])
    await task.start(never)
    await until(() => expect(keeping.letters).toHaveLength(1))
    keeping.producer.listener.failed(0, 1, { topic: 'dead', partition: 0 }, new Error('too large'))
    expect(services.states.at(-1)).toMatch(
      /^FAILED Could not produce message to dead letter queue. topic=dead: too large/,
    )
    expect(services.counters.get('deadLetterFailures')).toBe(1)
    await task.stop(1000)
    expect(consumer.commits).toEqual([])
  })

  test('does not hide by its letter, given up as the task closes, what the task failed with', async () => {
    const { task, consumer, keeping, sink, services } = setUp(queue, 200)
    sink.onPut = () => {
      keeping.producer.failOnClose = new ProducerClosedError('closed before it was acknowledged')
      throw new Error('the disk is full')
    }
    consumer.queue.push([record(5, 'bad'), record(6, 'a')])
    await task.start(never)
    await expect(task.done).rejects.toThrow(/the disk is full/)
    expect(keeping.producer.closed).toBe(true)
    expect(services.states).not.toContainEqual(expect.stringMatching(/^FAILED/))
    expect(services.counters.get('deadLetterFailures')).toBe(0)
  })

  test('is kept, too, where it fails the task', async () => {
    const { task, consumer, keeping } = setUp({ ...queue, 'errors.tolerance': 'none' })
    consumer.queue.push([record(5, 'bad')])
    await task.start(never)
    await expect(task.done).rejects.toThrow(/VALUE_CONVERTER .* offset 5: cannot read bad/)
    expect(keeping.letters).toHaveLength(1)
  })

  test('waits for room in the queue', async () => {
    const { task, consumer, keeping, sink } = setUp()
    await task.start(never)
    keeping.producer.capacity = 1
    consumer.queue.push([record(5, 'bad'), record(6, 'bad'), record(7, 'a')])
    await until(() => expect(keeping.letters).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([keeping.letters.length, sink.values.length]).toEqual([1, 0])
    keeping.producer.acknowledge()
    await until(() => expect(sink.values).toEqual(['a']))
    expect(keeping.letters).toHaveLength(2)
    keeping.producer.acknowledge()
    await task.stop(1000)
  })

  test('opens no queue where none is named', async () => {
    const { task, keeping } = setUp({ 'errors.tolerance': 'all' })
    await task.start(never)
    expect(keeping.opened).toBe(0)
    await task.stop(1000)
  })
})

describe('a record that the task gives up', () => {
  test('goes into the queue as it lies in Kafka, though it was transformed, and the others are written', async () => {
    const { task, consumer, keeping, sink, raw, services } = setUp()
    sink.onPut = (records) =>
      records
        .filter(({ value }) => value === 'b')
        .map((each) => ({
          record: each.newRecord({ topic: 'x', value: 'B' }),
          error: new DataError('no b'),
        }))
    keeping.found.push(raw(5, 'as it was'))
    consumer.queue.push([record(4, 'a'), record(5, 'b'), record(6, 'c')])
    await task.start(never)
    await until(() => expect(keeping.letters).toHaveLength(1))
    const [letter] = keeping.letters
    expect(letter).toMatchObject({ key: 'k', value: 'as it was' })
    expect(letter && headerTexts(letter)).toMatchObject({
      '__connect.errors.topic': 't',
      '__connect.errors.offset': '5',
      '__connect.errors.stage': 'TASK_PUT',
      '__connect.errors.class.name': 'org.apache.kafka.connect.sink.SinkTask',
      '__connect.errors.exception.class.name': 'org.apache.kafka.connect.errors.DataException',
    })
    // As Java counts what a task reports.
    const names = ['failures', 'errors', 'skipped'] as const
    expect(names.map((name) => services.counters.get(name))).toEqual([1, 0, 0])
    keeping.producer.acknowledge()
    await task.stop(1000)
  })

  test('is written anew where Kafka has it no more, or where the task has made it up', async () => {
    const { task, consumer, keeping, sink } = setUp()
    sink.onPut = (records) => [
      ...records.map((each) => ({ record: each, error: new Error('gone') })),
      {
        record: new SinkRecord('mine', 3, null, 'key', null, 'made up', 9),
        error: new Error('mine'),
      },
    ]
    consumer.queue.push([record(4, 'a')])
    await task.start(never)
    await until(() => expect(keeping.letters).toHaveLength(2))
    expect(keeping.letters.map(({ value }) => value)).toEqual(['a', 'made up'])
    expect(keeping.lookedFor).toEqual([4])
    const [, second] = keeping.letters
    expect(second && headerTexts(second)).toMatchObject({
      '__connect.errors.topic': 'mine',
      '__connect.errors.partition': '3',
      '__connect.errors.offset': '9',
    })
    keeping.producer.acknowledge()
    await task.stop(1000)
  })

  test('is reported durably, and not committed before', async () => {
    const { task, consumer, keeping, sink, raw } = setUp()
    let reported: Promise<void> | undefined
    sink.onPut = ([first]) => {
      if (first !== undefined)
        reported = sink.context.errantRecordReporter()?.report(first, new Error('no'))
      return undefined
    }
    keeping.found.push(raw(4, 'a'))
    consumer.queue.push([record(4, 'a')])
    await task.start(never)
    await until(() => expect(keeping.letters).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(consumer.commits).toEqual([])
    keeping.producer.acknowledge()
    await reported
    await until(() => expect(consumer.commits).toHaveLength(1))
    await task.stop(1000)
  })

  test('fails the task where errors are not tolerated, whatever the task makes of it', async () => {
    const { task, consumer, keeping, sink, raw } = setUp({ ...queue, 'errors.tolerance': 'none' })
    sink.onPut = ([first]) => {
      if (first !== undefined) {
        sink.context
          .errantRecordReporter()
          ?.report(first, new Error('no'))
          .catch(() => undefined)
      }
      return undefined
    }
    keeping.found.push(raw(4, 'a'))
    consumer.queue.push([record(4, 'a')])
    await task.start(never)
    await expect(task.done).rejects.toThrow(/TASK_PUT .* offset 4: no/)
    expect(keeping.letters).toHaveLength(1)
    expect(consumer.commits).toEqual([])
  })

  test('has no reporter where nothing would be done with it', async () => {
    const { task, sink } = setUp({ 'errors.tolerance': 'all' })
    await task.start(never)
    expect(sink.context.errantRecordReporter()).toBeNull()
    await task.stop(1000)
  })
})
