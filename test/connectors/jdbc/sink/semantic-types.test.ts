import { describe, expect, test } from 'vitest'
import { SchemaBuilder, Struct } from '../../../../src/api/index.ts'
import type { Schema } from '../../../../src/api/index.ts'
import type { DialectKind } from '../../../../connectors/jdbc/core/dialect.ts'
import { CellFactory } from '../../../../connectors/jdbc/sink/cells.ts'
import { settingsOf } from './support.ts'

const dialects: readonly DialectKind[] = ['postgresql', 'mysql', 'sqlite', 'sqlserver']

function factory(dialect: DialectKind, zone = 'UTC'): CellFactory {
  const { temporal } = settingsOf({
    'db.timezone': zone,
    'date.calendar.system': 'PROLEPTIC_GREGORIAN',
  })
  return new CellFactory(dialect, temporal, { postgisSchema: 'gis' })
}

function textOf(
  dialect: DialectKind,
  schema: Schema,
  value: unknown,
  { zone = 'UTC', typeName = null }: { zone?: string; typeName?: string | null } = {},
): string {
  return factory(dialect, zone).cell({ name: 'f', schema, typeName }).text(value)
}

const named = (builder: SchemaBuilder, name: string): Schema =>
  builder.name(`io.debezium.${name}`).build()
const int32 = (name: string): Schema => named(SchemaBuilder.int32(), name)
const int64 = (name: string): Schema => named(SchemaBuilder.int64(), name)
const text = (name: string): Schema => named(SchemaBuilder.string(), name)
const bits = SchemaBuilder.bytes().name('io.debezium.data.Bits').parameter('length', '10').build()
const decimal = SchemaBuilder.struct()
  .name('io.debezium.data.VariableScaleDecimal')
  .field('scale', SchemaBuilder.int32().build())
  .field('value', SchemaBuilder.bytes().build())
  .build()
const shape = (name: string): Schema =>
  SchemaBuilder.struct()
    .name(`io.debezium.data.geometry.${name}`)
    .field('x', SchemaBuilder.float64().optional().build())
    .field('y', SchemaBuilder.float64().optional().build())
    .field('wkb', SchemaBuilder.bytes().build())
    .field('srid', SchemaBuilder.int32().optional().build())
    .build()

describe('a column for a value with a name of Debezium’s', () => {
  test.each<[Schema, readonly string[]]>([
    [int32('time.Date'), ['DATE', 'DATE', 'TEXT', 'date']],
    [int64('time.MicroTime'), ['TIME', 'TIME(6)', 'TEXT', 'time']],
    [int64('time.Timestamp'), ['TIMESTAMP', 'DATETIME(6)', 'TEXT', 'datetime2']],
    [text('time.ZonedTimestamp'), ['TIMESTAMPTZ', 'DATETIME(6)', 'TEXT', 'datetimeoffset']],
    [text('time.ZonedTime'), ['TIMETZ', 'TIME(6)', 'TEXT', 'time']],
    [int32('time.Year'), ['INT', 'INT', 'INTEGER', 'int']],
    [text('time.Interval'), ['INTERVAL', 'TEXT', 'TEXT', 'nvarchar(max)']],
    [text('data.Json'), ['JSONB', 'JSON', 'TEXT', 'nvarchar(max)']],
    [text('data.Uuid'), ['UUID', 'CHAR(36)', 'TEXT', 'uniqueidentifier']],
    [text('data.Enum'), ['TEXT', 'TEXT', 'TEXT', 'nvarchar(max)']],
    [bits, ['BIT VARYING', 'BIT(10)', 'BLOB', 'varbinary(max)']],
    [decimal, ['NUMERIC', 'DECIMAL(65,30)', 'NUMERIC', 'decimal(38,18)']],
    [shape('Geometry'), ['"gis".geometry', 'GEOMETRY', 'BLOB', 'varbinary(max)']],
    [shape('Point'), ['POINT', 'GEOMETRY', 'BLOB', 'varbinary(max)']],
  ])('%s is %o', (schema, expected) => {
    expect(dialects.map((kind) => factory(kind).semanticColumn(schema, false))).toEqual(expected)
  })

  test('that is a key is of a type that can be one', () => {
    expect(factory('mysql').semanticColumn(text('data.Enum'), true)).toBe('VARCHAR(255)')
    expect(factory('sqlserver').semanticColumn(text('data.Enum'), true)).toBe('nvarchar(450)')
  })

  test('is one like any other where names mean nothing, or it has another name', () => {
    const plain = new CellFactory('postgresql', settingsOf().temporal)
    expect(plain.semanticColumn(text('data.Uuid'), false)).toBeNull()
    expect(factory('postgresql').semanticColumn(text('data.Other'), false)).toBeNull()
  })
})

