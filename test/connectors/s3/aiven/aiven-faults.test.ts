import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ConnectError,
  RetriableError,
  STRING_SCHEMA,
  SinkRecord,
} from '../../../../src/api/index.ts'
import { MemoryStore } from '../memory-store.ts'
import { RunningSink } from '../running-sink.ts'

const plain = { 'format.output.type': 'jsonl', 'file.compression.type': 'none' }
const text = 'x'.repeat(20)

const records = (count: number, made = 0): SinkRecord[] =>
  Array.from(
    { length: count },
    (_, offset) =>
      new SinkRecord(
        ...(['t', 0, STRING_SCHEMA, `k${offset % 3}`, STRING_SCHEMA] as const),
        ...([`${offset}${text}`, offset, made + offset] as const),
      ),
  )

/** The offsets of the records that lie in a store. */
function offsetsIn(store: MemoryStore): number[] {
  const found = Object.values(store.contents)
    .join('\n')
    .matchAll(/"value":"(\d+)x/g)
  return Array.from(found, ([, offset]) => Number(offset)).sort((a, b) => a - b)
}

/** Stands for the end of the process. */
class Killed extends Error {}

describe('whatever happens at any request', () => {
  test.each([
    ['all records', {}, '{{topic}}-{{partition}}-{{start_offset}}'],
    ['limited objects', { 'file.max.records': '4' }, '{{topic}}-{{partition}}-{{start_offset}}'],
    ['objects by key', {}, '{{key}}/{{topic}}-{{partition}}-{{start_offset}}'],
    ['the last of a key', {}, '{{topic}}/{{partition}}/{{key}}'],
  ])('%s: nothing is lost, and no upload is left', async (_name, more, template) => {
    const list = records(30)
    const config = { ...plain, ...more, 'file.name.template': template }
    const isLatest = !template.includes('start_offset')
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.integer({ min: 1, max: 12 }),
            fc.constantFrom('before', 'after'),
            fc.boolean(),
          ),
          { minLength: 1, maxLength: 4 },
        ),
        fc.integer({ min: 1, max: 4 }),
        async (faults, putsBeforeCommit) => {
          const store = new MemoryStore()
          const left = faults.map(([count, when, kills]) => ({ count, when, kills }))
          store.fault = (step, when) => {
            const [next] = left
            if (step === 'abort' || next?.when !== when || --next.count > 0) return
            left.shift()
            throw next.kills ? new Killed() : new RetriableError('for the moment')
          }
          let committed = 0
          for (let done = false; !done;) {
            const sink = await RunningSink.startAiven(config, store, list, committed)
            try {
              for (let turn = 1; (sink.committed ?? committed) < list.length; turn++) {
                if (turn > 200) throw new Error('The sink does not get on.')
                await sink.put(5)
                if (turn % putsBeforeCommit === 0) await sink.flush()
              }
              await sink.close()
              done = true
            } catch (error) {
              // A process that was killed closes nothing.
              if (!(error instanceof Killed)) throw error
            }
            committed = sink.committed ?? committed
          }
          const expected = isLatest ? [27, 28, 29] : list.map((_, offset) => offset)
          expect([...new Set(offsetsIn(store))]).toEqual(expected)
          if (isLatest) expect(offsetsIn(store)).toEqual(expected)
          expect(store.uploads.size).toBe(0)
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('an object that is there already', () => {
  const config = plain

  test('is kept where it holds more of the same topic: a worker without its partitions replaces nothing', async () => {
    const store = new MemoryStore()
    const owner = await RunningSink.startAiven(config, store, records(10))
    await owner.put()
    await owner.flush()
    const { contents } = store
    const zombie = await RunningSink.startAiven(config, store, records(10))
    await zombie.put(4)
    await zombie.flush()
    expect(store.contents).toEqual(contents)
    await zombie.put()
    await zombie.flush()
    expect(zombie.committed).toBe(10)
    expect(store.contents).toEqual(contents)
  })

  test('is replaced where the topic was made anew', async () => {
    const store = new MemoryStore()
    const old = await RunningSink.startAiven(config, store, records(10))
    await old.put()
    await old.flush()
    const made = await RunningSink.startAiven(config, store, records(3, 5000))
    await made.put()
    await made.flush()
    expect(offsetsIn(store)).toEqual([0, 1, 2])
  })

  test('is replaced by whoever comes where that is asked for', async () => {
    const store = new MemoryStore()
    const given = { ...config, 'enable.conditional.writes': 'false' }
    for (const count of [10, 3]) {
      const sink = await RunningSink.startAiven(given, store, records(count))
      await sink.put()
      await sink.flush()
    }
    expect(offsetsIn(store)).toEqual([0, 1, 2])
  })
})

test('what the store refuses for good commits nothing', async () => {
  const store = new MemoryStore()
  const sink = await RunningSink.startAiven(plain, store, records(3))
  await sink.put()
  store.fault = () => {
    throw new ConnectError('forbidden')
  }
  await expect(sink.flush()).rejects.toThrow('forbidden')
  expect(sink.commit()).toBeNull()
  expect(sink.memoryBytes).toBe(0)
})

test('what waits for a commit holds no more memory than it may', async () => {
  const store = new MemoryStore()
  const limit = 16 * 1024 * 1024
  const config = {
    ...{ ...plain, 's3.buffer.memory': String(limit) },
    'file.name.template': '{{key}}/{{topic}}-{{partition}}-{{start_offset}}',
  }
  const value = 'y'.repeat(200_000)
  const list = Array.from(
    { length: 200 },
    (_, offset) =>
      new SinkRecord('t', 0, STRING_SCHEMA, `k${offset % 50}`, STRING_SCHEMA, value, offset),
  )
  const sink = await RunningSink.startAiven(config, store, list)
  for (let turn = 0; turn < 20; turn++) {
    await sink.put(10)
    expect(sink.memoryBytes).toBeLessThanOrEqual(limit)
  }
  expect(await sink.flush()).toBe(200)
  expect(store.objects.size).toBe(50)
})
