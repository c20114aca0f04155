import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { RetriableError, SinkRecord, STRING_SCHEMA, isStruct } from '../../../../src/api/index.ts'
import type { ConnectorConfig, SourceRecord } from '../../../../src/api/index.ts'
import { UnreadableError } from '../../../../connectors/storage/index.ts'
import {
  decodeFolders,
  encodeFolders,
  groupFolders,
  listFolders,
} from '../../../../connectors/s3/source/folders.ts'
import { MemoryStore } from '../memory-store.ts'
import { RunningSink, formatOf } from '../running-sink.ts'
import { partitioners, schemaV1, struct } from '../../storage/support.ts'
import { records } from '../sink-objects.ts'
import { MemoryBucket } from './memory-bucket.ts'
import { Offsets, RunningSource, never } from './running-source.ts'

const json = { 'format.class': formatOf('Json') }
const place = ({ topic, kafkaPartition, value }: SourceRecord): string =>
  `${topic}-${kafkaPartition} ${JSON.stringify(value)}`
const key = (partition: number, offset: number, folder = `partition=${partition}`): string =>
  `topics/t/${folder}/t+${partition}+${String(offset).padStart(10, '0')}.json`
const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `${from + index}\n`).join('')

async function restored(
  bucket: MemoryBucket,
  props: ConnectorConfig,
  offsets = new Offsets(),
): Promise<SourceRecord[]> {
  const source = await RunningSource.confluent(bucket, props, offsets)
  const found = await source.drain()
  await source.stop()
  return found
}

describe('what our sink wrote is restored', () => {
  const byField = {
    'partitioner.class': `${partitioners}.FieldPartitioner`,
    'partition.field.name': 'int',
  }
  const byTime = {
    'partitioner.class': `${partitioners}.TimeBasedPartitioner`,
    'path.format': "'year'=YYYY/'month'=MM/'day'=dd",
  }
  const sinkTime = {
    ...byTime,
    ...{ 'partition.duration.ms': '86400000', locale: 'en', timezone: 'UTC' },
    'timestamp.extractor': 'Record',
  }
  const all = ['Avro', 'Parquet', 'Json'].flatMap((name): [string, string, object, object][] => [
    [name, 'by partition', {}, {}],
    [name, 'by a field', byField, byField],
    [name, 'by time', sinkTime, byTime],
  ])
  test.each(all)('%s, %s', async (name, _partitioner, sinkKeys, sourceKeys) => {
    const list = records(30, (offset) => ({
      value: struct(offset),
      timestamp: offset < 15 ? 1_700_000_000_000 : 1_700_100_000_000,
    }))
    const store = new MemoryStore()
    const format = { 'format.class': formatOf(name) }
    const sink = await RunningSink.start({ ...format, ...sinkKeys }, store, list)
    await sink.run(7)
    await sink.close()
    const bucket = new MemoryBucket()
    for (const [each, { body }] of store.objects) bucket.put(each, body)
    const found = await restored(bucket, { ...format, ...sourceKeys })
    expect(new Set(found.map(({ topic, kafkaPartition }) => `${topic}-${kafkaPartition}`))).toEqual(
      new Set(['test-topic-12']),
    )
    const ints = found.map(({ value }) =>
      Number(isStruct(value) ? value.get('int') : (value as { readonly int: number }).int),
    )
    const order = list.map((_, index) => index)
    // Folders of fields come in the order of their names.
    expect(sinkKeys === byField ? ints.sort((a, b) => a - b) : ints).toEqual(order)
    if (name !== 'Json') expect(found[0]?.valueSchema).toBe(schemaV1)
  })

  test('bytes, compressed, with a separator of their own, and no keys for values', async () => {
    const list = Array.from(
      { length: 6 },
      (_, offset) =>
        new SinkRecord('t', 0, STRING_SCHEMA, 'k', null, Buffer.from(`b${offset}`), offset),
    )
    const store = new MemoryStore()
    const keys = {
      'format.class': formatOf('Byte').replace('byte.ByteFormat', 'bytearray.ByteArrayFormat'),
      'format.bytearray.separator': '||',
    }
    const sink = await RunningSink.start(
      {
        ...{ ...keys, 's3.compression.type': 'gzip', 'store.kafka.keys': 'true' },
        'keys.format.class': formatOf('Json'),
      },
      store,
      list,
    )
    await sink.run(6)
    await sink.close()
    const bucket = new MemoryBucket()
    for (const [each, { body }] of store.objects) bucket.put(each, body)
    expect([...store.objects.keys()].some((each) => each.includes('.keys.'))).toBe(true)
    const found = await restored(bucket, keys)
    expect(found.map(({ value }) => String(value))).toEqual(['b0', 'b1', 'b2', 'b3', 'b4', 'b5'])
  })
})

