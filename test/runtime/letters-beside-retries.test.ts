import { expect, test, vi } from 'vitest'
import { SourceTask } from '../../src/api/source-task.ts'
import type { Transformation } from '../../src/api/transformation.ts'
import { SourceRecord } from '../../src/data/records.ts'
import { RetriableError } from '../../src/errors/connect-error.ts'
import type { Instantiate } from '../../src/runtime/converters.ts'
import { TransformationChain } from '../../src/runtime/transformation-chain.ts'
import { FakeProducer, fakePlugins, fakeServices } from './fakes.ts'
import { FakeKeeping } from './keeping.ts'
import { sourceTask } from './source-task.ts'

const until = (check: () => void): Promise<void> => vi.waitFor(check, 10_000)

class TwoRecords extends SourceTask {
  #values = ['a', 'b']

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
        (value, position) => new SourceRecord({}, { position }, 't', null, null, null, null, value),
      )
    }
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)))
  }
  stop(): undefined {
    return undefined
  }
}

/** Two transformations, which append `1` and `2`; the first one fails once, for `b`. */
async function openChain(onFailure: () => void): Promise<TransformationChain | null> {
  let fails = true
  const instantiate = ((_type: string, name: string) => {
    const apply = (record: SourceRecord): SourceRecord => {
      if (fails && record.value === 'b') {
        fails = false
        onFailure()
        throw new RetriableError('busy')
      }
      return record.newRecord({ value: `${String(record.value)}${name}` })
    }
    const instance = { configure: () => undefined, apply } as unknown as Transformation
    return Promise.resolve({ instance, className: name })
  }) as unknown as Instantiate
  const settings = { transforms: 'x,y', 'transforms.x.type': '1', 'transforms.y.type': '2' }
  return TransformationChain.open(instantiate, settings, (_stage, call) => call())
}

test('a record that waits to be transformed again goes on where it failed, though a letter is made meanwhile', async () => {
  const services = fakeServices()
  const keeping = new FakeKeeping(services)
  const failed = vi.fn()
  const chain = await openChain(failed)
  const config = {
    'errors.tolerance': 'all',
    'errors.retry.timeout': '-1',
    'errors.deadletterqueue.topic.name': 'dead',
  }
  let producer: FakeProducer | undefined
  const task = sourceTask({
    ...{ services, targetState: 'STARTED', taskConfig: {}, createsTopics: false },
    commit: { intervalMs: 20, timeoutMs: 500 },
    openTask: () => Promise.resolve(new TwoRecords()),
    openPlugins: () => Promise.resolve({ ...fakePlugins(config, keeping), chain }),
    openProducer: (listener) => Promise.resolve((producer = new FakeProducer(listener))),
  })
  await task.start(new AbortController().signal)
  await until(() => expect(failed).toHaveBeenCalled())
  producer?.listener.failed(0, 1, { topic: 't', partition: 0 }, new Error('not authorized'))
  await until(() => expect(keeping.letters.map(({ value }) => value)).toEqual(['a12']))
  await until(() => expect(producer?.sent).toHaveLength(2))
  expect(producer?.sent.map(({ value }) => value)).toEqual(['a12', 'b12'])
  keeping.producer.acknowledge()
  await task.stop(1000)
})
