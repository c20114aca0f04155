import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { SchemaBuilder } from '../../../src/api/index.ts'
import type { SinkRecord } from '../../../src/api/index.ts'
import {
  JodaZone,
  Rotation,
  nextRotation,
  objectName,
  projectTo,
  schemaChange,
} from '../../../connectors/storage/index.ts'
import type { RotationRules, SchemaCompatibility } from '../../../connectors/storage/index.ts'
import {
  filesOf,
  neverRotates,
  partitioner,
  record,
  schemaV1,
  schemaV2,
  struct,
} from './support.ts'

const minute = 60_000
const hour = 60 * minute

const records = (
  count: number,
  make: (index: number) => Partial<Parameters<typeof record>[0]>,
): SinkRecord[] =>
  Array.from({ length: count }, (_, index) => record({ offset: index, ...make(index) }))

describe('names', () => {
  const style = { topicsDir: 'topics', directoryDelimiter: '/', fileDelimiter: '+', padWidth: 10 }
  const file = {
    topic: 'test-topic',
    partition: 12,
    directory: 'partition=12',
    start: 3,
    extension: '.avro',
  }
  test.each([
    [{}, {}, 'topics/test-topic/partition=12/test-topic+12+0000000003.avro'],
    [{ padWidth: 2 }, {}, 'topics/test-topic/partition=12/test-topic+12+03.avro'],
    [{ padWidth: 2 }, { start: 1234 }, 'topics/test-topic/partition=12/test-topic+12+1234.avro'],
    [{ topicsDir: '' }, {}, 'test-topic/partition=12/test-topic+12+0000000003.avro'],
    [
      { fileDelimiter: '#', directoryDelimiter: '_' },
      { start: 0 },
      'topics_test-topic_partition=12_test-topic#12#0000000000.avro',
    ],
    [{}, { end: 5 }, 'topics/test-topic/partition=12/test-topic+12+0000000003+0000000005.avro'],
  ])('%j %j: %s', (other, part, expected) => {
    expect(objectName({ ...style, ...other }, { ...file, ...part })).toBe(expected)
  })
})

describe('by size', () => {
  const byField = partitioner({
    'partitioner.class': 'FieldPartitioner',
    'partition.field.name': 'int',
  })
  test('three records fill a file', () => {
    expect(
      filesOf(
        records(7, () => ({})),
        { flushSize: 3 },
      ),
    ).toEqual(['partition=12 0:3', 'partition=12 3:3'])
  })

  test('the size counts over all directories', () => {
    const cycling = records(18, (index) => ({ value: struct(16 + (index % 3)) }))
    expect(filesOf(cycling, { flushSize: 9 }, byField)).toEqual([
      ...['int=16 0:3', 'int=17 1:3', 'int=18 2:3'],
      ...['int=16 9:3', 'int=17 10:3', 'int=18 11:3'],
    ])
  })

  test('a directory too many completes the files that are open', () => {
    const distinct = records(6, (index) => ({ value: struct(index) }))
    expect(filesOf(distinct, { flushSize: 10, maxOpenFiles: 5 }, byField)).toEqual(
      [0, 1, 2, 3, 4].map((index) => `int=${index} ${index}:1`),
    )
  })
})

