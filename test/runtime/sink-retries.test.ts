import { expect, test, vi } from 'vitest'
import { RetriableError } from '../../src/errors/connect-error.ts'
import type { SinkRecord } from '../../src/data/records.ts'
import { SinkRecordReader } from '../../src/runtime/sink-record-reader.ts'
import { FakeConsumer, fakePlugins, fakeServices, textConverter } from './fakes.ts'

test.each(['key', 'value'] as const)(
  'a record whose %s converter asks for another try is tried again after 300 ms, not at once',
  async (role) => {
    const at: number[] = []
    const converter: typeof textConverter = {
      ...textConverter,
      toConnectData: (topic, headers, bytes) => {
        at.push(performance.now())
        if (at.length === 1) throw new RetriableError('registry is away')
        return textConverter.toConnectData(topic, headers, bytes)
      },
    }
    const plugins = fakePlugins({ 'errors.retry.timeout': '-1' })
    const busy = { ...plugins.converters[role], converter }
    const converters = { ...plugins.converters, [role]: busy }
    const services = fakeServices()
    plugins.errors.countIn(services.counters)
    const reader = new SinkRecordReader({ ...plugins, converters }, services)
    const consumer = new FakeConsumer()
    consumer.queue.push([{ offset: 0, key: 'k', value: 'a' }])
    const [fetched] = await consumer.poll(0)
    vi.useFakeTimers()
    try {
      const records: SinkRecord[] = []
      const reading = fetched && reader.read(fetched, records)
      await vi.advanceTimersByTimeAsync(299)
      expect(at).toHaveLength(1)
      await vi.advanceTimersByTimeAsync(1)
      await reading
      expect(records.map(({ key, value }) => [key, value])).toEqual([['k', 'a']])
      expect(at).toHaveLength(2)
      expect(services.counters.get('retries')).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  },
)
