import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  INT64_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
} from '../../../../src/api/index.ts'
import type { Schema } from '../../../../src/api/index.ts'
import type { DialectKind } from '../../../../connectors/jdbc/core/dialect.ts'
import { CellFactory } from '../../../../connectors/jdbc/sink/cells.ts'
import { stringLiteral } from '../../../../connectors/jdbc/sink/mysql-steps.ts'
import { escapedForCopy } from '../../../../connectors/jdbc/sink/pg-steps.ts'
import { settingsOf } from './support.ts'

interface Ask {
  readonly schema: Schema
  readonly value: unknown
  readonly props?: Readonly<Record<string, string>>
  readonly dialect?: DialectKind
  readonly typeName?: string
}

function textOf({ schema, value, props = {}, dialect = 'postgresql', typeName }: Ask): string {
  const factory = new CellFactory(dialect, settingsOf(props).temporal)
  return factory.cell({ name: 'f', schema, typeName: typeName ?? null }).text(value)
}

const instant = new Date(1474661402123)
const kathmandu = { 'db.timezone': 'Asia/Kathmandu' }
const losAngeles = { 'db.timezone': 'America/Los_Angeles' }
const midnight = new Date(Date.UTC(2016, 8, 23))

describe('times are written in the zone that is asked for', () => {
  test.each<[string, Ask, string]>([
    ['a timestamp', { schema: ConnectTimestamp.SCHEMA, value: instant }, '2016-09-23 20:10:02.123'],
    ['a time', { schema: ConnectTime.SCHEMA, value: new Date(72602123) }, '20:10:02.123'],
    ['a date', { schema: ConnectDate.SCHEMA, value: midnight }, '2016-09-23'],
    [
      'a timestamp in Kathmandu',
      { schema: ConnectTimestamp.SCHEMA, value: instant, props: kathmandu },
      '2016-09-24 01:55:02.123',
    ],
    [
      'a timestamp with its zone',
      {
        schema: ConnectTimestamp.SCHEMA,
        value: instant,
        props: kathmandu,
        typeName: 'timestamp with time zone',
      },
      '2016-09-24 01:55:02.123+05:45',
    ],
    [
      "MySQL's instants, which are taken in UTC whatever the zone",
      {
        schema: ConnectTimestamp.SCHEMA,
        value: instant,
        props: kathmandu,
        typeName: 'timestamp',
        dialect: 'mysql',
      },
      '2016-09-23 20:10:02.123',
    ],
    [
      'a date west of Greenwich, which Java shifts',
      { schema: ConnectDate.SCHEMA, value: midnight, props: losAngeles },
      '2016-09-22',
    ],
    [
      'a date in UTC',
      {
        schema: ConnectDate.SCHEMA,
        value: midnight,
        props: { ...losAngeles, 'date.timezone': 'UTC' },
      },
      '2016-09-23',
    ],
    [
      'a timestamp before 1970',
      { schema: ConnectTimestamp.SCHEMA, value: new Date(-1) },
      '1969-12-31 23:59:59.999',
    ],
    [
      'the first day, by the calendar of Java',
      { schema: ConnectDate.SCHEMA, value: new Date(-62135769600000) },
      '0001-01-01',
    ],
    [
      'the first day, by the calendar that never changed',
      {
        schema: ConnectDate.SCHEMA,
        value: new Date(-62135596800000),
        props: { 'date.calendar.system': 'PROLEPTIC_GREGORIAN' },
      },
      '0001-01-01',
    ],
    [
      'the day after Thursday, 4 October 1582',
      { schema: ConnectDate.SCHEMA, value: new Date(Date.UTC(1582, 9, 15)) },
      '1582-10-15',
    ],
    [
      'Thursday, 4 October 1582',
      { schema: ConnectDate.SCHEMA, value: new Date(Date.UTC(1582, 9, 14)) },
      '1582-10-04',
    ],
    [
      'the day before the year 1',
      {
        schema: ConnectDate.SCHEMA,
        value: new Date(-62135596800000 - 86400000),
        props: { 'date.calendar.system': 'PROLEPTIC_GREGORIAN' },
      },
      '0001-12-31 BC',
    ],
  ])('%s', (_, ask, text) => {
    expect(textOf(ask)).toBe(text)
  })

  test.each<[unknown, Readonly<Record<string, string>>, Schema, string]>([
    [1474661402123456, {}, INT64_SCHEMA, '2016-09-23 20:10:02.123456'],
    [-1, {}, INT64_SCHEMA, '1969-12-31 23:59:59.999999'],
    [
      1474661402123456789n,
      { 'timestamp.precision.mode': 'nanoseconds' },
      INT64_SCHEMA,
      '2016-09-23 20:10:02.123456789',
    ],
    ['1474661402123456', {}, STRING_SCHEMA, '2016-09-23 20:10:02.123456'],
    ['2016-09-23T20:10:02.123456', {}, STRING_SCHEMA, '2016-09-23 20:10:02.123456'],
    ['2016-09-23T20:10:02', {}, STRING_SCHEMA, '2016-09-23 20:10:02.000000'],
    ['2016-09-23T20:10:02.5Z', kathmandu, STRING_SCHEMA, '2016-09-24 01:55:02.500000'],
    ['2016-09-23T20:10:02.5', kathmandu, STRING_SCHEMA, '2016-09-23 20:10:02.500000'],
  ])('%s of timestamp.fields.list', (value, props, schema, text) => {
    expect(textOf({ schema, value, props: { ...props, 'timestamp.fields.list': 'f' } })).toBe(text)
  })

  test('a text of timestamp.fields.list that is no timestamp is told', () => {
    const props = { 'timestamp.fields.list': 'f' }
    expect(() => textOf({ schema: STRING_SCHEMA, value: 'soon', props })).toThrow(/"f".*"soon"/)
  })
})

