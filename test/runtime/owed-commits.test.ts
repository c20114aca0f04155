import { expect, test, vi } from 'vitest'
import { SinkTask } from '../../src/api/sink-task.ts'
import type { PartitionOffset } from '../../src/api/topic-partition.ts'
import { WorkerSinkTask } from '../../src/runtime/worker-sink-task.ts'
import { FakeConsumer, fakePlugins, fakeServices } from './fakes.ts'

/** Says once that all is durable, as sinks of objects do. */
class SaysOnce extends SinkTask {
  #said = 0

  version(): string {
    return '1'
  }
  start(): void {
    // There is nothing to open.
  }
  put(): undefined {
    return undefined
  }
  stop(): void {
    // Nothing was opened.
  }
  override preCommit(put: readonly PartitionOffset[]): Promise<readonly PartitionOffset[]> {
    const news = put.filter(({ offset }) => Number(offset) > this.#said)
    for (const { offset } of news) this.#said = Number(offset)
    return Promise.resolve(news)
  }
}

test('what could not be committed is committed with the next commit, though the task says it once', async () => {
  const services = fakeServices()
  const consumer = new FakeConsumer()
  const task = new WorkerSinkTask({
    services,
    targetState: 'STARTED',
    taskConfig: {},
    subscription: { topics: ['t'] },
    commit: { intervalMs: 20, timeoutMs: 500 },
    openTask: () => Promise.resolve(new SaysOnce()),
    openPlugins: () => Promise.resolve().then(() => fakePlugins({})),
    openConsumer: () => Promise.resolve(consumer),
  })
  consumer.commitError = new Error('no coordinator')
  consumer.queue.push(
    () => consumer.assign(0),
    [
      { offset: 0, key: null, value: 'a' },
      { offset: 1, key: null, value: 'b' },
    ],
  )
  await task.start(new AbortController().signal)
  await vi.waitFor(() => expect(services.counters.get('commitFailures')).toBeGreaterThan(0))
  consumer.commitError = null
  const committed = [{ topic: 't', partition: 0, offset: 2 }]
  await vi.waitFor(() => expect(consumer.commits).toEqual(committed))
  await task.stop(1000)
  expect(consumer.commits).toEqual(committed)
})
