import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BOOLEAN_SCHEMA,
  DataError,
  Decimal,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  valueEquals,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { JsonSchemaData } from '../../../src/converters/json-schema/json-schema-data.ts'
import { typedValues } from '../avro/arbitrary-data.ts'

type Config = Readonly<Record<string, string>>

function written(schema: Schema, value: unknown, config: Config = {}): string {
  const data = new JsonSchemaData(config)
  return data.encoder(schema, data.fromConnectSchema(schema)).encode(value).toString()
}

function read(json: unknown, text: string, config: Config = {}): unknown {
  const data = new JsonSchemaData(config)
  return data.decoder(data.parse(JSON.stringify(json), [])).decode(Buffer.from(text)).value
}

const numeric = { 'decimal.format': 'NUMERIC' }
const withDefault = SchemaBuilder.int32().defaultValue(7).build()
const optionalWithDefault = SchemaBuilder.int32().optional().defaultValue(7).build()
const members = SchemaBuilder.struct()
  .field('required', INT32_SCHEMA)
  .field('optional', OPTIONAL_INT32_SCHEMA)
  .field('default', withDefault)
  .field('both', optionalWithDefault)
  .build()

describe('a value is written', () => {
  test.each<[string, Schema, unknown, string]>([
    ['an integer beyond 2^53', INT64_SCHEMA, 9223372036854775807n, '9223372036854775807'],
    ['a whole float', FLOAT64_SCHEMA, 1, '1.0'],
    ['no number', FLOAT64_SCHEMA, NaN, '"NaN"'],
    ['text', STRING_SCHEMA, 'Größe "x"', '"Größe \\"x\\""'],
    ['half of a pair', STRING_SCHEMA, '\ud800', '"\\uD800"'],
    ['bytes', SchemaBuilder.bytes().build(), Buffer.from('foo'), '"Zm9v"'],
    ['a decimal', Decimal.schema(2), new Decimal(156n, 2), '"AJw="'],
    ['a list with null in it', SchemaBuilder.array(INT32_SCHEMA).build(), [1, null], '[1,null]'],
    [
      'a map of strings',
      SchemaBuilder.map(STRING_SCHEMA, BOOLEAN_SCHEMA).build(),
      new Map([['__proto__', true]]),
      '{"__proto__":true}',
    ],
    [
      'a map of other keys',
      SchemaBuilder.map(OPTIONAL_STRING_SCHEMA, INT32_SCHEMA).build(),
      new Map([
        ['a', 1],
        [null, 2],
      ]),
      '[{"key":"a","value":1},{"key":null,"value":2}]',
    ],
    ['an empty map', SchemaBuilder.map(INT32_SCHEMA, INT32_SCHEMA).build(), new Map(), '[]'],
    [
      'a struct without fields',
      SchemaBuilder.struct().build(),
      new Struct(SchemaBuilder.struct().build()),
      '{}',
    ],
    [
      'null members: left out, null, or the default',
      members,
      new Struct(members),
      '{"optional":null,"default":7,"both":7}',
    ],
    ['null at the top', OPTIONAL_INT32_SCHEMA, null, 'null'],
    ['the default at the top', withDefault, null, '7'],
  ])('%s', (_what, schema, value, text) => {
    expect(written(schema, value)).toBe(text)
  })

  test('a decimal as a number that keeps its digits', () => {
    expect(written(Decimal.schema(4), new Decimal(15600n, 4), numeric)).toBe('1.5600')
  })

  test('null as null where defaults do not count', () => {
    const config = { 'ignore.default.for.nullables': 'true' }
    expect(written(members, new Struct(members), config)).toBe('{"optional":null,"both":null}')
  })

  test('on several lines, as Jackson indents', () => {
    const schema = SchemaBuilder.struct()
      .field('a', SchemaBuilder.array(members).build())
      .field('e', SchemaBuilder.array(INT8_SCHEMA).build())
      .field('t,{"', STRING_SCHEMA)
      .build()
    const value = new Struct(schema, [[new Struct(members, [1, null, 2, 3])], [], 'x: [1,2]\\"'])
    expect(written(schema, value, { 'json.indent.output': 'true' })).toBe(
      [
        '{',
        '  "a" : [ {',
        '    "required" : 1,',
        '    "optional" : null,',
        '    "default" : 2,',
        '    "both" : 3',
        '  } ],',
        '  "e" : [ ],',
        '  "t,{\\"" : "x: [1,2]\\\\\\""',
        '}',
      ].join('\n'),
    )
  })

  test.each<[string, Schema, unknown, RegExp]>([
    ['of another type', INT32_SCHEMA, 'x', /Invalid type for INT32/],
    ['beyond its type', INT8_SCHEMA, 128, /Invalid type for INT8: .*128/],
    [
      'of another struct',
      members,
      new Struct(SchemaBuilder.struct().build()),
      /Mismatching schema/,
    ],
    [
      'that is no map',
      SchemaBuilder.map(STRING_SCHEMA, INT8_SCHEMA).build(),
      {},
      /Invalid type for MAP/,
    ],
    ['that is no list', SchemaBuilder.array(INT8_SCHEMA).build(), {}, /Invalid type for ARRAY/],
    ['of another scale', Decimal.schema(2), new Decimal(1n, 3), /mismatching scale/],
  ])('unless it is one %s', (_what, schema, value, message) => {
    expect(() => written(schema, value)).toThrow(message)
    expect(() => written(schema, value)).toThrow(DataError)
  })
})

