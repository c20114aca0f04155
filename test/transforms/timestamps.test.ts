import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  INT64_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../src/api/index.ts'
import type { ConnectorConfig, Schema } from '../../src/api/index.ts'
import { SimpleDateFormat } from '../../src/transforms/support/date-format/simple-date-format.ts'
import { applied, sourceRecord, transformation } from './support.ts'

function converted(config: ConnectorConfig, schema: Schema | null, value: unknown): unknown {
  const made = transformation('TimestampConverter$Value', config)
  return applied(made, sourceRecord({ schema, value })).value
}

const ms = 1566570894346
const iso = "yyyy-MM-dd'T'HH:mm:ss.SSS"
const text = { 'target.type': 'string', format: iso }
const timestamp = ConnectTimestamp.SCHEMA

describe('TimestampConverter', () => {
  test.each<[ConnectorConfig, Schema | null, unknown, unknown]>([
    [text, timestamp, new Date(ms), '2019-08-23T14:34:54.346'],
    [text, null, ms, '2019-08-23T14:34:54.346'],
    [text, ConnectDate.SCHEMA, new Date(1566518400000), '2019-08-23T00:00:00.000'],
    [text, ConnectTime.SCHEMA, new Date(52494346), '1970-01-01T14:34:54.346'],
    [{ 'target.type': 'unix', format: iso }, STRING_SCHEMA, '2019-08-23T14:34:54.346', ms],
    [{ 'target.type': 'Date' }, INT64_SCHEMA, ms, new Date(1566518400000)],
    [{ 'target.type': 'Time' }, INT64_SCHEMA, ms, new Date(52494346)],
    [{ 'target.type': 'Timestamp' }, INT64_SCHEMA, ms, new Date(ms)],
    [{ 'target.type': 'Timestamp', 'unix.precision': 'seconds' }, null, -1, new Date(-1000)],
    [{ 'target.type': 'unix', 'unix.precision': 'seconds' }, timestamp, new Date(ms), 1566570894],
    [{ 'target.type': 'unix', 'unix.precision': 'seconds' }, timestamp, new Date(-1), 0],
    [
      { 'target.type': 'Timestamp', 'unix.precision': 'microseconds' },
      null,
      1566570894,
      new Date(1566570),
    ],
    [
      { 'target.type': 'Timestamp', 'unix.precision': 'nanoseconds' },
      null,
      1566570894,
      new Date(1566),
    ],
    [{ 'target.type': 'Timestamp', 'unix.precision': 'microseconds' }, null, -1, new Date(0)],
    [
      { 'target.type': 'unix', 'unix.precision': 'microseconds' },
      timestamp,
      new Date(ms),
      ms * 1000,
    ],
    [
      { 'target.type': 'unix', 'unix.precision': 'nanoseconds' },
      timestamp,
      new Date(ms),
      1566570894346000000n,
    ],
    [{ 'target.type': 'unix' }, OPTIONAL_INT64_SCHEMA, null, null],
  ])('by %o from %s of %s makes %s', (config, schema, value, expected) => {
    expect(converted(config, schema, value)).toEqual(expected)
  })

  test.each<[ConnectorConfig, string]>([
    [{ 'target.type': 'foo' }, 'String must be one of: string, unix, Date, Time, Timestamp'],
    [
      { 'target.type': 'string' },
      'TimestampConverter requires format option to be specified when using string timestamps',
    ],
    [
      { 'target.type': 'string', format: 'bogus' },
      "Invalid value java.lang.IllegalArgumentException: Illegal pattern character 'b' for configuration TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: bogus",
    ],
  ])('refuses %o', (config, message) => {
    expect(() => transformation('TimestampConverter$Value', config)).toThrow(message)
  })

  test.each<[ConnectorConfig, Schema | null, unknown, string]>([
    [text, null, 'x', `Could not parse timestamp: value (x) does not match pattern (${iso})`],
    [{ 'target.type': 'unix' }, null, 'x', 'no "format" says how to read it'],
    [
      { 'target.type': 'unix' },
      null,
      true,
      'TimestampConverter does not support class java.lang.Boolean objects as timestamps',
    ],
    [
      { 'target.type': 'Timestamp', 'unix.precision': 'seconds' },
      null,
      9e14,
      'Cannot hold the instant 900000000000000000 ms',
    ],
  ])('by %o from %s of %s fails', (config, schema, value, message) => {
    expect(() => converted(config, schema, value)).toThrow(message)
  })

  test('of a field the schema keeps whether it is optional, and no more', () => {
    const field = ConnectTimestamp.builder().optional().doc('d').defaultValue(new Date(5)).build()
    const schema = SchemaBuilder.struct()
      .name('s')
      .field('ts', field)
      .field('o', INT64_SCHEMA)
      .build()
    const value = new Struct(schema).put('o', 1)
    const changed = SchemaBuilder.struct()
      .name('s')
      .field('ts', OPTIONAL_INT64_SCHEMA)
      .field('o', INT64_SCHEMA)
      .build()
    const config = { field: 'ts', 'target.type': 'unix' }
    const result = applied(
      transformation('TimestampConverter$Value', config),
      sourceRecord({ schema, value }),
    )
    expect(result.valueSchema).toBe(changed)
    expect(String(result.value)).toBe('Struct{ts=5,o=1}')
    const bare = { ...config, 'replace.null.with.default': 'false' }
    expect(String(converted(bare, schema, value))).toBe('Struct{o=1}')
  })

  test('reaches a field within another where the path is of V2', () => {
    const config = { field: 'a.ts', 'target.type': 'unix', 'field.syntax.version': 'V2' }
    expect(converted(config, null, { a: { ts: new Date(7) } })).toEqual({ a: { ts: 7 } })
  })
})

