import { describe, expect, test } from 'vitest'
import {
  BOOLEAN_SCHEMA,
  DataError,
  FLOAT64_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { draft4, fieldsOf, schemaOf } from './support.ts'

const jsonEnum = 'io.confluent.connect.json.Enum'
const oneOf = 'io.confluent.connect.json.OneOf'

function enumOf(...symbols: readonly string[]): Schema {
  const builder = SchemaBuilder.string().parameter(jsonEnum, '')
  for (const symbol of symbols) builder.parameter(`${jsonEnum}.${symbol}`, symbol)
  return builder.build()
}

describe('the Connect schema', () => {
  test.each<[string, unknown, Schema]>([
    ['a boolean', { type: 'boolean' }, BOOLEAN_SCHEMA],
    ['an integer', { type: 'integer' }, INT64_SCHEMA],
    ['a number', { type: 'number' }, FLOAT64_SCHEMA],
    ['an integer of Connect', { type: 'integer', 'connect.type': 'int8' }, INT8_SCHEMA],
    ['a string', { type: 'string', format: 'date', maxLength: 3 }, STRING_SCHEMA],
    ['bytes', { type: 'string', 'connect.type': 'bytes' }, SchemaBuilder.bytes().build()],
    ['an enum', { enum: ['one', null, 2, 1.5] }, enumOf('one', '<NULL>', '2', '1.5')],
    ['a constant', { const: 'one' }, enumOf('one')],
    ['a string that is an enum', { type: 'string', enum: ['a', 'b'] }, enumOf('a', 'b')],
    ['a string that is a constant', { type: 'string', const: 'a' }, STRING_SCHEMA],
    ['an integer that is an enum', { type: 'integer', enum: [1, 2] }, INT64_SCHEMA],
    ['an integer with a format', { type: 'integer', format: 'int32' }, INT64_SCHEMA],
    ['a boolean with a format', { type: 'boolean', format: 'flag' }, BOOLEAN_SCHEMA],
    ['a string with a minimum, which means nothing', { type: 'string', minimum: 1 }, STRING_SCHEMA],
    ['what may be null', { type: ['integer', 'null'] }, OPTIONAL_INT64_SCHEMA],
    ['a type alone in a list', { type: ['integer'] }, INT64_SCHEMA],
    [
      'one of null and a string',
      { oneOf: [{ type: 'null' }, { type: 'string' }] },
      OPTIONAL_STRING_SCHEMA,
    ],
    [
      'any of a string and null',
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      OPTIONAL_STRING_SCHEMA,
    ],
    ['an allOf of one', { allOf: [{ type: 'integer' }] }, INT64_SCHEMA],
    ['a pattern and no type', { pattern: '^a' }, STRING_SCHEMA],
    ['a minimum and no type', { minimum: 1 }, FLOAT64_SCHEMA],
    [
      'an array',
      { type: 'array', items: { type: 'integer' } },
      SchemaBuilder.array(INT64_SCHEMA).build(),
    ],
    [
      'a map of strings',
      { type: 'object', 'connect.type': 'map', additionalProperties: { type: 'integer' } },
      SchemaBuilder.map(STRING_SCHEMA, INT64_SCHEMA).build(),
    ],
    [
      'a map of other keys',
      {
        type: 'array',
        'connect.type': 'map',
        items: {
          type: 'object',
          properties: { key: { type: 'integer' }, value: { type: 'string' } },
        },
      },
      SchemaBuilder.map(INT64_SCHEMA, STRING_SCHEMA).build(),
    ],
    [
      'attributes',
      {
        type: 'integer',
        title: 'n',
        description: 'about',
        'connect.version': 3,
        'connect.parameters': { p: 'q' },
        default: 5,
      },
      SchemaBuilder.int64()
        .name('n')
        .doc('about')
        .version(3)
        .parameter('p', 'q')
        .defaultValue(5)
        .build(),
    ],
  ])('of %s', (_what, json, expected) => {
    expect(schemaOf(json)).toBe(expected)
  })

  test('of an object is a struct in the order that Connect noted, or else in its own', () => {
    const noted = {
      b: { 'connect.index': 1 },
      a: { 'connect.index': 0 },
      c: { 'connect.index': 2 },
    }
    const of = (properties: object): string =>
      fieldsOf(
        schemaOf({
          type: 'object',
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, own]) => [name, { type: 'string', ...own }]),
          ),
        }),
      )
    expect(of(noted)).toBe('a:STRING b:STRING c:STRING')
    expect(of({ z: {}, b: {}, a: {} })).toBe('z:STRING b:STRING a:STRING')
    expect(of({ z: {}, b: { 'connect.index': 0 } })).toBe('z:STRING b:STRING')
  })

  test('has fields that are optional where they are not required, if that is asked for', () => {
    const json = {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'integer' } },
      required: ['a'],
    }
    expect(fieldsOf(schemaOf(json))).toBe('a:INT64 b:INT64')
    const config = { 'use.optional.for.nonrequired': 'true' }
    expect(fieldsOf(schemaOf(json, { config }))).toBe('a:INT64 b:INT64?')
  })

  test('of a choice is a struct of which one field is set', () => {
    const json = { title: 't', oneOf: [{ type: 'string' }, { type: 'null' }, { type: 'integer' }] }
    const schema = schemaOf(json)
    expect(schema.name).toBe(oneOf)
    expect(schema.optional).toBe(true)
    expect(fieldsOf(schema)).toBe(`${oneOf}.field.0:STRING? ${oneOf}.field.1:INT64?`)
    const general = schemaOf(json, { config: { 'generalized.sum.type.support': 'true' } })
    expect(general.name).toBe('connect_union_0')
    expect(general.parameters?.get('org.apache.kafka.connect.data.Union')).toBe('connect_union_0')
    expect(fieldsOf(general)).toBe('connect_union_field_0:STRING? connect_union_field_1:INT64?')
  })

  test('of a choice of one is a struct, if that is asked for', () => {
    const json = { oneOf: [{ type: 'string' }] }
    const schema = schemaOf(json, { config: { 'flatten.singleton.unions': 'false' } })
    expect(fieldsOf(schema)).toBe(`${oneOf}.field.0:STRING?`)
  })

  test('of enums in the general form counts the symbols', () => {
    const config = { 'generalized.sum.type.support': 'true' }
    const general = 'org.apache.kafka.connect.data.Enum'
    expect([...(schemaOf({ enum: ['a', null] }, { config }).parameters ?? [])]).toEqual([
      [general, ''],
      [`${general}.a`, '0'],
      [`${general}.<NULL>`, '1'],
    ])
  })

  test('of an allOf has the properties of all, those referred to included', () => {
    const json = {
      definitions: {
        base: {
          type: 'object',
          properties: { a: { type: 'integer' }, b: { type: 'string' } },
          required: ['b'],
        },
      },
      allOf: [
        { $ref: '#/definitions/base' },
        { allOf: [{ properties: { c: { type: 'boolean' } } }] },
        { required: ['a'] },
      ],
    }
    expect(fieldsOf(schemaOf(json))).toBe('a:INT64 b:STRING c:BOOLEAN')
    const config = { 'use.optional.for.nonrequired': 'true' }
    expect(fieldsOf(schemaOf(json, { config }))).toBe('a:INT64? b:STRING c:BOOLEAN?')
  })

  test('of an object with conditions beside it is that of the object', () => {
    const json = { properties: { a: { type: 'integer' } }, if: {}, then: {}, not: { type: 'null' } }
    expect(fieldsOf(schemaOf(json))).toBe('a:INT64')
  })

  test('of anything at all is a variant', () => {
    const schema = schemaOf({ type: 'object', properties: { a: {}, b: true } })
    expect(schema.field('a')?.schema.name).toBe('org.apache.kafka.connect.data.Variant')
    expect(schema.field('b')?.schema).toBe(schema.field('a')?.schema)
  })

  test('has the version of the registry, unless it has one of its own', () => {
    expect(schemaOf({ type: 'integer' }, { version: 7 }).version).toBe(7)
    expect(schemaOf({ type: 'integer', 'connect.version': 2 }, { version: 7 }).version).toBe(2)
    expect(schemaOf({ type: ['null', 'integer'] }, { version: 7 }).version).toBe(7)
  })

  test('of a field keeps members that its object does not name, if that is asked for', () => {
    const config = { 'preserve.additional.properties': 'true' }
    const json = { type: 'object', properties: { a: { type: 'integer' } } }
    const extras = '__connect_additional_properties__'
    expect(fieldsOf(schemaOf(json, { config }))).toBe(`a:INT64 ${extras}:MAP?`)
    expect(fieldsOf(schemaOf({ ...json, additionalProperties: false }, { config }))).toBe('a:INT64')
    expect(() => schemaOf({ properties: { [extras]: {} } }, { config })).toThrow(/collides with/)
  })

  test('leaves out a default that does not fit', () => {
    expect(schemaOf({ type: 'integer', default: 'x' }).defaultValue).toBeNull()
    expect(schemaOf({ type: 'object', default: {} }).defaultValue).toBeNull()
    expect(schemaOf({ type: 'string', default: null })).toBe(STRING_SCHEMA)
  })

  test('takes integers of any size and decimals as they are', () => {
    const text = '{"type":"integer","default":9223372036854775807}'
    expect(schemaOf(text).defaultValue).toBe(9223372036854775807n)
  })
})

