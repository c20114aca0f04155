import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SinkTask } from '../../src/api/sink-task.ts'
import { SourceTask } from '../../src/api/source-task.ts'
import { WorkerSinkTask } from '../../src/runtime/worker-sink-task.ts'
import type { WorkerSourceTask } from '../../src/runtime/worker-source-task.ts'
import { FakeConsumer, FakeProducer, fakePlugins, fakeServices } from './fakes.ts'
import { sourceTask } from './source-task.ts'

const never = new AbortController().signal
const none = { failed: () => undefined, acknowledged: () => undefined }

/** What is called of a plugin, and closed of what was opened for it, where the task is cancelled during `opening`. */
async function cancelledDuring(type: 'source' | 'sink', opening: string): Promise<string[]> {
  const calls: string[] = []
  const open = async <T>(what: string, make: () => T): Promise<T> => {
    await setImmediate()
    if (what === opening) task.cancel(new Error('cancelled'))
    return make()
  }
  const record = <T extends object>(target: T): T =>
    Object.assign(target, {
      version: () => '1',
      initialize: () => void calls.push('initialize'),
      start: () => void calls.push('start'),
      stop: () => void calls.push('stop'),
    })
  const closing = <T extends object>(what: string, target: T): T =>
    Object.assign(target, { close: () => Promise.resolve(void calls.push(`close ${what}`)) })
  const shared = { services: fakeServices(), targetState: 'STARTED', taskConfig: {} } as const
  const openPlugins = () => open('plugins', () => closing('plugins', fakePlugins()))
  const task: WorkerSourceTask | WorkerSinkTask =
    type === 'source'
      ? sourceTask({
          ...{ ...shared, openPlugins, createsTopics: false },
          commit: { intervalMs: 20, timeoutMs: 200 },
          openTask: () =>
            open('task', () => record(Object.create(SourceTask.prototype) as SourceTask)),
          openProducer: () => open('client', () => closing('client', new FakeProducer(none))),
        })
      : new WorkerSinkTask({
          ...{ ...shared, openPlugins, subscription: { topics: ['t'] } },
          commit: { intervalMs: 20, timeoutMs: 200 },
          openTask: () => open('task', () => record(Object.create(SinkTask.prototype) as SinkTask)),
          openConsumer: () => open('client', () => closing('client', new FakeConsumer())),
        })
  await expect(task.start(never)).rejects.toThrow('cancelled')
  return calls
}

test.each([
  ['source', 'plugins', ['close plugins']],
  ['source', 'task', ['close plugins']],
  ['source', 'client', ['close client', 'close plugins']],
  ['sink', 'plugins', ['close plugins']],
  ['sink', 'task', ['close plugins']],
  ['sink', 'client', ['close client', 'close plugins']],
] as const)(
  'a %s that is cancelled while its %s opens calls nothing of its plugin, and closes what it opened',
  async (type, opening, closed) => {
    expect(await cancelledDuring(type, opening)).toEqual(closed)
  },
)