describe('TimestampRouter', () => {
  test('names the topic after the time in UTC, and leaves other dollars be', () => {
    const config = { 'topic.format': '${topic}-${timestamp}-${x}-$1' }
    const made = transformation('TimestampRouter', config)
    expect(applied(made, sourceRecord({ topic: 'a$&b', timestamp: ms })).topic).toBe(
      'a$&b-20190823-${x}-$1',
    )
  })

  test('fails a record that has no timestamp', () => {
    const made = transformation('TimestampRouter')
    expect(() => made.apply(sourceRecord({ key: 7 }))).toThrow(
      'Timestamp missing on record: topic topic, partition none, key 7',
    )
  })
})

describe('SimpleDateFormat', () => {
  test.each([
    ['yyyy-MM-dd', '2019-13-45', 1581638400000],
    ['yyyy-MM-dd', '2019-8-3', 1564790400000],
    ['yyyy-MM-dd', ' 2019-08-23', 1566518400000],
    ['yyyy-MM-dd', '-2019-08-23', -125861904000000],
    ['yyyy-MM-dd', '+2019-08-23', null],
    ['yyyy-MM-dd', '2019-08-23T10', 1566518400000],
    ['yy-MM-dd', '19-08-23', 1566518400000],
    ['yy-MM-dd', '99-08-23', 935366400000],
    ['yyyyMMdd', '20190823', 1566518400000],
    ['yyyyMMdd', '2019823', 1759449600000],
    ['ss.SSS', '54.3', 54003],
    ['ss.SSS', '54.346123', 400123],
    ['HHXXX', '14+02:00', 43200000],
    ['HHXXX', '14+0200', null],
    ['HHZ', '14+0200', 43200000],
    ['HHZ', '14Z', null],
    ['HHZ', '14+02:00', null],
    ['hh:mm a', '02:30 pm', 52200000],
    ['hh:mm a', '14:30 PM', 95400000],
    ['MMM d yyyy', 'aug 3 2019', 1564790400000],
    ['MMM d yyyy', 'August 3 2019', 1564790400000],
    ['kk', '24', 0],
    // A name that is the same in summer gives way to digits before it, others do not.
    ['HH Zz', '14 +0200UTC', 43200000],
    ['HH Zz', '14 +0200PST', 79200000],
    ['HH zZ', '14 UTC+0200', 43200000],
    // Of two ways to count weeks that which was set last.
    ['W F E', '1 2 Thu', 604800000],
    ['F W E', '2 1 Thu', 0],
  ])('%s reads «%s» as %s', (pattern, written, expected) => {
    expect(new SimpleDateFormat(pattern).parse(written)).toBe(expected)
  })

  test('of a week year of two digits, those of 80 years ago are in this century or the last', () => {
    const year = new Date().getUTCFullYear() - 80
    const format = new SimpleDateFormat('YY')
    // It begins before the day that is 80 years ago, and so means the next one.
    const border = format.parse(String(year % 100).padStart(2, '0')) ?? 0
    expect(new Date(border + 6 * 86_400_000).getUTCFullYear()).toBe(year + 100)
    const after = format.parse(String((year + 1) % 100).padStart(2, '0')) ?? 0
    expect(new Date(after + 6 * 86_400_000).getUTCFullYear()).toBe(year + 1)
  })

  test('shows a moment beyond what a Date can hold', () => {
    expect(new SimpleDateFormat('yyyy G').format(9223372036854775807n)).toBe('292278994 AD')
  })
})
