import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { RetriableError, STRING_SCHEMA, SchemaBuilder, Struct } from '../../../src/api/index.ts'
import type { ConnectorConfig, SinkRecord } from '../../../src/api/index.ts'
import { S3SinkConnector } from '../../../connectors/s3/index.ts'
import { partitioners, struct } from '../storage/support.ts'
import { MemoryStore } from './memory-store.ts'
import { RunningSink, baseConfig, formatOf } from './running-sink.ts'
import { minute, records, root, written } from './sink-objects.ts'

describe('objects that are there already', () => {
  const scheduled = {
    ...{
      'rotate.schedule.interval.ms': String(10 * minute),
      timezone: 'UTC',
      'flush.size': '1000',
    },
  }
  const theirs = { condition: 'any', metadata: {} } as const
  const name = (offset: number): string => `${root}${String(offset).padStart(10, '0')}.json`
  async function rewinds(
    offsets: readonly number[],
    prepare: (store: MemoryStore) => void = () => undefined,
    list = records(200),
  ): Promise<number> {
    const store = new MemoryStore()
    for (const offset of offsets) await store.put(name(offset), Buffer.from('theirs\n'), theirs)
    prepare(store)
    const sink = await RunningSink.start(scheduled, store, list)
    await sink.put()
    sink.nowMs = 11 * minute
    await sink.put()
    for (const offset of offsets) expect(store.contents[name(offset)]).toBe('theirs\n')
    return sink.position
  }
  test.each<[string, number[], number]>([
    ['all of a beginning', [0, 1, 2], 3],
    ['more than are looked at', Array.from({ length: 120 }, (_, offset) => offset), 100],
  ])('are kept where the clock completes them: %s', async (_name, offsets, expected) => {
    expect(await rewinds(offsets)).toBe(expected)
  })

  test('count as there where they may not be looked at', async () => {
    expect(await rewinds([], (store) => store.forbidden.add(name(0)))).toBe(1)
  })

  test('are free at a record that was bad', async () => {
    const list = records(10, (offset) => (offset === 2 ? { value: null } : {}))
    expect(await rewinds([0, 1, 2], () => undefined, list)).toBe(2)
  })

  test('of another run that wrote more are never replaced', async () => {
    const store = new MemoryStore()
    const owner = await RunningSink.start({ 'flush.size': '5' }, store, records(5))
    await owner.put()
    const { contents } = store
    const zombie = await RunningSink.start({ 'flush.size': '3' }, store, records(5))
    await zombie.put()
    expect(store.contents).toEqual(contents)
    expect(zombie.committed).toBe(5)
  })

  test('of a run that wrote less are replaced where a replay makes the same', async () => {
    const store = new MemoryStore()
    await (await RunningSink.start({ 'flush.size': '2' }, store, records(2))).put()
    await (await RunningSink.start({ 'flush.size': '3' }, store, records(3))).put()
    expect(store.contents[name(0)]?.split('\n')).toHaveLength(4)
  })

  test('our own, of which the answer was lost, are ours', async () => {
    const store = new MemoryStore()
    let lost = 1
    store.fault = (step, when) => {
      if (step === 'put' && when === 'after' && lost-- > 0) throw new RetriableError('lost')
    }
    expect(await written({ ...scheduled, 'flush.size': '3' }, records(7), store)).toEqual([
      `${root}0000000000.json 3`,
      `${root}0000000003.json 3`,
    ])
  })
})

/** Stands for the end of the process. */
class Killed extends Error {}

