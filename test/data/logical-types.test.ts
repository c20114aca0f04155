import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  INT32_SCHEMA,
  SchemaBuilder,
} from '../../src/api/index.ts'

const dayMs = 86_400_000

describe('a Decimal as bytes', () => {
  test.each<[bigint, number, string]>([
    [156n, 2, '009c'],
    [-156n, 2, 'ff64'],
    [0n, 2, '00'],
    [128n, 0, '0080'],
    [-128n, 0, '80'],
    [255n, 0, '00ff'],
    [-1n, 0, 'ff'],
    [-256n, 0, 'ff00'],
  ])('%s, scale %i: %s', (unscaled, scale, hex) => {
    const bytes = Decimal.fromLogical(Decimal.schema(scale), new Decimal(unscaled, scale))
    expect(bytes.toString('hex')).toBe(hex)
    expect(Decimal.toLogical(Decimal.schema(scale), bytes)).toEqual(new Decimal(unscaled, scale))
  })

  test('comes back the same, whatever its size', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: -50, max: 50 }), (unscaled, scale) => {
        const schema = Decimal.schema(scale)
        const bytes = Decimal.fromLogical(schema, new Decimal(unscaled, scale))
        expect(Decimal.toLogical(schema, bytes)).toEqual(new Decimal(unscaled, scale))
      }),
    )
  })

  test.each<[string, () => unknown, string]>([
    [
      'another scale',
      () => Decimal.fromLogical(Decimal.schema(2), new Decimal(15n, 1)),
      'Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value has scale 1.',
    ],
    [
      'a schema without a scale',
      () =>
        Decimal.toLogical(SchemaBuilder.bytes().name(Decimal.LOGICAL_NAME).build(), Buffer.of(1)),
      'Invalid Decimal schema: scale parameter not found.',
    ],
    [
      'a scale that is no number',
      () =>
        Decimal.toLogical(
          SchemaBuilder.bytes().name(Decimal.LOGICAL_NAME).parameter('scale', 'x').build(),
          Buffer.of(1),
        ),
      'Invalid scale parameter found in Decimal schema: ',
    ],
  ])('is refused for %s', (_, act, message) => {
    expect(act).toThrow(new DataError(message))
  })
})

describe('a Decimal as text', () => {
  test.each<[bigint, number, string]>([
    [5n, -2, '5E+2'],
    [150n, 2, '1.50'],
    [-156n, 2, '-1.56'],
    [1n, -3, '1E+3'],
    [1n, 10, '1E-10'],
    [1n, 6, '0.000001'],
    [1n, 7, '1E-7'],
    [123n, 10, '1.23E-8'],
    [-15600n, -2, '-1.5600E+6'],
    [0n, 2, '0.00'],
    [0n, 10, '0E-10'],
    [0n, -3, '0E+3'],
    [12345n, 4, '1.2345'],
  ])('%s, scale %i: %s', (unscaled, scale, text) => {
    expect(String(new Decimal(unscaled, scale))).toBe(text)
    expect(Decimal.parse(text)).toEqual(new Decimal(unscaled, scale))
  })

  test('reads back what it printed', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: -400, max: 400 }), (unscaled, scale) => {
        const decimal = new Decimal(unscaled, scale)
        expect(Decimal.parse(String(decimal)).equals(decimal)).toBe(true)
      }),
    )
  })

  test.each(['', 'x', '1.', '.5', '1e', '--1', '1e99999999999', ' 1'])('"%s"', (text) => {
    const read = (): Decimal => Decimal.parse(text)
    if (text === '1.' || text === '.5') expect(read().toNumber()).toBe(Number(text))
    else expect(read).toThrow(DataError)
  })
})

describe('dates and times', () => {
  test('a Date counts days, before the epoch as after', () => {
    expect(ConnectDate.toLogical(ConnectDate.SCHEMA, -1)).toEqual(new Date(-dayMs))
    expect(ConnectDate.fromLogical(ConnectDate.SCHEMA, new Date(-dayMs))).toBe(-1)
    expect(ConnectDate.fromLogical(ConnectDate.SCHEMA, new Date(0))).toBe(0)
  })

  test('a Time ends at midnight, which is in it', () => {
    expect(ConnectTime.fromLogical(ConnectTime.SCHEMA, new Date(dayMs))).toBe(dayMs)
    expect(ConnectTime.toLogical(ConnectTime.SCHEMA, dayMs)).toEqual(new Date(dayMs))
  })

  test('what a JavaScript Date cannot hold is a bigint of milliseconds', () => {
    const far = 9_223_372_036_854_775_807n
    expect(ConnectTimestamp.toLogical(ConnectTimestamp.SCHEMA, far)).toBe(far)
    expect(ConnectTimestamp.fromLogical(ConnectTimestamp.SCHEMA, far)).toBe(far)
    const days = 2_147_483_647
    const instant = ConnectDate.toLogical(ConnectDate.SCHEMA, days)
    expect(instant).toBe(BigInt(days) * BigInt(dayMs))
    expect(ConnectDate.fromLogical(ConnectDate.SCHEMA, instant)).toBe(days)
  })

  test.each<[string, () => unknown, string]>([
    [
      'a Date within a day',
      () => ConnectDate.fromLogical(ConnectDate.SCHEMA, new Date(5)),
      'Kafka Connect Date type should not have any time fields set to non-zero values.',
    ],
    [
      'a Time after midnight',
      () => ConnectTime.fromLogical(ConnectTime.SCHEMA, new Date(dayMs + 1)),
      'Kafka Connect Time type should not have any date fields set to non-zero values.',
    ],
    [
      'a negative Time',
      () => ConnectTime.toLogical(ConnectTime.SCHEMA, -1),
      'Time values must use number of milliseconds greater than 0 and less than 86400000',
    ],
    [
      'a Date of another schema',
      () => ConnectDate.toLogical(INT32_SCHEMA, 1),
      'Requested conversion of Date object but the schema does not match.',
    ],
    [
      'a Time to be read by another schema',
      () => ConnectTime.toLogical(INT32_SCHEMA, 1),
      'Requested conversion of Date object but the schema does not match.',
    ],
    [
      'a Time to be written by another schema',
      () => ConnectTime.fromLogical(INT32_SCHEMA, new Date(0)),
      'Requested conversion of Time object but the schema does not match.',
    ],
    [
      'a Timestamp of another schema',
      () => ConnectTimestamp.fromLogical(INT32_SCHEMA, new Date(0)),
      'Requested conversion of Timestamp object but the schema does not match.',
    ],
    [
      'an invalid Date',
      () => ConnectTimestamp.fromLogical(ConnectTimestamp.SCHEMA, new Date(Number.NaN)),
      'Invalid Date: it holds no instant.',
    ],
  ])('%s is refused', (_, act, message) => {
    expect(act).toThrow(new DataError(message))
  })
})