describe('order and positions', () => {
  test('a folder is read in the order of its names, and what comes later is read later', async () => {
    const bucket = new MemoryBucket()
    bucket.put(key(0, 3), lines(3, 3)).put(key(0, 0), lines(0, 3)).put(key(1, 0), lines(100, 2))
    const source = await RunningSource.confluent(bucket, json)
    expect((await source.drain()).map(place)).toEqual([
      ...['t-0 0', 't-0 1', 't-0 2', 't-0 3', 't-0 4', 't-0 5', 't-1 100', 't-1 101'],
    ])
    bucket.put(key(0, 6), lines(6, 1))
    expect((await source.drain()).map(place)).toEqual(['t-0 6'])
    expect(await source.drain()).toEqual([])
    await source.stop()
  })

  test('in a folder of several partitions none is hidden by another that is ahead', async () => {
    const time = { ...json, 'partitioner.class': `${partitioners}.DailyPartitioner` }
    const folder = 'year=2024/month=05/day=08'
    const bucket = new MemoryBucket()
    bucket.put(key(0, 0, folder), '0\n').put(key(1, 0, folder), '1\n')
    const source = await RunningSource.confluent(bucket, time)
    expect((await source.drain()).map(place)).toEqual(['t-0 0', 't-1 1'])
    bucket.put(key(0, 1, folder), '2\n')
    expect((await source.drain()).map(place)).toEqual(['t-0 2'])
    await source.stop()
  })

  test('records say where they were read', async () => {
    const bucket = new MemoryBucket().put(key(0, 0), lines(0, 2))
    const [first, second] = await restored(bucket, json)
    const partition = {
      bucket: 'bucket',
      folder: 'topics/t/partition=0/',
      topic: 't',
      partition: 0,
    }
    expect(first?.sourcePartition).toEqual(partition)
    expect(first?.sourceOffset).toEqual({ lastObject: key(0, 0), recordCount: 1 })
    expect(second?.sourceOffset).toEqual({ lastObject: key(0, 0), recordCount: 2, complete: true })
  })

  test('wherever the task is killed, what was committed is not read again, and all else is', async () => {
    const bucket = new MemoryBucket()
    for (let at = 0; at < 40; at += 4) bucket.put(key(at % 3, at), lines(at, 4))
    const small = { ...json, 'record.batch.max.size': '3' }
    const every = (await restored(bucket, small)).map(place)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 4 }),
        async (kills) => {
          const offsets = new Offsets()
          const sent: string[] = []
          for (const count of [...kills, Number.POSITIVE_INFINITY]) {
            const source = await RunningSource.confluent(bucket, small, offsets)
            const batch = (await source.drain(count, false)).slice(0, count)
            // What else was polled was never sent.
            source.commit(batch)
            sent.push(...batch.map(place))
            await source.stop()
          }
          expect([...sent].sort()).toEqual([...every].sort())
        },
      ),
      { numRuns: 30 },
    )
  })

  test('what has another format is passed over, and a name without a partition fails', async () => {
    const bucket = new MemoryBucket().put(key(0, 0), '0\n').put('topics/t/partition=0/x.avro', 'x')
    expect((await restored(bucket, json)).map(place)).toEqual(['t-0 0'])
    bucket.put('topics/t/partition=0/odd.json', '1\n')
    await expect(restored(bucket, json)).rejects.toThrow(
      'The name of topics/t/partition=0/odd.json',
    )
    const ignoring = { ...json, 'behavior.on.error': 'ignore' }
    expect((await restored(bucket, ignoring)).map(place)).toEqual(['t-0 0'])
  })
})

