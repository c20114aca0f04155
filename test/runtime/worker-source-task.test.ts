import { describe, expect, test, vi } from 'vitest'
import { SourceTask } from '../../src/api/source-task.ts'
import { Headers } from '../../src/data/headers.ts'
import { SourceRecord } from '../../src/data/records.ts'
import { RetriableError } from '../../src/errors/connect-error.ts'
import { FakeProducer, fakePlugins, fakeServices } from './fakes.ts'
import { sourceTask } from './source-task.ts'

const partition = { file: 'f' }

function record(
  position: number,
  value: string,
  extra: { topic?: string; partition?: number } = {},
): SourceRecord {
  const { topic = 't', partition: kafkaPartition = null } = extra
  return new SourceRecord(partition, { position }, topic, kafkaPartition, null, null, null, value)
}

/** A task that returns what the test queues, and waits when there is nothing. */
class QueueTask extends SourceTask {
  readonly queue: (readonly SourceRecord[] | Error)[] = []
  readonly calls: string[] = []
  #wake: (() => void) | null = null

  version(): string {
    return '1'
  }

  async start(): Promise<void> {
    this.calls.push(
      `start ${JSON.stringify(await this.context.offsetStorageReader.offset(partition))}`,
    )
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    const next = this.queue.shift()
    if (next instanceof Error) throw next
    if (next !== undefined) return next
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      signal.addEventListener('abort', () => resolve())
    })
    return null
  }

  give(...batches: (readonly SourceRecord[] | Error)[]): void {
    this.queue.push(...batches)
    this.#wake?.()
  }

  stop(): void {
    this.calls.push('stop')
  }
}

class ListeningTask extends QueueTask {
  readonly committed: (number | null)[] = []

  override commit(): void {
    this.calls.push('commit')
  }

  override commitRecord(sent: SourceRecord, metadata: { offset: unknown } | null): void {
    if (metadata !== null) this.calls.push(`acknowledged ${String(sent.sourceOffset?.position)}`)
    this.committed.push(
      sent.sourceOffset?.position as number,
      metadata === null ? null : Number(metadata.offset),
    )
  }
}

function setUp(
  config: Record<string, string> = {},
  source: QueueTask = new QueueTask(),
  state: 'STARTED' | 'PAUSED' = 'STARTED',
) {
  const services = fakeServices()
  let producer: FakeProducer | undefined
  const task = sourceTask({
    services,
    targetState: state,
    taskConfig: {},
    commit: { intervalMs: 20, timeoutMs: 200 },
    createsTopics: false,
    openTask: () => Promise.resolve(source),
    openPlugins: () => Promise.resolve(fakePlugins(config)),
    openProducer: (listener) => {
      producer = new FakeProducer(listener)
      return Promise.resolve(producer)
    },
  })
  const theProducer = (): FakeProducer => {
    if (producer === undefined) throw new Error('no producer')
    return producer
  }
  return { services, source, task, producer: theProducer }
}

const never = new AbortController().signal