describe('a value is read', () => {
  const entries = {
    type: 'array',
    'connect.type': 'map',
    items: { properties: { key: { type: 'integer' }, value: { type: 'string' } } },
  }

  test.each<[string, unknown, string, unknown]>([
    ['an integer beyond 2^53', { type: 'integer' }, '9007199254740993', 9007199254740993n],
    ['a whole number with a point', { type: 'integer' }, '5.0', 5],
    ['a number', { type: 'number' }, '1', 1],
    ['no number', { type: 'number' }, '"NaN"', NaN],
    ['a symbol that is no text', { enum: [1, 'a'] }, '1', '1'],
    ['null', { type: ['null', 'string'] }, 'null', null],
    ['the default for null', { type: 'integer', default: 5 }, 'null', 5],
    ['a map of other keys', entries, '[{"value":"x","key":1}]', new Map([[1, 'x']])],
    ['what follows the document as nothing', { type: 'array', items: {} }, '[] x', []],
  ])('%s', (_what, json, text, value) => {
    expect(read(json, text)).toEqual(value)
  })

  test.each<[string, string, string]>([
    ['members in another order, and others', '{"x":[{}],"b":"t","a":1}', 'Struct{a=1,b=t}'],
    ['without a member', '{"a":1}', 'Struct{a=1}'],
    ['the last of two', '{"a":1,"a":2}', 'Struct{a=2}'],
    ['named __proto__ as any other', '{"__proto__":{"a":9},"a":1}', 'Struct{a=1}'],
  ])('from an object: %s', (_what, text, value) => {
    const json = { properties: { a: { type: 'integer' }, b: { type: 'string' } } }
    expect(String(read(json, text))).toBe(value)
  })

  test.each<[string, unknown, string, RegExp]>([
    ['of another type', { type: 'integer' }, '"x"', /Invalid value "x" for INT64/],
    ['with a fraction', { type: 'integer' }, '1.5', /Invalid value 1.5 for INT64/],
    ['beyond its type', { type: 'integer', 'connect.type': 'int8' }, '128', /for INT8/],
    ['that is null', { type: 'integer' }, 'null', /Invalid null value for required INT64 field/],
    ['that is no symbol', { enum: [1] }, '2', /a symbol of the enum/],
    [
      'that is no object',
      { properties: { a: {} } },
      '[]',
      /Structs should be encoded as JSON objects, but found ARRAY/,
    ],
    [
      'that is no list',
      { type: 'array', items: {} },
      '{}',
      /Arrays should be encoded as JSON arrays/,
    ],
    [
      'that is no list of entries',
      entries,
      '{}',
      /Maps with non-string fields should be encoded as JSON array of objects, but found OBJECT/,
    ],
    [
      'whose entry is no object',
      entries,
      '[1]',
      /Found invalid map entry instead of object: NUMBER/,
    ],
    [
      'whose entry has three members',
      entries,
      '[{"key":1,"value":"x","z":0}]',
      /expected length 2 but found :3/,
    ],
    [
      'of a map that is no object',
      { 'connect.type': 'map', type: 'object', additionalProperties: {} },
      '[]',
      /Maps with string fields should be encoded as JSON objects, but found ARRAY/,
    ],
    ['that is not there', { type: 'integer' }, '', /cannot be read: At byte 0 the text ends/],
    ['that is no JSON', { type: 'object' }, '{"a"', /At byte 4 the text ends: expected a colon/],
  ])('unless it is one %s', (_what, json, text, message) => {
    expect(() => read(json, text)).toThrow(message)
    expect(() => read(json, text)).toThrow(DataError)
  })
})