describe('by the time of records', () => {
  const hourly = partitioner({
    'partitioner.class': 'HourlyPartitioner',
    locale: 'en',
    timezone: 'America/Los_Angeles',
    'timestamp.extractor': 'Record',
  })
  const start = Date.UTC(2020, 2, 2, 20)
  test('an interval that has passed begins a new file, and so does another hour', () => {
    const times = records(18, (index) => ({
      timestamp: start + (index < 9 ? index : index - 9) * 20_000 + (index < 9 ? 0 : 2 * hour),
    }))
    expect(
      filesOf(times, { intervalMs: minute }, hourly).map((text) => text.slice(-3).trim()),
    ).toEqual([...['0:3', '3:3', '6:3'], ...['9:3', '2:3']])
  })

  test('and so does one of a field, which completes what was pending', () => {
    const byField = partitioner({
      'partitioner.class': 'HourlyPartitioner',
      ...{ locale: 'en', timezone: 'America/Los_Angeles' },
      ...{ 'timestamp.extractor': 'RecordField', 'timestamp.field': 'at' },
    })
    const times = Array.from({ length: 9 }, (_, index) => start + index * 20_000)
    const all = [...times, ...times.map((ms) => ms + 2 * hour), start + 3 * hour]
    const files = filesOf(
      records(19, (index) => ({ value: { at: all[index] } })),
      { intervalMs: minute },
      byField,
    )
    expect(files.map((text) => text.split(' ')[1])).toEqual([
      ...['0:3', '3:3', '6:3', '9:3', '12:3', '15:3'],
    ])
  })

  const toAndFro = records(5, (index) => ({
    timestamp: index < 4 ? start + (index % 2 === 0 ? hour : 0) : start + 2 * hour,
  }))
  test('to and fro between hours each record is a file', () => {
    const files = filesOf(toAndFro, { intervalMs: 10 * minute }, hourly)
    expect(files.map((text) => text.split(' ')[1])).toEqual(['0:1', '1:1', '2:1', '3:1'])
  })

  test('unless a change of directories is no reason', () => {
    const files = filesOf(toAndFro, { intervalMs: 10 * minute, onPartitionChange: false }, hourly)
    expect(files.map((text) => text.split(' ')[1])).toEqual(['0:2', '1:2'])
  })

  test('without a partitioner by time there is no interval', () => {
    const times = records(5, (index) => ({ timestamp: start + index * hour }))
    expect(filesOf(times, { intervalMs: minute })).toEqual([])
  })
})

describe('by schema', () => {
  const alternating = (first: number, count: number): SinkRecord[] =>
    records(count, (index) => ({
      value: struct(12, (index + first) % 2 === 0 ? schemaV1 : schemaV2),
    }))
  const starts = (
    mode: SchemaCompatibility,
    list: readonly SinkRecord[],
    rules: Partial<RotationRules> = {},
  ): number[] =>
    filesOf(list, { flushSize: 2, compatibility: mode, ...rules }).map((text) =>
      Number(text.split(' ')[1]?.split(':')[0]),
    )
  test.each<[SchemaCompatibility, number, number[]]>([
    ['NONE', 0, [0, 1, 2, 3, 4, 5, 6]],
    ['BACKWARD', 0, [0, 1, 3, 5]],
    ['FULL', 0, [0, 1, 3, 5]],
    ['FORWARD', 1, [0, 1, 3, 5]],
  ])('%s', (mode, first, expected) => {
    expect(starts(mode, alternating(first, 8))).toEqual(expected)
  })

  test('records without a schema share no file with those that have one', () => {
    const list = records(10, (index) => (index === 0 ? { value: { a: 1 } } : {}))
    expect(filesOf(list, { flushSize: 3 })).toEqual(
      ['0:1', '1:3', '4:3', '7:3'].map((text) => `partition=12 ${text}`),
    )
  })

  test('modes that compare versions need some', () => {
    const plain = SchemaBuilder.struct().name('record').build()
    const other = SchemaBuilder.struct().name('record').optional().build()
    expect(() => schemaChange('BACKWARD', plain, other)).toThrow(
      'Schema version required for BACKWARD compatibility',
    )
    expect(() => schemaChange('FULL', plain, null)).toThrow(
      'Switch between schema-based and schema-less data',
    )
  })

  test('a record gets the fields of its file', () => {
    const newer = projectTo(schemaV1, struct(), schemaV2)
    expect(newer).toMatchObject({ schema: schemaV2 })
    expect(String(newer)).toContain('string=abc')
    expect(String(projectTo(schemaV2, struct(12, schemaV2), schemaV1))).not.toContain('string')
  })

  const version = (number: number, make: (builder: SchemaBuilder) => SchemaBuilder = (b) => b) =>
    make(SchemaBuilder.struct().name('r').version(number)).build()
  const field = (schema: SchemaBuilder) => (builder: SchemaBuilder) =>
    builder.field('f', schema.build())
  test.each([
    [
      'DIFFERENT_TYPE',
      version(1, field(SchemaBuilder.string())),
      version(1, field(SchemaBuilder.int32())),
    ],
    [
      'DIFFERENT_NAME',
      version(1, field(SchemaBuilder.int32().name('a'))),
      version(1, field(SchemaBuilder.int32().name('b'))),
    ],
    [
      'DIFFERENT_PARAMS',
      version(1, field(SchemaBuilder.int32().parameter('a', '1'))),
      version(1, field(SchemaBuilder.int32())),
    ],
    ['MISSING_REQUIRED_FIELD', version(1), version(1, field(SchemaBuilder.int32()))],
    [
      'INCOMPATIBLE_OPTIONALITY',
      version(1, field(SchemaBuilder.int32().optional())),
      version(1, field(SchemaBuilder.int32())),
    ],
    ['DIFFERENT_VERSION', version(2), version(1)],
    [null, version(1, field(SchemaBuilder.int8())), version(1, field(SchemaBuilder.int64()))],
    [null, version(1), version(2)],
  ])('%s', (expected, schema, current) => {
    expect(schemaChange('BACKWARD', schema, current)).toBe(expected)
  })
})