describe('a source task', () => {
  test('commits the offset of what was acknowledged, and nothing beyond', async () => {
    const { task, source, services, producer } = setUp()
    await task.start(never)
    source.give([record(1, 'a'), record(2, 'b'), record(3, 'c')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(3))
    producer().acknowledge(2)
    await vi.waitFor(() => expect(services.written).toEqual([[partition, { position: 2 }]]))
    producer().acknowledge(3)
    await vi.waitFor(() => expect(services.written.at(-1)).toEqual([partition, { position: 3 }]))
    await task.stop(1000)
  })

  test('drains what it polled and commits it before it stops', async () => {
    const { task, source, services, producer } = setUp()
    await task.start(never)
    source.give([record(1, 'a')], [record(2, 'b')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(2))
    await task.stop(1000)
    await task.done
    expect(services.written.at(-1)).toEqual([partition, { position: 2 }])
    expect(source.calls).toEqual(['start {"position":7}', 'stop'])
    expect(producer().closed).toBe(true)
  })

  test('whose poll does not end when it is to stop commits what it sent all the same; what that poll returns is dropped', async () => {
    let answer: (records: readonly SourceRecord[]) => void = () => undefined
    const source = new QueueTask()
    const { task, services, producer } = setUp({}, source)
    await task.start(never)
    source.give([record(1, 'a')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(1))
    const poll = vi.fn(() => new Promise<readonly SourceRecord[]>((resolve) => (answer = resolve)))
    source.poll = poll
    source.give([])
    await vi.waitFor(() => expect(poll).toHaveBeenCalled())
    const began = performance.now()
    await task.stop(400)
    expect(performance.now() - began).toBeLessThan(400)
    answer([record(2, 'b')])
    await task.done
    expect(services.written.at(-1)).toEqual([partition, { position: 1 }])
    expect(producer().sent).toHaveLength(1)
    expect(source.calls.at(-1)).toBe('stop')
  })

  test('is told of its last acknowledgements and commit before it is stopped', async () => {
    const source = new ListeningTask()
    const { task, producer } = setUp({}, source)
    await task.start(never)
    source.give([record(1, 'a')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(1))
    await task.stop(1000)
    expect(source.calls.slice(-3)).toEqual(['acknowledged 1', 'commit', 'stop'])
  })

  test('commits what was acknowledged where the rest is not acknowledged in time, and reports nothing as done', async () => {
    const source = new ListeningTask()
    const { task, services, producer } = setUp({ 'errors.tolerance': 'all' }, source)
    await task.start(never)
    source.give([record(1, 'a'), record(2, 'b')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(2))
    producer().acknowledgeOnFlush = false
    producer().failOnClose = new Error('closed')
    producer().listener.acknowledged(0, 1, { topic: 't', partition: 0 }, 0)
    await task.stop(200)
    expect(services.written).toEqual([[partition, { position: 1 }]])
    expect(source.committed).toEqual([1, 0])
  })

  test('keeps an offset that could not be committed for the next commit', async () => {
    const { task, source, services, producer } = setUp()
    services.writeError = new Error('store is away')
    await task.start(never)
    source.give([record(1, 'a')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(1))
    producer().acknowledge()
    await vi.waitFor(() => expect(services.counters.get('commitFailures')).toBeGreaterThan(0))
    services.writeError = null
    await vi.waitFor(() => expect(services.written).toEqual([[partition, { position: 1 }]]))
    await task.stop(1000)
  })

  test('keeps records in order where a converter answers later', async () => {
    const { task, source, producer } = setUp()
    await task.start(never)
    const headers = new Headers().add('h', 'x', null)
    const withHeaders = new SourceRecord(
      partition,
      { position: 3 },
      't',
      null,
      null,
      null,
      null,
      'c',
      5,
      headers,
    )
    source.give([record(1, 'a'), record(2, 'later:b'), withHeaders, record(4, 'd')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(4))
    expect(producer().sent.map((sent) => sent.value)).toEqual(['a', 'later:b', 'c', 'd'])
    expect(producer().sent[2]?.headers).toEqual([{ key: 'h', value: Buffer.from('x') }])
    expect(producer().sent[2]?.timestamp).toBe(5)
    expect(producer().sent.map((sent) => sent.index)).toEqual([0, 1, 2, 3])
    await task.stop(1000)
  })

  test('polls no more while the producer has no room', async () => {
    const { task, source, producer } = setUp()
    await task.start(never)
    producer().capacity = 2
    source.give([record(1, 'a'), record(2, 'b'), record(3, 'c')], [record(4, 'd')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(2))
    expect(source.queue).toHaveLength(1)
    producer().acknowledge()
    await vi.waitFor(() => expect(producer().sent).toHaveLength(4))
    producer().acknowledge()
    await task.stop(1000)
  })

  test('fails where a record cannot be converted, having committed what came before it', async () => {
    const { task, source, services } = setUp()
    await task.start(never)
    source.give([record(1, 'a'), record(2, 'bad b'), record(3, 'c')])
    await expect(task.done).rejects.toThrow(
      /Tolerance exceeded in error handler: VALUE_CONVERTER by TextConverter failed .* offset \{"position":2\}.*cannot write bad b/,
    )
    expect(services.written).toEqual([[partition, { position: 1 }]])
  })

  test('skips the record and tells the task of it where errors are tolerated', async () => {
    const source = new ListeningTask()
    const { task, producer } = setUp({ 'errors.tolerance': 'all' }, source)
    await task.start(never)
    source.give([record(1, 'a'), record(2, 'bad b'), record(3, 'c')])
    await vi.waitFor(() => expect(producer().sent.map((sent) => sent.value)).toEqual(['a', 'c']))
    producer().acknowledge()
    expect(source.committed).toEqual([2, null, 1, 100, 3, 101])
    await task.stop(1000)
  })

  test('fails where a record is refused by Kafka, and commits nothing at or behind it', async () => {
    const { task, source, services, producer } = setUp()
    await task.start(never)
    source.give([record(1, 'a'), record(2, 'b')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(2))
    producer().acknowledgeOnFlush = false
    producer().listener.failed(0, 1, { topic: 't', partition: 0 }, new Error('too large'))
    producer().listener.acknowledged(1, 2, { topic: 't', partition: 0 }, 0)
    source.give([])
    await expect(task.done).rejects.toThrow(/Unrecoverable exception from producer send callback/)
    expect(services.written).toEqual([])
  })

  test('fails for a partition that the topic does not have, and for a topic that cannot be had', async () => {
    const first = setUp()
    await first.task.start(never)
    first.source.give([record(1, 'a', { partition: 9 })])
    await expect(first.task.done).rejects.toThrow(/9 is not in the range \[0\.\.\.3\)/)
    const second = setUp({ 'errors.tolerance': 'all' })
    await second.task.start(never)
    second.source.give([record(1, 'a', { topic: 'forbidden' })])
    await expect(second.task.done).rejects.toThrow('Topic authorization failed')
  })

  test('polls again after a retriable error, and fails on any other', async () => {
    const { task, source, producer } = setUp()
    await task.start(never)
    source.give(new RetriableError('busy'), [record(1, 'a')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(1))
    source.give(new Error('broken'))
    await expect(task.done).rejects.toThrow('broken')
  })

  test('reports PAUSED, polls nothing, and goes on when it is resumed', async () => {
    const { task, source, services, producer } = setUp()
    await task.start(never)
    task.setTargetState('PAUSED')
    await vi.waitFor(() => expect(services.states).toEqual(['RUNNING', 'PAUSED']))
    source.give([record(1, 'a')])
    expect(producer().sent).toEqual([])
    task.setTargetState('STARTED')
    await vi.waitFor(() => expect(producer().sent).toHaveLength(1))
    expect(services.states).toEqual(['RUNNING', 'PAUSED', 'RUNNING', 'topic t'])
    await task.stop(1000)
  })

  test('tells of each topic once, and once more with its next use after a reset', async () => {
    const { task, source, services, producer } = setUp()
    const told = () => services.states.filter((state) => state.startsWith('topic '))
    const sent = (count: number) => vi.waitFor(() => expect(producer().sent).toHaveLength(count))
    const other = { topic: 'u' }
    await task.start(never)
    source.give([record(1, 'a'), record(2, 'b', other), record(3, 'c')])
    await sent(3)
    expect(told()).toEqual(['topic t', 'topic u'])
    services.counters.add('topicResets', 1)
    source.give([record(4, 'd'), record(5, 'e')], [record(6, 'f')])
    await sent(6)
    expect(told()).toEqual(['topic t', 'topic u', 'topic t'])
    source.give([record(7, 'g', other)])
    await sent(7)
    expect(told()).toEqual(['topic t', 'topic u', 'topic t', 'topic u'])
    await task.stop(1000)
  })

  test('that starts paused opens nothing until it is resumed', async () => {
    const { task, source, services } = setUp({}, new QueueTask(), 'PAUSED')
    await task.start(never)
    expect(source.calls).toEqual([])
    task.setTargetState('STARTED')
    await vi.waitFor(() => expect(services.states).toEqual(['PAUSED', 'RUNNING']))
    await task.stop(1000)
  })

  test('commits nothing once it is cancelled', async () => {
    const { task, source, services, producer } = setUp()
    await task.start(never)
    source.give([record(1, 'a')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(1))
    producer().acknowledgeOnFlush = false
    task.cancel(new Error('too late'))
    await task.stop(0)
    expect(services.written).toEqual([])
    expect(producer().closed).toBe(true)
  })
})
