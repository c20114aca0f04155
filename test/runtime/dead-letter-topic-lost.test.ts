import { expect, onTestFinished, test, vi } from 'vitest'
import { errorSettings } from '../../src/config/error-keys.ts'
import { UnreachableError } from '../../src/kafka/net/errors.ts'
import { DeadLetterQueue } from '../../src/runtime/dead-letter-queue.ts'
import { FakeProducer, fakeServices } from './fakes.ts'

/** Of a topic that never comes up; the first question reaches no broker. */
class TopiclessProducer extends FakeProducer {
  asked = 0

  override partitionCount(topic: string, signal: AbortSignal): Promise<number> {
    if (this.asked++ === 0) return Promise.reject(new UnreachableError('no broker answers'))
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`Topic ${topic} is not there`)))
    })
  }
}

test('a letter whose topic is gone fails the task after a minute, though brokers are waited for without end', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const services = fakeServices()
  const { deadLetters: settings } = errorSettings({ 'errors.deadletterqueue.topic.name': 'dead' })
  if (settings === null) throw new Error('no queue is named')
  const queue = await DeadLetterQueue.open({
    task: { connector: 'c', task: 0 },
    settings,
    counters: services.counters,
    signal: new AbortController().signal,
    onFailure: (error) => services.fail(error),
    openProducer: (listener) => Promise.resolve(new TopiclessProducer(listener)),
  })
  const origin = { topic: 't', partition: 0, offset: 5 }
  const letter = { origin, key: null, value: null, headers: [], timestamp: -1 }
  const failed = { stage: 'TASK_PUT' as const, className: 'Sink', error: null, where: 'a record' }
  const sent = expect(queue.send(letter, failed)).rejects.toThrow(/dead letter queue. topic=dead/)
  await vi.advanceTimersByTimeAsync(59_000)
  expect(services.states).toEqual([])
  await vi.advanceTimersByTimeAsync(2000)
  await sent
  expect(services.states).toEqual([expect.stringMatching(/^FAILED .*Topic dead is not there/)])
})
