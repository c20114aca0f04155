import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import {
  ConnectTimestamp,
  FLOAT64_SCHEMA,
  INT64_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { JodaPattern, JodaZone } from '../../../connectors/storage/index.ts'
import { TimePartitioner } from '../../../connectors/storage/partitioners/time-partitioner.ts'
import { partitioner, partitioners, record, struct } from './support.ts'

const user = SchemaBuilder.struct()
  .field(
    'address',
    SchemaBuilder.struct()
      .optional()
      .field('city', STRING_SCHEMA)
      .field('size', FLOAT64_SCHEMA)
      .build(),
  )
  .build()
const outer = SchemaBuilder.struct().field('user', user).field('string', STRING_SCHEMA).build()

function living(city: string | null): Struct {
  const address = user.field('address')?.schema
  const inner = city === null || address === undefined ? null : new Struct(address, [city, 1])
  return new Struct(outer, [new Struct(user, [inner]), ''])
}

const directoryOf = (
  config: Readonly<Record<string, string>>,
  value: unknown = struct(),
  timestamp: number | null = null,
  delimiter = '/',
): string => {
  const by = partitioner(config, delimiter)
  const each = record({ offset: 0, value, timestamp })
  return by.encode(each, by.timestampOf(each, 1_500_000_000_000))
}

const byField = (names: string): Record<string, string> => ({
  'partitioner.class': `${partitioners}.FieldPartitioner`,
  'partition.field.name': names,
})

const byTime = (more: Readonly<Record<string, string>>): Record<string, string> => ({
  'partitioner.class': `${partitioners}.HourlyPartitioner`,
  locale: 'en',
  timezone: 'America/Los_Angeles',
  'timestamp.extractor': 'Record',
  ...more,
})

test('records lie by their partition in Kafka unless it is said otherwise', () => {
  expect(directoryOf({})).toBe('partition=12')
})

test.each([
  ['one field', byField('int'), struct(16), '/', 'int=16'],
  ['several, in their order', byField('boolean,int'), struct(), '|', 'boolean=true|int=12'],
  [
    'a nested field, with its whole path',
    byField('user.address.city'),
    living('NYC'),
    '/',
    'user.address.city=NYC',
  ],
  [
    'a field within null',
    byField('user.address.city'),
    living(null),
    '/',
    'user.address.city=null',
  ],
  ['an empty text', byField('string'), living(''), '/', 'string='],
  [
    'a text with a delimiter, which is not escaped',
    byField('user.address.city'),
    living('a/b'),
    '/',
    'user.address.city=a/b',
  ],
])('FieldPartitioner: %s', (_name, config, value, delimiter, expected) => {
  expect(directoryOf(config, value, null, delimiter)).toBe(expected)
})

test.each([
  ['a field that is not there', byField('nope'), struct(), "The field 'nope' does not exist"],
  [
    'a field of a type that makes no directory',
    byField('double'),
    struct(),
    'Error encoding partition.',
  ],
  ['a value without a schema', byField('int'), { int: 1 }, 'Error encoding partition.'],
])('FieldPartitioner refuses %s', (_name, config, value, message) => {
  expect(() => directoryOf(config, value)).toThrow(message)
})

// 2014-02-01T03:00 in Los Angeles.
const february = Date.UTC(2014, 1, 1, 11)

test.each([
  ['Hourly', {}, february, 'year=2014/month=02/day=01/hour=03'],
  ['Daily', { 'partitioner.class': 'DailyPartitioner' }, february, 'year=2014/month=02/day=01'],
  [
    'a zone in which an hour is skipped',
    { timezone: 'America/Santiago' },
    1715224653000,
    'year=2024/month=05/day=08/hour=23',
  ],
  [
    'the same zone in summer',
    { timezone: 'America/Santiago' },
    1706411853000,
    'year=2024/month=01/day=28/hour=00',
  ],
  [
    'a zone of half hours',
    { timezone: 'Asia/Kolkata' },
    Date.UTC(2024, 0, 1, 0, 10),
    'year=2024/month=01/day=01/hour=05',
  ],
  [
    'the last days of a year, of which Y is that of the calendar',
    { timezone: 'UTC' },
    Date.UTC(2024, 11, 30),
    'year=2024/month=12/day=30/hour=00',
  ],
  [
    'the hour that is shown twice',
    {},
    Date.UTC(2019, 10, 3, 9, 30),
    'year=2019/month=11/day=03/hour=01',
  ],
])('by time: %s', (_name, config, timestamp, expected) => {
  expect(directoryOf(byTime(config), struct(), timestamp)).toBe(expected)
})

test('buckets of two hours are named by their first', () => {
  const config = byTime({
    'partitioner.class': `${partitioners}.TimeBasedPartitioner`,
    'partition.duration.ms': String(2 * 3_600_000),
    'path.format': "'hour'=H/",
  })
  expect(directoryOf(config, struct(), Date.UTC(2015, 3, 2, 8))).toBe('hour=0')
})

describe('the time of a record', () => {
  const day = { 'partitioner.class': 'DailyPartitioner', timezone: 'UTC' }
  const ofField = byTime({ ...day, 'timestamp.extractor': 'RecordField', 'timestamp.field': 'a.t' })
  const at = (schema: Schema, value: unknown): Struct => {
    const inner = SchemaBuilder.struct().field('t', schema).build()
    return new Struct(SchemaBuilder.struct().field('a', inner).build(), [
      new Struct(inner, [value]),
    ])
  }
  const ms = Date.UTC(2021, 4, 6, 7)
  test.each([
    ['a Timestamp', at(ConnectTimestamp.SCHEMA, new Date(ms))],
    ['milliseconds', at(INT64_SCHEMA, ms)],
    ['digits', at(STRING_SCHEMA, String(ms))],
    ['a date in ISO 8601', at(STRING_SCHEMA, '2021-05-06T07:00:00.000Z')],
    ['a date with an offset', at(STRING_SCHEMA, '2021-05-07T01:00+20:00')],
    ['a member of an object', { a: { t: ms } }],
    ['a text in a map', new Map([['a', new Map([['t', '2021-05-06T12:00Z']])]])],
  ])('is that of a field: %s', (_name, value) => {
    expect(directoryOf(ofField, value)).toBe('year=2021/month=05/day=06')
  })

  test.each([
    [
      'a text that is no date',
      at(STRING_SCHEMA, 'soon'),
      'Error extracting timestamp from record field: a.t',
    ],
    ['a double', at(FLOAT64_SCHEMA, 1), 'Error extracting timestamp from record field: a.t'],
    ['nothing', { a: {} }, 'Error extracting timestamp from record field: a.t'],
    ['a text for a value', 'text', 'Error encoding partition.'],
  ])('cannot be had of %s', (_name, value, message) => {
    expect(() => directoryOf(ofField, value)).toThrow(message)
  })

  test('is missing where Kafka has none', () => {
    expect(() => directoryOf(byTime({}), struct(), null)).toThrow(
      'Unable to determine timestamp using timestamp.extractor',
    )
  })

  test('is the clock on the wall by default', () => {
    const wallclock = byTime({ ...day, 'timestamp.extractor': 'Wallclock' })
    expect(directoryOf(wallclock, struct(), 0)).toBe('year=2017/month=07/day=14')
  })
})

test.each([
  [{ 'partitioner.class': 'FieldPartitioner' }, 'Partition field name cannot be null or empty'],
  [byField('a. '), 'Partition field name cannot be null or empty'],
  [byTime({ locale: '' }), 'Locale cannot be empty.'],
  [byTime({ timezone: '' }), 'Timezone cannot be empty.'],
  [byTime({ timezone: 'Mars/Olympus' }), "The datetime zone id 'Mars/Olympus' is not recognised"],
  [byTime({ 'timestamp.extractor': 'Sundial' }), 'Invalid timestamp extractor: Sundial'],
  [
    byTime({ 'partitioner.class': 'TimeBasedPartitioner', 'path.format': 'YYYY' }),
    'Partition duration needs to be a positive.',
  ],
  [
    byTime({ 'partitioner.class': 'TimeBasedPartitioner', 'partition.duration.ms': '1' }),
    'Path format cannot be empty.',
  ],
  [
    byTime({
      'partitioner.class': 'TimeBasedPartitioner',
      'partition.duration.ms': '1',
      'path.format': 'bad',
    }),
    'Illegal pattern component: b',
  ],
  [{ 'partitioner.class': 'com.example.Mine' }, 'Class com.example.Mine could not be found'],
])('a configuration is refused with a reason: %j', (config, message) => {
  expect(() => partitioner(config)).toThrow(message)
})

const moment = Date.UTC(2024, 11, 30, 14, 5, 9, 87)
test.each([
  ['yyyy YY y Y x', '2024 24 2024 2024 2025'],
  ['M MM MMM MMMM', '12 12 Dec December'],
  ['d dd D DDDD e w ww', '30 30 365 0365 1 1 01'],
  ['E EEE EEEE', 'Mon Mon Monday'],
  ['H HH k K h hh a', '14 14 14 2 2 02 PM'],
  ['m mm s ss S SSS SSSS', '5 05 9 09 0 087 0870'],
  ['Z ZZ ZZZ', '+0000 +00:00 UTC'],
  ["G C ''x'' 'o''clock' /-", "AD 20 'x' o'clock /-".replace('x', '2025')],
])('a pattern of Joda-Time: %s', (pattern, expected) => {
  expect(new JodaPattern(pattern, 'en').format(moment, new JodaZone('UTC'))).toBe(expected)
})

test('every instant lies in the bucket that begins before it and is no longer than it should be, or a change of the clock', () => {
  const zones = ['UTC', 'America/Los_Angeles', 'Europe/Berlin', 'Australia/Lord_Howe', '+05:45']
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(900_000, 3_600_000, 7_200_000, 86_400_000),
      fc.integer({ min: 200_000, max: 4_000_000_000 }),
      (zone, durationMs, seconds) => {
        const by = new TimePartitioner({
          extractor: { deterministic: true, extract: () => 0 },
          zone: new JodaZone(zone),
          pattern: new JodaPattern('YYYY', 'en'),
          durationMs,
        })
        const ms = seconds * 1000
        const bucket = by.bucketOf(ms)
        expect(bucket).toBeLessThanOrEqual(ms + 3_600_000)
        expect(ms - bucket).toBeLessThan(durationMs + 3_600_000)
      },
    ),
  )
})
