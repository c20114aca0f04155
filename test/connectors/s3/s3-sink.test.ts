import { describe, expect, test } from 'vitest'
import {
  Headers,
  STRING_SCHEMA,
  SchemaBuilder,
  SinkRecord,
  Struct,
} from '../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../src/api/index.ts'
import { readAvroFile } from '../../../connectors/storage/index.ts'
import { partitioners, schemaV1, schemaV2, struct } from '../storage/support.ts'
import { MemoryStore } from './memory-store.ts'
import { RunningSink, formatOf } from './running-sink.ts'
import { minute, records, root, written } from './sink-objects.ts'

describe('objects', () => {
  test.each<[string, ConnectorConfig, SinkRecord[], string[]]>([
    ['by size', {}, records(7), [`${root}0000000000.json 3`, `${root}0000000003.json 3`]],
    [
      'from an offset on',
      {},
      records(7, () => ({}), 9),
      [`${root}0000000009.json 3`, `${root}0000000012.json 3`],
    ],
    [
      'with short offsets',
      { 'filename.offset.zero.pad.width': '2' },
      records(3),
      [`${root}00.json 3`],
    ],
    [
      'without a directory above',
      { 'topics.dir': '' },
      records(3),
      ['test-topic/partition=12/test-topic+12+0000000000.json 3'],
    ],
    [
      'with other delimiters',
      { 'file.delim': '#', 'directory.delim': '_' },
      records(3),
      ['topics_test-topic_partition=12_test-topic#12#0000000000.json 3'],
    ],
    [
      'by a field',
      {
        'partitioner.class': `${partitioners}.FieldPartitioner`,
        'partition.field.name': 'int',
        'flush.size': '9',
      },
      records(9, (offset) => ({ value: struct(16 + (offset % 3)) })),
      [16, 17, 18].map(
        (value, index) => `topics/test-topic/int=${value}/test-topic+12+000000000${index}.json 3`,
      ),
    ],
  ])('%s', async (_name, config, list, expected) => {
    expect(await written(config, list)).toEqual(expected)
  })

  test.each<[string, ConnectorConfig, string]>([
    ['Avro', { 'format.class': formatOf('Avro') }, '.avro'],
    ['Parquet', { 'format.class': formatOf('Parquet') }, '.snappy.parquet'],
    [
      'Parquet with gzip',
      { 'format.class': formatOf('Parquet'), 'parquet.codec': 'gzip' },
      '.gz.parquet',
    ],
    [
      'Parquet without compression',
      { 'format.class': formatOf('Parquet'), 'parquet.codec': 'none' },
      '.parquet',
    ],
    ['JSON with gzip', { 's3.compression.type': 'gzip' }, '.json.gz'],
  ])('%s', async (_name, config, extension) => {
    const store = new MemoryStore()
    await written(config, records(3), store)
    expect([...store.objects.keys()]).toEqual([`${root}0000000000${extension}`])
  })

  test('tell by the names of schemas, before or behind', async () => {
    const named = SchemaBuilder.struct().name('other').field('a', STRING_SCHEMA).build()
    const mixed = records(6, (offset) =>
      offset % 3 === 0
        ? { value: { a: 1 } }
        : { value: offset % 3 === 1 ? struct() : new Struct(named, ['x']) },
    )
    const names = async (affix: string): Promise<string[]> => {
      const list = await written(
        { 's3.schema.partition.affix.type': affix, 'flush.size': '6' },
        mixed,
      )
      return list.map((text) => text.split('/').slice(2, -1).join('/') + text.slice(-2))
    }
    expect(await names('PREFIX')).toEqual(
      ['null', 'other', 'record'].map((name) => `schema_name=${name}/partition=12 2`),
    )
    expect(await names('SUFFIX')).toEqual(
      ['null', 'other', 'record'].map((name) => `partition=12/schema_name=${name} 2`),
    )
  })

  test('hold as many records of each schema where the size counts over all of them', async () => {
    const other = (number: number): Struct => {
      const schema = SchemaBuilder.struct()
        .name(`record${number}`)
        .field('a', STRING_SCHEMA)
        .build()
      return new Struct(schema, ['x'])
    }
    const mixed = records(54, (offset) => ({
      value: offset % 3 === 0 ? { a: 1 } : other(offset % 3),
    }))
    const config = { 's3.schema.partition.affix.type': 'PREFIX', 'flush.size': '9' }
    const names = ['null', 'record1', 'record2']
    const expected = [0, 9, 18, 27, 36, 45].flatMap((start) =>
      names.map((name, index) => {
        const offset = String(start + index).padStart(10, '0')
        return `topics/test-topic/schema_name=${name}/partition=12/test-topic+12+${offset}.json 3`
      }),
    )
    expect((await written(config, mixed)).sort()).toEqual(expected.sort())
  })

  test('are named by what a transformation made of the topic, and committed by what it was', async () => {
    const list = records(3).map((each) => each.newRecord({ topic: 'renamed' }))
    const store = new MemoryStore()
    const sink = await RunningSink.start({}, store, list)
    expect(await sink.put()).toBe(3)
    expect([...store.objects.keys()]).toEqual([
      'topics/renamed/partition=12/renamed+12+0000000000.json',
    ])
  })

  test('have keys and headers beside them', async () => {
    const store = new MemoryStore()
    const list = records(3).map(
      (each, index) =>
        new SinkRecord(
          ...([
            each.topic,
            each.kafkaPartition,
            STRING_SCHEMA,
            `key ${index}`,
            each.valueSchema,
            each.value,
          ] as const),
          each.kafkaOffset,
          0,
          'CreateTime',
          new Headers().add('h', `v${index}`, STRING_SCHEMA),
        ),
    )
    const config = {
      'format.class': formatOf('Avro'),
      'store.kafka.keys': 'true',
      'keys.format.class': formatOf('Json'),
      'store.kafka.headers': 'true',
      'headers.format.class': formatOf('Json'),
    }
    await written(config, list, store)
    const { contents } = store
    expect(contents[`${root}0000000000.keys.json`]).toBe('"key 0"\n"key 1"\n"key 2"\n')
    expect(contents[`${root}0000000000.headers.json`]).toContain(
      '{"headers":[{"key":"h","value":"v0"}]}\n',
    )
    const values: unknown[] = []
    const file = store.objects.get(`${root}0000000000.avro`)?.body ?? Buffer.alloc(0)
    for await (const { value } of readAvroFile(file)) values.push(String(value))
    expect(values).toEqual(list.map(({ value }) => String(value)))
  })

  test('have tags', async () => {
    const store = new MemoryStore()
    const config = { 's3.object.tagging': 'true', 's3.object.tagging.key.value.pairs': 'team:data' }
    await written(config, records(3), store)
    expect(store.tags.get(`${root}0000000000.json`)).toEqual({
      ...{ startOffset: '0', endOffset: '2', recordCount: '3', team: 'data' },
    })
  })
})

