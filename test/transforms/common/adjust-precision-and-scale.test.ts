import { describe, expect, test } from 'vitest'
import { BYTES_SCHEMA, Decimal, SchemaBuilder, Struct } from '../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../src/api/index.ts'
import { applied, sourceRecord, transformation } from '../support.ts'

const common = (name: string, config: ConnectorConfig = {}) =>
  transformation(`com.github.jcustenborder.kafka.connect.transform.common.${name}`, config)

describe('AdjustPrecisionAndScale', () => {
  const decimal = (scale: number, precision?: number) => {
    const builder = Decimal.builder(scale).optional()
    if (precision !== undefined) builder.parameter('connect.decimal.precision', String(precision))
    return builder.build()
  }

  test.each([
    { config: {}, from: [2, 5], value: '1.25', to: [2, 5], made: '1.25' },
    { config: {}, from: [2], value: '1.25', to: [2, 0], made: '1.25' },
    {
      config: { 'precision.mode': 'max', 'precision.value': '3' },
      from: [2, 5],
      value: '123.45',
      to: [2, 3],
      made: '123.00',
    },
    {
      config: { 'precision.mode': 'max', 'precision.value': '3' },
      from: [2, 5],
      value: '99.96',
      to: [2, 3],
      made: '100.00',
    },
    {
      config: { 'precision.mode': 'undefined', 'precision.value': '9' },
      from: [2],
      value: '1.25',
      to: [2, 9],
      made: '1.25',
    },
    {
      config: { 'scale.mode': 'max', 'scale.value': '1' },
      from: [2, 5],
      value: '-1.21',
      to: [1, 5],
      made: '-1.3',
    },
    {
      config: { 'scale.mode': 'undefined', 'scale.value': '4' },
      from: [127, 5],
      value: '1',
      to: [4, 5],
      made: '1.0000',
    },
    {
      config: { 'scale.zero.mode': 'value', 'scale.value': '1' },
      from: [0, 5],
      value: '7',
      to: [1, 5],
      made: '7.0',
    },
    {
      config: { 'scale.negative.mode': 'zero' },
      from: [-2, 5],
      value: '3E+2',
      to: [0, 5],
      made: '300',
    },
    {
      config: { 'scale.negative.mode': 'value', 'scale.value': '1' },
      from: [-2, 5],
      value: '3E+2',
      to: [1, 5],
      made: '300.0',
    },
    {
      config: { 'scale.mode': 'undefined', 'scale.value': '1' },
      from: [2],
      value: '123.45',
      to: [1, 0],
      made: '123.4',
    },
  ])('$config makes $made of $value', ({ config, from, value, to, made }) => {
    const [scale = 0, precision] = from
    const schema = SchemaBuilder.struct().name('n').field('d', decimal(scale, precision)).build()
    const struct = new Struct(schema).put('d', Decimal.parse(value))
    const result = applied(
      common('AdjustPrecisionAndScale$Value', config),
      sourceRecord({ schema, value: struct }),
    )
    expect(String((result.value as Struct).get('d'))).toBe(made)
    const parameters = result.valueSchema?.field('d')?.schema.parameters
    expect([
      Number(parameters?.get('scale')),
      Number(parameters?.get('connect.decimal.precision')),
    ]).toEqual(to)
  })

  test('null stays null, and other fields as they are', () => {
    const schema = SchemaBuilder.struct().field('d', decimal(2)).field('b', BYTES_SCHEMA).build()
    const value = new Struct(schema).put('b', Buffer.of(1))
    const adjust = common('AdjustPrecisionAndScale$Key', {
      'scale.mode': 'max',
      'scale.value': '0',
    })
    const made = applied(adjust, sourceRecord({ keySchema: schema, key: value })).key as Struct
    expect(made.values).toEqual([null, Buffer.of(1)])
  })
})