describe('values are written exactly', () => {
  test.each<[string, Ask, string]>([
    ['a decimal', { schema: Decimal.schema(2), value: new Decimal(12345n, 2) }, '123.45'],
    ['a small decimal', { schema: Decimal.schema(9), value: new Decimal(-1n, 9) }, '-0.000000001'],
    [
      'a decimal of thousands',
      { schema: Decimal.schema(-3), value: new Decimal(12n, -3) },
      '12000',
    ],
    ['an int64', { schema: INT64_SCHEMA, value: 9223372036854775807n }, '9223372036854775807'],
    ['bytes', { schema: SchemaBuilder.bytes().build(), value: Buffer.from([0, 255]) }, '\\x00ff'],
    [
      'bytes on MySQL',
      { schema: SchemaBuilder.bytes().build(), value: Buffer.from([0, 255]), dialect: 'mysql' },
      '00ff',
    ],
    ['a boolean', { schema: SchemaBuilder.bool().build(), value: false }, 'false'],
    [
      'a boolean for a column of numbers',
      { schema: SchemaBuilder.bool().build(), value: true, typeName: 'integer' },
      '1',
    ],
    [
      'texts in an array',
      {
        schema: SchemaBuilder.array(SchemaBuilder.string().optional().build()).build(),
        value: ['a', null, 'NULL', 'q"\\{,}', ''],
      },
      '{"a",NULL,"NULL","q\\"\\\\{,}",""}',
    ],
    [
      'arrays in an array',
      {
        schema: SchemaBuilder.array(SchemaBuilder.array(INT64_SCHEMA).build()).build(),
        value: [
          [1, 2],
          [3, 4],
        ],
      },
      '{{1,2},{3,4}}',
    ],
  ])('%s', (_, ask, text) => {
    expect(textOf(ask)).toBe(text)
  })

  test.each(['mysql', 'sqlite'] as const)('%s is given no number that is none', (dialect) => {
    const schema = SchemaBuilder.float64().build()
    expect(() => textOf({ schema, value: Number.NaN, dialect })).toThrow(/NaN/)
    expect(textOf({ schema, value: Number.NaN })).toBe('NaN')
  })

  test('a text keeps its shape in COPY', () => {
    expect(escapedForCopy('a\tb\nc\rd\\N')).toBe('a\\tb\\nc\\rd\\\\N')
    expect(escapedForCopy("plain 'text' ü")).toBe("plain 'text' ü")
  })

  test('no text ends its literal on MySQL, with and without backslash escapes', () => {
    expect(stringLiteral("it's")).toBe("'it''s'")
    expect(stringLiteral("\\'; DROP")).toBe(
      `_utf8mb4 x'${Buffer.from("\\'; DROP").toString('hex')}'`,
    )
  })
})

test('a timestamp in UTC is written as ISO 8601 has it, whichever day the one before was of', () => {
  const [min, max] = [new Date('1582-10-15T00:00:00Z'), new Date('9999-12-31T23:59:59.999Z')]
  fc.assert(
    fc.property(fc.array(fc.date({ min, max, noInvalidDate: true })), (dates) => {
      for (const value of dates) {
        const text = textOf({ schema: ConnectTimestamp.SCHEMA, value })
        expect(text).toBe(value.toISOString().replace('T', ' ').replace('Z', ''))
      }
    }),
  )
})