describe('offsets', () => {
  test('are committed once objects are complete, and once', async () => {
    const sink = await RunningSink.start({}, new MemoryStore(), records(6))
    expect([await sink.put(3), await sink.put(2), await sink.put(1), await sink.put(0)]).toEqual([
      3,
      null,
      6,
      null,
    ])
  })

  test('follow a change of schema', async () => {
    const list = records(4, (offset) => ({
      value: struct(1, offset % 2 === 0 ? schemaV1 : schemaV2),
    }))
    const sink = await RunningSink.start(
      { 'schema.compatibility': 'BACKWARD', 'flush.size': '2' },
      new MemoryStore(),
      list,
    )
    expect([await sink.put(2), await sink.put(1), await sink.put(1)]).toEqual([1, 3, null])
  })

  test('do not move while nothing comes, whatever the interval', async () => {
    const config = {
      ...{
        'partitioner.class': `${partitioners}.HourlyPartitioner`,
        'timestamp.extractor': 'Record',
      },
      ...{
        locale: 'en',
        timezone: 'UTC',
        'rotate.interval.ms': String(60 * minute),
        'flush.size': '100',
      },
    }
    const list = records(3, () => ({ timestamp: 0 }))
    const waiting = await RunningSink.start(config, new MemoryStore(), list)
    expect(await waiting.put()).toBeNull()
    waiting.nowMs = 120 * minute
    expect(await waiting.put()).toBeNull()
    const scheduled = await RunningSink.start(
      { ...config, 'rotate.schedule.interval.ms': String(10 * minute) },
      new MemoryStore(),
      list,
    )
    expect(await scheduled.put()).toBeNull()
    scheduled.nowMs = 11 * minute
    expect(await scheduled.put()).toBe(3)
  })
})

describe('records without a value', () => {
  const list = records(6, (offset) => ({
    key: `k${offset}`,
    ...(offset % 2 === 0 ? { value: null } : {}),
  }))
  test('fail', async () => {
    const sink = await RunningSink.start({}, new MemoryStore(), list)
    await sink.put()
    expect(sink.rejected.map(({ record: { kafkaOffset } }) => kafkaOffset)).toEqual([0, 2, 4])
    expect(String(sink.rejected[0]?.error)).toContain("behavior.on.null.values 'fail'")
  })

  test('are left out, and their offsets are committed', async () => {
    const config = { 'behavior.on.null.values': 'ignore', 'report.null.values.to.dlq': 'false' }
    const sink = await RunningSink.start(
      config,
      new MemoryStore(),
      records(3, () => ({ value: null })),
    )
    expect(await sink.put()).toBe(3)
    expect(sink.rejected).toEqual([])
  })

  test('leave their keys', async () => {
    const config = {
      'behavior.on.null.values': 'write',
      'store.kafka.keys': 'true',
      'keys.format.class': formatOf('Json'),
      'flush.size': '6',
    }
    expect(await written(config, list)).toEqual([
      `${root}0000000001.json 3`,
      `${root}0000000001.keys.json 3`,
      'topics/test-topic/tombstone/test-topic+12+0000000000.keys.json 3',
    ])
  })
})

test('a record that cannot be written is handed back, and the others are written', async () => {
  const list = records(4, (offset) =>
    offset === 1 ? { value: 'text', schema: STRING_SCHEMA } : {},
  )
  const store = new MemoryStore()
  const sink = await RunningSink.start({ 'format.class': formatOf('Parquet') }, store, list)
  await sink.put()
  expect(sink.rejected.map(({ record: { kafkaOffset } }) => kafkaOffset)).toEqual([1])
  await sink.close()
  expect([...store.objects.keys()]).toEqual([`${root}0000000000.snappy.parquet`])
})

test('a key that cannot be written tears no object', async () => {
  const config = { 'store.kafka.keys': 'true', 'keys.format.class': formatOf('ByteArray') }
  const list = records(4, (offset) => ({ key: offset === 1 ? 'text' : Buffer.from('k') }))
  const store = new MemoryStore()
  const sink = await RunningSink.start(config, store, list)
  await sink.run(4)
  expect(sink.rejected.map(({ record: { kafkaOffset } }) => kafkaOffset)).toEqual([1])
  expect(Object.values(store.contents).map((text) => text.split('\n').length - 1)).toEqual([3, 3])
})
