import { describe, expect, test } from 'vitest'
import {
  Decimal,
  INT32_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  SchemaBuilderError,
  Struct,
  schemaEquals,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'

const nothing = null as unknown as Schema

describe('a schema that cannot be is refused where it is made', () => {
  test.each<[string, () => unknown, string]>([
    ['no type', () => new SchemaBuilder(null as never), 'type cannot be null'],
    [
      'optional, then required',
      () => SchemaBuilder.int8().optional().required(),
      'Invalid SchemaBuilder call: optional has already been set.',
    ],
    [
      'two defaults',
      () => SchemaBuilder.int8().defaultValue(1).defaultValue(2),
      'Invalid SchemaBuilder call: default has already been set.',
    ],
    [
      'two names',
      () => SchemaBuilder.int8().name('a').name('b'),
      'Invalid SchemaBuilder call: name has already been set.',
    ],
    [
      'two versions',
      () => SchemaBuilder.int8().version(1).version(2),
      'Invalid SchemaBuilder call: version has already been set.',
    ],
    [
      'two docs',
      () => SchemaBuilder.int8().doc('a').doc('b'),
      'Invalid SchemaBuilder call: doc has already been set.',
    ],
    [
      'a default of another type',
      () => SchemaBuilder.int8().defaultValue('x'),
      'Invalid default value',
    ],
    [
      'a null default on what is not optional',
      () => SchemaBuilder.int8().defaultValue(null),
      'Invalid default value',
    ],
    [
      'a field of a primitive',
      () => SchemaBuilder.int8().field('a', INT8_SCHEMA),
      'Cannot create fields on type INT8',
    ],
    [
      'a field without a name',
      () => SchemaBuilder.struct().field('', INT8_SCHEMA),
      'fieldName cannot be null.',
    ],
    [
      'a field without a schema',
      () => SchemaBuilder.struct().field('a', nothing),
      'fieldSchema for field a cannot be null.',
    ],
    [
      'a field twice',
      () => SchemaBuilder.struct().field('a', INT8_SCHEMA).field('a', STRING_SCHEMA),
      'Cannot create field because of field name duplication a',
    ],
    ['an array of nothing', () => SchemaBuilder.array(nothing), 'valueSchema cannot be null.'],
    [
      'a map without keys',
      () => SchemaBuilder.map(nothing, INT8_SCHEMA),
      'keySchema cannot be null.',
    ],
    [
      'a map without values',
      () => SchemaBuilder.map(INT8_SCHEMA, nothing),
      'valueSchema cannot be null.',
    ],
    [
      'a builder where a schema belongs',
      () => SchemaBuilder.array(SchemaBuilder.int8() as unknown as Schema),
      'valueSchema is not a schema. Call build() on a SchemaBuilder first.',
    ],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(new SchemaBuilderError(message))
  })
})

test('setting an attribute again to the same value is no mistake', () => {
  const schema = SchemaBuilder.string().optional().optional().name('n').name('n').build()
  expect(schema.optional).toBe(true)
})

test('a default fits the schema as built so far', () => {
  expect(SchemaBuilder.int8().optional().defaultValue(null).build().defaultValue).toBeNull()
  expect(SchemaBuilder.int64().defaultValue(5n).build().defaultValue).toBe(5)
})

test('parameters add up and stay absent where there are none', () => {
  const schema = SchemaBuilder.int8()
    .parameter('a', '1')
    .parameters(new Map([['b', '2']]))
    .parameter('a', '3')
    .build()
  expect([...(schema.parameters ?? [])]).toEqual([
    ['a', '3'],
    ['b', '2'],
  ])
  expect(SchemaBuilder.int8().parameters(new Map()).build().parameters).toBeNull()
})

describe('equal schemas are one object', () => {
  const order = (): SchemaBuilder =>
    SchemaBuilder.struct()
      .name('order')
      .field('id', SchemaBuilder.int64().doc('identity').build())
      .field('total', Decimal.schema(2))
      .field('tags', SchemaBuilder.array(STRING_SCHEMA).build())

  test('however often they are built', () => {
    expect(order().build()).toBe(order().build())
    expect(SchemaBuilder.string().optional().build()).toBe(OPTIONAL_STRING_SCHEMA)
    expect(SchemaBuilder.bytes().defaultValue(Buffer.from('ab')).build()).toBe(
      SchemaBuilder.bytes().defaultValue(Buffer.from('ab')).build(),
    )
  })

  test.each<[string, Schema, Schema]>([
    ['name', SchemaBuilder.int8().name('a').build(), INT8_SCHEMA],
    ['version', SchemaBuilder.int8().version(1).build(), INT8_SCHEMA],
    ['doc', SchemaBuilder.int8().doc('a').build(), INT8_SCHEMA],
    ['default', SchemaBuilder.int8().defaultValue(1).build(), INT8_SCHEMA],
    ['parameters', SchemaBuilder.int8().parameter('a', 'b').build(), INT8_SCHEMA],
    ['type', INT32_SCHEMA, INT8_SCHEMA],
    ['field order', order().build(), order().field('more', INT8_SCHEMA).build()],
    [
      'default -0.0',
      SchemaBuilder.float64().defaultValue(-0).build(),
      SchemaBuilder.float64().defaultValue(0).build(),
    ],
  ])('and differ in their %s', (_, a, b) => {
    expect(schemaEquals(a, b)).toBe(false)
  })

  test('a schema from another copy of the classes is equal by its members', () => {
    const ours = order().build()
    const theirs: Schema = { ...ours, field: (name) => ours.field(name) }
    expect(schemaEquals(ours, theirs)).toBe(true)
    expect(schemaEquals(INT8_SCHEMA, theirs)).toBe(false)
  })
})

test('a schema prints its type, and its name where it has one', () => {
  expect(String(INT8_SCHEMA)).toBe('Schema{INT8}')
  expect(String(SchemaBuilder.struct().name('order').build())).toBe('Schema{order:STRUCT}')
})

test('a field is looked up by name on a struct alone', () => {
  const schema = SchemaBuilder.struct().field('a', INT8_SCHEMA).field('b', STRING_SCHEMA).build()
  expect(schema.field('b')).toEqual({ name: 'b', index: 1, schema: STRING_SCHEMA })
  expect(schema.field('c')).toBeUndefined()
  expect(() => INT8_SCHEMA.field('a')).toThrow('Cannot look up fields on non-struct type')
  expect(() => new Struct(INT8_SCHEMA)).toThrow('Not a struct schema: Schema{INT8}')
})
