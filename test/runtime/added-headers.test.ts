import { expect, test, vi } from 'vitest'
import { SourceTask } from '../../src/api/source-task.ts'
import { Headers } from '../../src/data/headers.ts'
import { SourceRecord } from '../../src/data/records.ts'
import { WorkerSourceTask } from '../../src/runtime/worker-source-task.ts'
import { FakeProducer, fakePlugins, fakeServices, textConverter } from './fakes.ts'

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
  const task = new WorkerSourceTask({
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