describe('what cannot be read', () => {
  const poisoned = (): MemoryBucket =>
    new MemoryBucket().put(key(0, 0), '0\n{"x":\n2\n').put(key(0, 3), '3\n')

  test('fails the task, and names object and record', async () => {
    const source = await RunningSource.confluent(poisoned(), json)
    const error: unknown = await source.drain().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(UnreadableError)
    expect(String(error)).toContain(`the record with the index 1 of ${key(0, 0)}`)
    await source.stop()
  })

  test('is ignored, or goes to a topic', async () => {
    const source = await RunningSource.confluent(poisoned(), {
      ...json,
      'behavior.on.error': 'ignore',
    })
    expect((await source.drain()).map(place)).toEqual(['t-0 0', 't-0 2', 't-0 3'])
    expect(source.warnings.join()).toContain(`index 1 of ${key(0, 0)}`)
    await source.stop()
    const found = await restored(poisoned(), { ...json, 'behavior.on.error': 'log' })
    expect(found.map(({ topic }) => topic)).toEqual(['t', 'error-t', 't', 't'])
    expect(found[1]?.key).toBe(key(0, 0))
  })

  test('an object that is no file of the format is passed over whole', async () => {
    const avro = { 'format.class': formatOf('Avro'), 'behavior.on.error': 'log' }
    const bucket = new MemoryBucket().put('topics/t/partition=0/t+0+0000000000.avro', 'nothing')
    const offsets = new Offsets()
    expect((await restored(bucket, avro, offsets)).map(({ topic }) => topic)).toEqual(['error-t'])
    expect(await restored(bucket, avro, offsets)).toEqual([])
  })

  test('a store that fails for a while loses and doubles nothing', async () => {
    const bucket = new MemoryBucket()
    for (let at = 0; at < 60; at += 3) bucket.put(key(0, at), lines(at, 3))
    let calls = 0
    bucket.fault = () => {
      if (++calls % 3 === 0) throw new RetriableError('Slow down.')
    }
    const source = await RunningSource.confluent(bucket, json).catch(async () => {
      calls = 0
      return await RunningSource.confluent(bucket, json)
    })
    const found: string[] = []
    for (let turn = 0; found.length < 60; turn++) {
      expect(turn).toBeLessThan(10_000)
      found.push(...(await source.poll().catch(() => [])).map(place))
    }
    expect(found).toEqual(Array.from({ length: 60 }, (_, n) => `t-0 ${n}`))
    await source.stop()
  })
})

test('an aborted poll gives nothing, and the next one what it would have given', async () => {
  const bucket = new MemoryBucket().put(key(0, 0), '0\n')
  const source = await RunningSource.confluent(bucket, json)
  const controller = new AbortController()
  const polled = source.poll(controller.signal)
  controller.abort()
  expect(await polled).toEqual([])
  expect((await source.drain()).map(place)).toEqual(['t-0 0'])
  await source.stop()
})

describe('folders', () => {
  test('are found as deep as the partitioner makes them, page by page', async () => {
    const bucket = new MemoryBucket()
    for (let at = 0; at < 2500; at++) bucket.put(`topics/t/partition=${at}/t+${at}+0.json`, '0\n')
    bucket.put('topics/u/partition=0/u+0+0.json', '0\n').put('elsewhere/x', '')
    const layout = { topicsDir: 'topics', delimiter: '/', depth: 1, atOnce: 5 }
    const folders = await listFolders(bucket, layout, never)
    expect(folders.length).toBe(2501)
    expect(folders.at(-1)).toBe('topics/u/partition=0/')
    expect(bucket.mostListed).toBeLessThanOrEqual(1000)
  })

  test('are divided among tasks, none twice', () => {
    const names = ['a,b/', 'c %2C/', 'ü\n/', 'd/', 'e/']
    expect(decodeFolders(encodeFolders(names))).toEqual(names)
    for (const tasks of [1, 2, 3, 5, 9]) {
      const groups = groupFolders(names, tasks)
      expect(groups.length).toBe(Math.min(tasks, names.length))
      expect(groups.flat()).toEqual(names)
    }
    expect(groupFolders([], 3)).toEqual([])
    expect(decodeFolders('')).toEqual([])
  })
})