describe('by the clock', () => {
  const losAngeles = new JodaZone('America/Los_Angeles')
  const at = (text: string): number => Date.parse(text)
  test.each([
    ['an hour after midnight', hour, '2015-04-02T00:00:01-07:00', '2015-04-02T01:00:00-07:00'],
    [
      'the slots of a day that seven hours do not divide',
      7 * hour,
      '2015-04-02T16:59:59-07:00',
      '2015-04-02T21:00:00-07:00',
    ],
    [
      'midnight ends the last slot',
      7 * hour,
      '2015-04-02T21:00:01-07:00',
      '2015-04-03T00:00:00-07:00',
    ],
    ['a day of 25 hours', hour, '2019-11-03T22:00:00-08:00', '2019-11-03T23:00:00-08:00'],
    ['its last hour', hour, '2019-11-03T23:00:00-08:00', '2019-11-04T00:00:00-08:00'],
  ])('%s', (_name, period, now, expected) => {
    expect(nextRotation(at(now), period, losAngeles)).toBe(at(expected))
  })

  test('the next rotation is always ahead, by a period at most', () => {
    const zones = ['UTC', 'America/Los_Angeles', 'Africa/Cairo', 'Australia/Lord_Howe', '-03:30']
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 1000, max: 100_000_000 }),
        fc.integer({ min: 0, max: 4_000_000_000 }),
        (zone, period, seconds) => {
          const next = nextRotation(seconds * 1000, period, new JodaZone(zone))
          expect(next).toBeGreaterThan(seconds * 1000)
          expect(next - seconds * 1000).toBeLessThanOrEqual(Math.min(period, 25 * hour))
        },
      ),
    )
  })

  test('files are completed though no record comes, and nothing is where there is none', () => {
    const rules = { ...neverRotates, scheduleMs: 10 * minute, zone: new JodaZone('UTC') }
    const rotation = new Rotation(rules, 0)
    expect(rotation.isDue(11 * minute)).toBe(false)
    const candidate = { directory: 'd', schema: null, timestampMs: null }
    expect(rotation.before(candidate, 12 * minute)).toBeNull()
    rotation.written(candidate)
    expect(rotation.isDue(19 * minute)).toBe(false)
    expect(rotation.before(candidate, 20 * minute)).toBe('schedule')
    expect(rotation.isDue(20 * minute)).toBe(true)
  })
})