describe('whatever happens at any request', () => {
  // Objects of several parts: every value is larger than a third of one.
  const cases: readonly (readonly [string, ConnectorConfig, SinkRecord[]])[] = [
    [
      'small objects of several directories',
      {
        'partitioner.class': `${partitioners}.FieldPartitioner`,
        'partition.field.name': 'int',
        'flush.size': '6',
      },
      records(20, (offset) => ({ value: struct(offset % 3) })),
    ],
    [
      'objects of several parts',
      { 'format.class': formatOf('ByteArray'), 'flush.size': '3', 's3.part.size': '5242880' },
      records(7, (offset) => ({ value: Buffer.alloc(2_000_000, offset + 65) })),
    ],
  ]
  test.each(cases)(
    '%s and what they hold are those of a run without',
    async (_name, config, list) => {
      const quiet = new MemoryStore()
      await (await RunningSink.start(config, quiet, list)).run(3)
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.tuple(
              fc.integer({ min: 1, max: 15 }),
              fc.constantFrom('before', 'after'),
              fc.boolean(),
            ),
            { minLength: 1, maxLength: 4 },
          ),
          async (faults) => {
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
              const sink = await RunningSink.start(config, store, list, committed)
              try {
                await sink.run(3)
                await sink.close()
                done = true
              } catch (error) {
                // A process that was killed closes nothing.
                if (!(error instanceof Killed)) throw error
              }
              committed = sink.committed ?? committed
            }
            expect([...store.objects.keys()].sort()).toEqual([...quiet.objects.keys()].sort())
            for (const [key, { body }] of quiet.objects) {
              expect(store.objects.get(key)?.body.equals(body)).toBe(true)
            }
            expect(store.uploads.size).toBe(0)
          },
        ),
        { numRuns: 15 },
      )
    },
  )
})

test('many open objects hold no more memory than they may', async () => {
  const limit = 16 * 1024 * 1024
  const config = {
    'partitioner.class': `${partitioners}.FieldPartitioner`,
    ...{ 'partition.field.name': 'name', 'flush.size': '600', 's3.buffer.memory': String(limit) },
  }
  const named = SchemaBuilder.struct()
    .field('name', STRING_SCHEMA)
    .field('text', STRING_SCHEMA)
    .build()
  const text = 'y'.repeat(100_000)
  const list = records(600, (offset) => ({ value: new Struct(named, [`n${offset % 200}`, text]) }))
  const store = new MemoryStore()
  const sink = await RunningSink.start(config, store, list)
  for (let turn = 0; turn < 60; turn++) {
    await sink.put(10)
    expect(sink.memoryBytes).toBeLessThanOrEqual(limit)
  }
  await sink.close()
  expect(store.objects.size).toBe(200)
  expect(store.contents['topics/test-topic/name=n7/test-topic+12+0000000007.json']).toHaveLength(
    3 * (text.length + 24),
  )
})

describe('a configuration', () => {
  const errors = (config: ConnectorConfig): Record<string, readonly string[]> => {
    const values = new S3SinkConnector().validate({ ...baseConfig, ...config })
    const wrong = values.filter(({ errorMessages }) => errorMessages.length > 0)
    return Object.fromEntries(wrong.map(({ name, errorMessages }) => [name, errorMessages]))
  }
  test.each<[ConnectorConfig, string]>([
    [{ 'rotate.schedule.interval.ms': '1000' }, 'timezone'],
    [{ 's3.wan.mode': 'true' }, 's3.wan.mode'],
    [{ 'behavior.on.null.values': 'write' }, 'behavior.on.null.values'],
    [{ 's3.compression.type': 'gzip', 'format.class': formatOf('Avro') }, 'format.class'],
    [{ 's3.part.size': '5' }, 's3.part.size'],
    [{ 's3.object.tagging.key.value.pairs': 'a:1,b' }, 's3.object.tagging.key.value.pairs'],
    [{ 's3.acl.canned': 'everybody' }, 's3.acl.canned'],
    [{ 'format.class': 'com.example.Mine' }, 'format.class'],
  ])('%j is refused', (config, key) => {
    expect(Object.keys(errors(config))).toContain(key)
  })

  test('of other keys that are usual beside these is taken', () => {
    const usual = {
      ...{ 'confluent.license': '', 'confluent.topic.bootstrap.servers': 'b:9092' },
      'schema.generator.class': 'io.confluent.connect.storage.hive.schema.DefaultSchemaGenerator',
      'storage.class': 'io.confluent.connect.s3.storage.S3Storage',
    }
    expect(errors(usual)).toEqual({})
  })
})
