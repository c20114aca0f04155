import { describe, expect, test } from 'vitest'
import {
  Decimal,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../src/api/index.ts'
import { applied, sourceRecord, transformation } from '../support.ts'

const common = (name: string, config: ConnectorConfig = {}) =>
  transformation(`com.github.jcustenborder.kafka.connect.transform.common.${name}`, config)

test('LowerCaseTopic writes the topic in lower case', () => {
  expect(applied(common('LowerCaseTopic'), sourceRecord({ topic: 'My_Topic' })).topic).toBe(
    'my_topic',
  )
})

test('SchemaNameToTopic names the topic after the schema', () => {
  const keySchema = SchemaBuilder.struct().name('k').build()
  const record = sourceRecord({ keySchema, key: new Struct(keySchema), value: {} })
  expect(applied(common('SchemaNameToTopic$Key'), record).topic).toBe('k')
  expect(() => common('SchemaNameToTopic$Value').apply(record)).toThrow(
    /The schema of the value has no name/,
  )
})

describe('ToLong', () => {
  const schema = SchemaBuilder.struct()
    .name('n')
    .version(2)
    .field('a', FLOAT64_SCHEMA)
    .field('b', Decimal.builder(2).optional().build())
    .field('c', STRING_SCHEMA)
    .build()
  const value = new Struct(schema).put('a', -1.9).put('b', Decimal.parse('12.99')).put('c', 'x')

  test('makes INT64s of numbers, and leaves the rest', () => {
    const made = applied(common('ToLong$Value', { fields: 'a,b' }), sourceRecord({ schema, value }))
    expect(String(made.value)).toBe('Struct{a=-1,b=12,c=x}')
    expect(
      made.valueSchema?.fields?.map(({ schema: { type, optional, name } }) => [
        type,
        optional,
        name,
      ]),
    ).toEqual([
      ['INT64', false, null],
      ['INT64', true, null],
      ['STRING', false, null],
    ])
    expect(made.valueSchema).toMatchObject({ name: 'n', version: null })
  })

  test('what is no number fails', () => {
    expect(() =>
      common('ToLong$Value', { fields: 'c' }).apply(sourceRecord({ schema, value })),
    ).toThrow("Field 'c' is not a number. String")
  })
})

describe('SetMaximumPrecision', () => {
  const precise = (precision?: number) => {
    const builder = Decimal.builder(2).optional()
    if (precision !== undefined) builder.parameter('connect.decimal.precision', String(precision))
    return builder.build()
  }

  test.each([
    { precision: undefined, expected: '38' },
    { precision: 50, expected: '38' },
    { precision: 38, expected: '38' },
    { precision: 7, expected: '7' },
  ])('of $precision it makes $expected', ({ precision, expected }) => {
    const schema = SchemaBuilder.struct().name('n').field('d', precise(precision)).build()
    const value = new Struct(schema).put('d', Decimal.parse('1.25'))
    const made = applied(
      common('SetMaximumPrecision$Value', { 'precision.max': '38' }),
      sourceRecord({ schema, value }),
    )
    expect(made.valueSchema?.field('d')?.schema.parameters?.get('connect.decimal.precision')).toBe(
      expected,
    )
    expect(String(made.value)).toBe('Struct{d=1.25}')
    expect(made.valueSchema?.name).toBe('n')
  })

  test('a struct without such decimals stays the same object', () => {
    const schema = SchemaBuilder.struct().optional().field('a', INT32_SCHEMA).build()
    const record = sourceRecord({ schema, value: new Struct(schema).put('a', 1) })
    expect(common('SetMaximumPrecision$Value', { 'precision.max': '1' }).apply(record)).toBe(record)
  })
})

describe('PatternMapString', () => {
  const schema = SchemaBuilder.struct()
    .name('n')
    .field('a', OPTIONAL_STRING_SCHEMA)
    .field('b', INT32_SCHEMA)
    .build()
  const config = { 'value.pattern': '(X)-', 'value.replacement': '$1+', 'src.field.name': 'a' }
  const value = new Struct(schema).put('a', 'x-X-y').put('b', 1)

  test('puts the result behind the text, or in its place', () => {
    const beside = common('PatternMapString$Value', { ...config, 'dest.field.name': 'c' })
    const made = applied(beside, sourceRecord({ schema, value }))
    expect(String(made.value)).toBe('Struct{a=x-X-y,c=x+X+y,b=1}')
    const same = common('PatternMapString$Value', { ...config, 'dest.field.name': 'a' })
    const replaced = applied(same, sourceRecord({ schema, value }))
    expect(String(replaced.value)).toBe('Struct{a=x+X+y,b=1}')
    expect(replaced.valueSchema).toBe(schema)
    expect(value.get('a')).toBe('x-X-y')
  })

  test('of a map likewise', () => {
    const beside = common('PatternMapString$Key', { ...config, 'dest.field.name': 'c' })
    expect(applied(beside, sourceRecord({ key: { a: 'X-' } })).key).toEqual({ a: 'X-', c: 'X+' })
    expect(applied(beside, sourceRecord({ key: { b: 'X-' } })).key).toEqual({ b: 'X-' })
    expect(applied(beside, sourceRecord({ key: { a: null } })).key).toEqual({ a: null, c: null })
  })

  test('what is no text fails', () => {
    const beside = common('PatternMapString$Value', {
      ...config,
      'src.field.name': 'b',
      'dest.field.name': 'c',
    })
    expect(() => beside.apply(sourceRecord({ schema, value }))).toThrow(
      /The field "b" holds no text/,
    )
  })
})