describe('the text of a value with a name of Debezium’s', () => {
  test.each<[string, Schema, unknown, string]>([
    ['days', int32('time.Date'), -1, '1969-12-31'],
    ['milliseconds of a day', int32('time.Time'), 36_000_123, '10:00:00.123'],
    ['microseconds of a day', int64('time.MicroTime'), 36_000_123_456, '10:00:00.123456'],
    ['nanoseconds of a day', int64('time.NanoTime'), 36_000_123_456_789, '10:00:00.123456'],
    ['milliseconds', int64('time.Timestamp'), -1, '1969-12-31 23:59:59.999'],
    ['microseconds', int64('time.MicroTimestamp'), -1, '1969-12-31 23:59:59.999999'],
    ['nanoseconds', int64('time.NanoTimestamp'), -1n, '1969-12-31 23:59:59.999999999'],
    ['a date', text('time.IsoDate'), '2024-05-01Z', '2024-05-01'],
    ['a time', text('time.IsoTime'), '10:00:00.5Z', '10:00:00.500000'],
    [
      'a timestamp',
      text('time.IsoTimestamp'),
      '2024-05-01T10:00:00Z',
      '2024-05-01 10:00:00.000000',
    ],
    ['a year', int32('time.Year'), 2024, '2024'],
    ['a UUID', text('data.Uuid'), 'a-b', 'a-b'],
    [
      'a vector',
      SchemaBuilder.array(SchemaBuilder.float32().build())
        .name('io.debezium.data.FloatVector')
        .build(),
      [1, 0.5],
      '[1,0.5]',
    ],
  ])('%s (%s): %o is %s on MariaDB', (_, schema, value, expected) => {
    expect(textOf('mysql', schema, value)).toBe(expected)
  })

  test('an instant with its offset keeps it where the column does, and else is on the clocks of the zone', () => {
    const schema = text('time.ZonedTimestamp')
    const value = '2024-05-01T10:00:00.123456+02:00'
    const there = { zone: 'Asia/Kathmandu' }
    expect(textOf('postgresql', schema, value, { ...there, typeName: 'timestamptz' })).toBe(
      '2024-05-01 13:45:00.123456+05:45',
    )
    expect(textOf('mysql', schema, value, there)).toBe('2024-05-01 13:45:00.123456')
    expect(textOf('sqlserver', schema, value, { ...there, typeName: 'datetimeoffset' })).toBe(
      '2024-05-01 13:45:00.123456+05:45',
    )
    expect(textOf('postgresql', schema, '-infinity', { typeName: 'timestamptz' })).toBe('-infinity')
    expect(() => textOf('mysql', schema, 'infinity')).toThrow(/Field "f"/)
  })

  test('a time with its offset keeps it on PostgreSQL, and else is that of UTC', () => {
    const schema = text('time.ZonedTime')
    expect(textOf('postgresql', schema, '10:00:00+02:00')).toBe('10:00:00+02:00')
    expect(textOf('mysql', schema, '01:00:00+02:00')).toBe('23:00:00.000000')
  })

  test('bits have their highest first', () => {
    // 10 bits, 0b10_0000_0101, lowest byte first.
    const value = Buffer.from([0b0000_0101, 0b10])
    expect(textOf('postgresql', bits, value)).toBe('1000000101')
    expect(textOf('mysql', bits, value)).toBe('0205')
  })

  test.each([
    [2, [0x04, 0xd2], '12.34'],
    [0, [0xff], '-1'],
    [3, [0xff, 0x38], '-0.200'],
    [-2, [0x01], '100'],
  ])('a decimal of scale %i and bytes %o is %s', (scale, bytes, expected) => {
    const value = new Struct(decimal, [scale, Buffer.from(bytes)])
    expect(textOf('postgresql', decimal, value)).toBe(expected)
  })

  test('a shape has the number of its reference system where the database looks for it', () => {
    const schema = shape('Geometry')
    const wkb = Buffer.from('0101000000000000000000f03f0000000000000040', 'hex')
    const value = new Struct(schema, [null, null, wkb, 4326])
    expect(textOf('postgresql', schema, value)).toBe(
      '0101000020e6100000000000000000f03f0000000000000040',
    )
    expect(textOf('mysql', schema, value)).toBe(
      'e61000000101000000000000000000f03f0000000000000040',
    )
    expect(textOf('sqlite', schema, value)).toBe(wkb.toString('hex'))
    const point = new Struct(shape('Point'), [1, 2, wkb, null])
    expect(textOf('postgresql', shape('Point'), point)).toBe('(1,2)')
  })
})

describe('a name of Debezium’s on a type that is not its own', () => {
  const hostile = "0'), ((SELECT secret FROM vault LIMIT 1)), ('\t\n"
  const numbers = ['Date', 'Time', 'MicroTime', 'NanoTime', 'Timestamp', 'MicroTimestamp']
  const counts = [...numbers, 'NanoTimestamp', 'Year', 'MicroDuration'].map(
    (name) => `time.${name}`,
  )
  const others = ['data.Bits', 'data.VariableScaleDecimal', 'data.FloatVector']

  test.each([...counts, ...others, 'data.geometry.Geometry', 'data.geometry.Point'])(
    '%s means nothing: a text stays a text, which is escaped',
    (name) => {
      for (const dialect of dialects) {
        const cell = factory(dialect).cell({ name: 'f', schema: text(name), typeName: null })
        expect([cell.kind, cell.form, cell.text(hostile)]).toEqual(['STRING', 'text', hostile])
        expect(factory(dialect).semanticColumn(text(name), false)).toBeNull()
      }
    },
  )

  test.each(['time.Year', 'time.MicroDuration'])(
    '%s is written only where its value is a number, whatever its schema says',
    (name) => {
      for (const dialect of dialects) {
        expect(() => textOf(dialect, int64(name), hostile)).toThrow(/"f".*expected an integer/)
        expect(() => textOf(dialect, int64(name), 0.5)).toThrow(/"f".*expected an integer/)
      }
    },
  )

  test.each(['ZonedTimestamp', 'ZonedTime', 'IsoDate', 'IsoTime', 'IsoTimestamp'])(
    'time.%s that is no time is refused: it would stand in quotes as it is',
    (name) => {
      for (const dialect of dialects) {
        expect(() => textOf(dialect, text(`time.${name}`), hostile)).toThrow(/"f"/)
      }
    },
  )
})
