import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  SchemaBuilder,
  Struct,
  TypedNumber,
  STRING_SCHEMA,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { applied, sourceRecord, transformation } from './support.ts'

function cast(spec: string, schema: Schema | null, value: unknown): unknown {
  return applied(transformation('Cast$Value', { spec }), sourceRecord({ schema, value })).value
}

const instant = new Date(1566570894346)
const day = new Date(1566518400000)
const time = new Date(52494346)
const decimal = new Decimal(12345n, 2)

describe('Cast', () => {
  test.each<[string, Schema, unknown, unknown]>([
    ['int8', INT32_SCHEMA, 300, 44],
    ['int8', INT32_SCHEMA, 70000, 112],
    ['int8', INT64_SCHEMA, 3000000000, 0],
    ['int8', FLOAT64_SCHEMA, 1.9, 1],
    ['int8', FLOAT64_SCHEMA, -1.9, -1],
    ['int8', FLOAT64_SCHEMA, NaN, 0],
    ['int8', FLOAT64_SCHEMA, 1e30, -1],
    ['int8', STRING_SCHEMA, '+12', 12],
    ['int8', STRING_SCHEMA, '١٢', 12],
    ['int16', INT32_SCHEMA, 70000, 4464],
    ['int16', INT64_SCHEMA, 3000000000, 24064],
    ['int16', FLOAT64_SCHEMA, 1e30, -1],
    ['int32', INT64_SCHEMA, 3000000000, -1294967296],
    ['int32', FLOAT64_SCHEMA, 1e30, 2147483647],
    ['int32', Decimal.schema(2), decimal, 123],
    ['int32', ConnectTimestamp.SCHEMA, instant, -1092168694],
    ['int32', ConnectDate.SCHEMA, day, 18131],
    ['int32', ConnectTime.SCHEMA, time, 52494346],
    ['int64', FLOAT64_SCHEMA, 1e30, 9223372036854775807n],
    ['int64', ConnectTimestamp.SCHEMA, instant, 1566570894346],
    ['float32', INT64_SCHEMA, 3000000000, 3e9],
    ['float32', STRING_SCHEMA, ' 12', 12],
    ['float32', STRING_SCHEMA, '1e3', 1000],
    ['float32', STRING_SCHEMA, 'NaN', NaN],
    ['float32', STRING_SCHEMA, '0x1.8p1f', 3],
    ['float32', Decimal.schema(2), decimal, Math.fround(123.45)],
    ['float64', FLOAT32_SCHEMA, Math.fround(1.1), 1.100000023841858],
    ['boolean', FLOAT64_SCHEMA, 0.5, false],
    ['boolean', FLOAT64_SCHEMA, 1.9, true],
    ['boolean', FLOAT64_SCHEMA, NaN, false],
    ['boolean', STRING_SCHEMA, 'TRUE', true],
    ['boolean', STRING_SCHEMA, '1', false],
    ['string', FLOAT64_SCHEMA, 1e30, '1.0E30'],
    ['string', SchemaBuilder.bytes().build(), Buffer.from([1, 2, 3]), 'AQID'],
    ['string', Decimal.schema(2), decimal, '123.45'],
  ])('to %s from %s of %s is %s', (spec, schema, value, expected) => {
    expect(cast(spec, schema, value)).toEqual(expected)
  })

  test.each([' 12', '1.5', '300', '1e3', '', 'true', '-', '1_0'])(
    'the text «%s» is no int8',
    (text) => {
      const message = `Value (${text}) was out of range for requested data type`
      expect(() => cast('int8', null, text)).toThrow(message)
    },
  )

  test('without a schema the result keeps its type', () => {
    expect(cast('a:int8,b:float64,c:string', null, { a: 300, b: 1, d: true })).toEqual({
      a: new TypedNumber('INT8', 44),
      b: new TypedNumber('FLOAT64', 1),
      c: null,
      d: true,
    })
  })

  test('the halfway point of two floats is rounded to the side where the exact value is', () => {
    // 16777217 is halfway between two floats.
    expect(cast('float32', STRING_SCHEMA, '16777217.00000000000000001')).toBe(16777218)
    expect(cast('float32', STRING_SCHEMA, '16777217')).toBe(16777216)
    expect(cast('float32', Decimal.schema(17), new Decimal(1677721700000000000000001n, 17))).toBe(
      16777218,
    )
    expect(cast('float32', INT64_SCHEMA, 2n ** 62n + 2n ** 38n + 1n)).toBe(2 ** 62 + 2 ** 39)
    expect(cast('float32', STRING_SCHEMA, '340282356779733661637539395458142568448')).toBe(Infinity)
    expect(cast('float32', STRING_SCHEMA, '340282356779733661637539395458142568447')).toBe(
      Math.fround(3.4028234663852886e38),
    )
  })

  test('a field within a struct is cast where the path is of V2', () => {
    const inner = SchemaBuilder.struct()
      .optional()
      .field('n', INT32_SCHEMA)
      .field('o', INT32_SCHEMA)
      .build()
    const schema = SchemaBuilder.struct().name('s').field('in', inner).build()
    const config = { spec: 'in.n:string', 'field.syntax.version': 'V2' }
    const made = transformation('Cast$Value', config)
    const value = new Struct(schema).put('in', new Struct(inner).put('n', 7).put('o', 8))
    const result = applied(made, sourceRecord({ schema, value }))
    const innerCast = SchemaBuilder.struct()
      .optional()
      .field('n', STRING_SCHEMA)
      .field('o', INT32_SCHEMA)
      .build()
    expect(result.valueSchema).toBe(SchemaBuilder.struct().name('s').field('in', innerCast).build())
    expect(String(result.value)).toBe('Struct{in=Struct{n=7,o=8}}')
    expect((result.value as Struct).getStruct('in')?.get('n')).toBe('7')
    expect(applied(made, sourceRecord({ value: { in: { n: 7 }, x: 1 } })).value).toEqual({
      in: { n: '7' },
      x: 1,
    })
    expect(applied(made, sourceRecord({ value: { x: 1 } })).value).toEqual({ x: 1 })
  })

  test.each(['float32', 'float64', 'int32', 'int64'])(
    'a long text that almost is a number is refused soon as %s',
    (spec) => {
      const cast = transformation('Cast$Value', { spec })
      const value = `${'1'.repeat(100_000)}x`
      const began = performance.now()
      expect(() => cast.apply(sourceRecord({ value }))).toThrow('was out of range')
      expect(performance.now() - began).toBeLessThan(5000)
    },
  )

  test('a tombstone passes', () => {
    const record = sourceRecord({ schema: INT32_SCHEMA, value: null })
    expect(transformation('Cast$Value', { spec: 'int8' }).apply(record)).toBe(record)
  })
})
