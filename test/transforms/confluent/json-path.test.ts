import { describe, expect, test } from 'vitest'
import {
  ConnectTimestamp,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT64_SCHEMA,
  SchemaBuilder,
  Struct,
  schemalessNumber,
} from '../../../src/api/index.ts'
import { jsonPath } from '../../../src/transforms/confluent/json-path/path-parser.ts'

const schema = SchemaBuilder.struct()
  .field('float', FLOAT32_SCHEMA)
  .field('double', FLOAT64_SCHEMA)
  .field('long', INT64_SCHEMA)
  .field('decimal', Decimal.schema(2))
  .field('time', ConnectTimestamp.SCHEMA)
  .field('default', SchemaBuilder.string().optional().defaultValue('d').build())
  .field('list', SchemaBuilder.array(FLOAT32_SCHEMA).build())
  .build()
const struct = new Struct(schema)
  .put('float', Math.fround(0.1))
  .put('double', 0.1)
  .put('long', 9_007_199_254_740_993n)
  .put('decimal', new Decimal(1250n, 2))
  .put('time', new Date(1_592_300_893_000))
  .put('list', [Math.fround(0.1)])

describe('numbers compare by their value', () => {
  test.each([
    { condition: '@.float == 0.1', holds: true },
    { condition: '@.double == 0.1', holds: true },
    { condition: '@.list[0] == 0.1', holds: true },
    { condition: '@.long == 9007199254740993', holds: true },
    { condition: '@.long == 9007199254740992', holds: false },
    { condition: '@.long > 9007199254740992', holds: true },
    { condition: '@.decimal == 12.5', holds: true },
    { condition: '@.decimal == 12.500', holds: true },
    { condition: '@.decimal < 12.51', holds: true },
    { condition: "@.decimal == '12.5'", holds: true },
    { condition: '@.decimal == @.double', holds: false },
    { condition: '@.time < 1592300893001', holds: true },
    { condition: '@.time < 1592300893000', holds: false },
    { condition: "@.default == 'd'", holds: true },
    { condition: '@.none == @.neither', holds: false },
    { condition: '@.none != @.neither', holds: true },
    { condition: '@.float =~ /0[.]1/', holds: true },
  ])('$condition', ({ condition, holds }) => {
    expect(jsonPath('key', `$[?(${condition})]`).matches(schema, struct)).toBe(holds)
  })
})

test.each([
  { condition: '@.a == 0.1', value: schemalessNumber('FLOAT32', Math.fround(0.1)), holds: true },
  { condition: '@.a == 100', value: schemalessNumber('FLOAT64', 100), holds: true },
  { condition: "'100.0' == @.a", value: schemalessNumber('FLOAT64', 100), holds: true },
  { condition: '@.a == null', value: null, holds: true },
  { condition: '@.a', value: null, holds: false },
  { condition: '@.a < 1', value: new Decimal(1n, 2_000_000_000), holds: true },
  { condition: '@.a < 1', value: NaN, holds: false },
  { condition: "@.a == 'it\\'s \\u0041'", value: "it's A", holds: true },
])('without a schema: $condition', ({ condition, value, holds }) => {
  expect(jsonPath('key', `$[?(${condition})]`).matches(null, { a: value })).toBe(holds)
})

test('a member called __proto__ is data', () => {
  const value = JSON.parse('{"__proto__":{"x":1}}') as object
  expect(jsonPath('key', '$.__proto__[?(@.x == 1)]').matches(null, value)).toBe(true)
  expect(jsonPath('key', '$.constructor').matches(null, {})).toBeNull()
})