test('any schema and its values are what they were when they are read again', () => {
  const data = new JsonSchemaData()
  fc.assert(
    fc.property(typedValues, ({ schema, values }) => {
      const json = data.fromConnectSchema(schema)
      const decoder = data.decoder(data.parse(json.text, []))
      expect(decoder.schema).toBe(schema)
      const encoder = data.encoder(schema, json)
      for (const value of values) {
        const bytes = encoder.encode(value)
        const again = decoder.decode(bytes).value
        expect(encoder.encode(again).equals(bytes)).toBe(true)
        // Within others, a default takes the place of null.
        const isScalar = schema.fields === null && schema.valueSchema === null
        if (isScalar) expect(valueEquals(again, value ?? schema.defaultValue)).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

test('decimals that are numbers keep every digit', () => {
  const data = new JsonSchemaData(numeric)
  const schema = Decimal.schema(5)
  const json = data.fromConnectSchema(schema)
  const decoder = data.decoder(json)
  const encoder = data.encoder(schema, json)
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }), (unscaled) => {
      const value = new Decimal(unscaled, 5)
      expect(valueEquals(decoder.decode(encoder.encode(value)).value, value)).toBe(true)
    }),
  )
})

test('what should be the members that a schema does not name is no map: it is refused, not left out', () => {
  const data = new JsonSchemaData({ 'preserve.additional.properties': 'true' })
  const json = data.parse('{"type":"object","properties":{"a":{"type":"integer"}}}', [])
  const schema = data.toConnectSchema(json)
  const encoder = data.encoder(schema, json)
  expect(encoder.encode(new Struct(schema, [1, new Map()])).toString()).toBe('{"a":1}')
  expect(encoder.encode(new Struct(schema, [1, null])).toString()).toBe('{"a":1}')
  expect(() => encoder.encode(new Struct(schema, [1, { b: 2 }]))).toThrow(DataError)
})

/** Jackson asks for a space between two values of a text, the second of which nobody reads. */
describe('what follows a document', () => {
  test.each([
    ['number', '1.2.3'],
    ['number', '12abc'],
    ['number', '12,'],
    ['boolean', 'true$'],
  ])('must not run on from a %s, as %s does', (type, text) => {
    expect(() => read({ type }, text)).toThrow(DataError)
    expect(() => read({ type }, text)).toThrow(/expected a space between values/)
  })

  test.each([
    ['number', '1.5 3', 1.5],
    ['number', '-7', -7],
    ['boolean', 'true,', true],
    ['string', '"a"b', 'a'],
  ])('does not count otherwise: %s %s', (type, text, value) => {
    expect(read({ type }, text)).toBe(value)
  })
})