describe('a JSON Schema is refused', () => {
  test.each<[string, unknown, RegExp]>([
    ['that is no schema', [], /expected an object or a boolean/],
    ['that is no JSON', '{"type":', /no JSON/],
    ['of a type that nobody knows', { type: 'text' }, /unknown type: \[text\]/],
    ['of an array without items', { type: 'array' }, /Array schema did not specify the items type/],
    ['of null alone', { type: 'null' }, /Unsupported schema type null/],
    ['that allows nothing', false, /Unsupported schema type nothing/],
    ['whose allOf tells no type', { allOf: [{ not: {} }, {}] }, /Unsupported criterion allOf/],
    [
      'of a Connect type that nobody knows',
      { type: 'integer', 'connect.type': 'int4' },
      /Unsupported type "int4"/,
    ],
    [
      'whose parameters are no strings',
      { type: 'string', 'connect.parameters': { a: 1 } },
      /to be strings but found: 1/,
    ],
    [
      'of a map without values',
      { type: 'object', 'connect.type': 'map' },
      /did not specify the type of its values/,
    ],
    ['whose properties are a list', { properties: [] }, /to be a JSON object/],
  ])('%s', (_what, json, message) => {
    expect(() => schemaOf(json)).toThrow(message)
    expect(() => schemaOf(json)).toThrow(DataError)
  })

  test('that is nested without end', () => {
    const deep = '{"items":'.repeat(900) + '{}' + '}'.repeat(900)
    expect(() => schemaOf(deep)).toThrow(/nested deeper than 200 levels/)
    expect(() => schemaOf('['.repeat(5000))).toThrow(DataError)
  })

  test('only where a dialect says so: draft 4 knows no constants', () => {
    const json = { $schema: draft4, type: 'object', properties: { a: { const: 'x' } } }
    expect(schemaOf(json).field('a')?.schema.name).toBe('org.apache.kafka.connect.data.Variant')
  })
})
