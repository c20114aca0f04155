import { describe, expect, test } from 'vitest'
import { RetriableError } from '../../../src/api/index.ts'
import type { ConnectorConfig, SinkRecord } from '../../../src/api/index.ts'
import { MemoryStore } from './memory-store.ts'
import { RunningSink, formatOf } from './running-sink.ts'
import { minute, records, root } from './sink-objects.ts'

const withKeys = { 'store.kafka.keys': 'true', 'keys.format.class': formatOf('Json') }
const scheduled = {
  ...{ 'rotate.schedule.interval.ms': String(10 * minute), timezone: 'UTC' },
  'flush.size': '1000',
}
const theirs = { condition: 'any', metadata: {} } as const
const keyed = (count: number, more: Partial<{ value: null }> = {}): SinkRecord[] =>
  records(count, (offset) => ({ key: `k${offset}`, ...more }))

/** A sink whose schedule has come so many times, with all records read anew each time where it asks for that. */
async function afterRotations(
  turns: number,
  config: ConnectorConfig,
  store: MemoryStore,
  list: readonly SinkRecord[],
): Promise<RunningSink> {
  const sink = await RunningSink.start({ ...scheduled, ...config }, store, list)
  for (let turn = 0; turn < turns; turn++) {
    await sink.put()
    sink.nowMs += 11 * minute
    await sink.put(0)
  }
  return sink
}

describe('a run that ended between keys and values', () => {
  test('leaves keys that are replaced where the clock completes objects', async () => {
    const store = new MemoryStore()
    await store.put(`${root}0000000000.keys.json`, Buffer.from('"k0"\n'), theirs)
    const sink = await afterRotations(2, withKeys, store, keyed(3))
    expect(sink.committed).toBe(3)
    expect(store.contents[`${root}0000000000.keys.json`]).toBe('"k0"\n"k1"\n"k2"\n')
    expect(store.contents[`${root}0000000000.json`]?.split('\n')).toHaveLength(4)
  })

  test('hides no values, though its keys are more', async () => {
    const store = new MemoryStore()
    store.fault = (step, when, key) => {
      const isValues = step === 'put' && !key.includes('.keys.')
      if (isValues && when === 'before') throw new Error('The process ends.')
    }
    const first = await RunningSink.start({ ...withKeys, 'flush.size': '5' }, store, keyed(6))
    await expect(first.put()).rejects.toThrow('The process ends.')
    store.fault = () => undefined
    const second = await RunningSink.start({ ...withKeys, 'flush.size': '3' }, store, keyed(6))
    await second.run(6)
    expect(second.committed).toBe(6)
    for (const kind of ['.keys', '']) {
      const lines = [0, 3].map((start) => store.contents[`${root}000000000${start}${kind}.json`])
      expect(lines.map((text) => text?.split('\n').length)).toEqual([4, 4])
    }
  })
})

test('tombstones of another run are kept, and reading goes on behind them', async () => {
  const store = new MemoryStore()
  const name = `${root.replace('partition=12', 'tombstone')}0000000000.keys.json`
  await store.put(name, Buffer.from('"k0"\n'), theirs)
  const config = { ...withKeys, 'behavior.on.null.values': 'write' }
  const sink = await afterRotations(3, config, store, keyed(3, { value: null }))
  expect(sink.committed).toBe(3)
  expect(store.contents[name]).toBe('"k0"\n')
  expect(store.contents[name.replace('0.keys', '1.keys')]).toBe('"k1"\n"k2"\n')
})

describe('objects in parts whose ETags say nothing', () => {
  const bytes = {
    ...{ 'format.class': formatOf('ByteArray'), 's3.part.size': '5242880' },
    'format.bytearray.separator': '',
  }
  const list = records(6, (offset) => ({ value: Buffer.alloc(2_000_000, offset + 65) }))
  const encrypted = (): MemoryStore => {
    const store = new MemoryStore()
    store.encrypts = true
    return store
  }

  test('are known to be ours where the answer was lost', async () => {
    const store = encrypted()
    let lost = 1
    store.fault = (step, when) => {
      if (step === 'complete' && when === 'after' && lost-- > 0) throw new RetriableError('lost')
    }
    let completed = 0
    const complete = store.complete.bind(store)
    // As the client of S3 does: the request is sent again, and finds what it wrote.
    store.complete = async (...request) => {
      completed++
      try {
        return await complete(...request)
      } catch (error) {
        if (!(error instanceof RetriableError)) throw error
        store.uploads.set(request[0].id, { key: request[0].key, parts: new Map(), metadata: {} })
        return await complete(...request)
      }
    }
    const sink = await afterRotations(1, bytes, store, list)
    expect(completed).toBe(1)
    expect(sink.committed).toBe(6)
    expect([...store.objects.keys()]).toEqual([`${root}0000000000.bin`])
  })

  test('are known again by their length and time where they are read anew', async () => {
    const store = encrypted()
    let lost = 1
    store.fault = (step, when) => {
      if (step === 'complete' && when === 'after' && lost-- > 0) throw new RetriableError('lost')
    }
    const timed = records(6, (offset) => ({ value: Buffer.alloc(2_000_000), timestamp: offset }))
    const sink = await afterRotations(2, bytes, store, timed)
    expect(sink.committed).toBe(6)
    expect([...store.objects.keys()]).toEqual([`${root}0000000000.bin`])
  })

  test('are kept where they are longer', async () => {
    const store = encrypted()
    await (await RunningSink.start({ ...bytes, 'flush.size': '6' }, store, list)).put()
    const zombie = await RunningSink.start({ ...bytes, 'flush.size': '3' }, store, list)
    await zombie.put(3)
    expect(store.objects.get(`${root}0000000000.bin`)?.body).toHaveLength(12_000_000)
  })
})
