import { describe, expect, test, vi } from 'vitest'
import { SourceTask } from '../../src/api/source-task.ts'
import { Headers } from '../../src/data/headers.ts'
import { SinkRecord, SourceRecord } from '../../src/data/records.ts'
import type { DeadLetter } from '../../src/runtime/dead-letter-queue.ts'
import { convertedLetterOf } from '../../src/runtime/dead-letters.ts'
import { SourceDeadLetters } from '../../src/runtime/source-dead-letters.ts'
import { FakeProducer, fakePlugins, fakeServices, textConverter } from './fakes.ts'
import { sourceTask } from './source-task.ts'

class TwoRecords extends SourceTask {
  #polled = false

  version(): string {
    return '1'
  }
  start(): undefined {
    return undefined
  }
  poll(signal: AbortSignal): readonly SourceRecord[] | Promise<null> {
    if (this.#polled) {
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)))
    }
    this.#polled = true
    const headers = new Headers().add('own', 'h', null)
    return [null, headers].map(
      (each) => new SourceRecord({}, {}, 't', null, null, 'k', null, 'v', null, each),
    )
  }
  stop(): undefined {
    return undefined
  }
}

test('headers that a converter adds are sent, with those of the record and without', async () => {
  const plugins = fakePlugins()
  const seen: (string | null)[] = []
  const converter: typeof textConverter & { readonly addsHeaders: true } = {
    ...textConverter,
    addsHeaders: true,
    fromConnectData: (topic, headers, schema, value) => {
      const own = headers?.lastWithName('own')?.value
      seen.push(own instanceof Uint8Array ? Buffer.from(own).toString() : null)
      headers?.add('added', Buffer.from('a'), null)
      return textConverter.fromConnectData(topic, headers, schema, value)
    },
  }
  const value = { ...plugins.converters.value, converter }
  const converters = { ...plugins.converters, value, addsHeaders: true }
  let producer: FakeProducer | undefined
  const task = sourceTask({
    services: fakeServices(),
    targetState: 'STARTED',
    taskConfig: {},
    commit: { intervalMs: 20, timeoutMs: 500 },
    createsTopics: false,
    openTask: () => Promise.resolve(new TwoRecords()),
    openPlugins: () => Promise.resolve({ ...plugins, converters }),
    openProducer: (listener) => Promise.resolve((producer = new FakeProducer(listener))),
  })
  await task.start(new AbortController().signal)
  await vi.waitFor(() => expect(producer?.sent).toHaveLength(2), 10_000)
  const sent = producer?.sent.map(({ headers }) => headers?.map(({ key }) => key))
  expect(sent).toEqual([['added'], ['own', 'added']])
  expect(seen).toEqual([null, 'h'])
  await task.stop(1000)
})

describe('a dead letter', () => {
  const plugins = fakePlugins()
  const converter: typeof textConverter & { readonly addsHeaders: true } = {
    ...textConverter,
    addsHeaders: true,
    fromConnectData: (topic, headers, schema, value) => {
      if (headers === null) throw new Error('Missing headers')
      const own = headers.lastWithName('own')
      if (own !== undefined && !(own.value instanceof Uint8Array)) throw new Error('not as sent')
      headers.add('id', Buffer.from('7'), null)
      return textConverter.fromConnectData(topic, headers, schema, value)
    },
  }
  const value = { ...plugins.converters.value, converter }
  const converters = { ...plugins.converters, value, addsHeaders: true }
  const textsOf = ({ headers, value: bytes }: DeadLetter): unknown => [
    ...headers.map((each) => [each.key, each.value && Buffer.from(each.value).toString()]),
    bytes && Buffer.from(bytes).toString(),
  ]
  const own = (): Headers => new Headers().add('own', 'h', null)

  test.each([
    ['without headers', null, [['id', '7'], 'v']],
    ['with headers', own(), [['own', 'h'], ['id', '7'], 'v']],
  ])(
    'of a source’s record %s that Kafka refused has what converters add',
    async (_which, headers, texts) => {
      const letters = new SourceDeadLetters({ ...plugins, converters })
      const record = new SourceRecord({}, {}, 't', null, null, 'k', null, 'v', null, headers)
      const size = headers?.size
      expect(textsOf(await letters.letterOf(record, true))).toEqual(texts)
      expect(record.headers?.size).toBe(size)
    },
  )

  test('of a sink’s record that is written anew has what converters add', async () => {
    const record = new SinkRecord('t', 0, null, 'k', null, 'v', 5, null, undefined, own())
    const letter = await convertedLetterOf(record, converters)
    expect(textsOf(letter)).toEqual([['own', 'h'], ['id', '7'], 'v'])
    expect(record.headers?.size).toBe(1)
  })
})
