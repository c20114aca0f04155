import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTimestamp,
  DataError,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  isStruct,
} from '../../src/api/index.ts'

const schema = SchemaBuilder.struct()
  .name('user')
  .field('a', SchemaBuilder.int8().defaultValue(7).build())
  .field('b', OPTIONAL_STRING_SCHEMA)
  .field('c', INT64_SCHEMA)
  .build()

test('get fills in the default, getWithoutDefault and the typed getters do not', () => {
  const struct = new Struct(schema)
  expect(struct.get('a')).toBe(7)
  expect(struct.getWithoutDefault('a')).toBeNull()
  expect(struct.getInt8('a')).toBeNull()
  expect(struct.put('a', 3).getInt8('a')).toBe(3)
})

test('a member is found by its field as by its name', () => {
  const field = schema.field('b')
  if (field === undefined) throw new Error('no field b')
  expect(new Struct(schema).put(field, 'x').get('b')).toBe('x')
})

test('an int64 is normalised where it enters', () => {
  expect(new Struct(schema).put('c', 5n).getInt64('c')).toBe(5)
  expect(new Struct(schema).put('c', 2n ** 60n).getInt64('c')).toBe(2n ** 60n)
})

test('an instant that no Date can hold stays a bigint', () => {
  const far = 8_640_000_000_086_400_000n / 1000n
  const outer = SchemaBuilder.struct()
    .field('day', ConnectDate.SCHEMA)
    .field('at', ConnectTimestamp.SCHEMA)
    .build()
  expect(new Struct(outer).put('day', far).put('at', far).values).toEqual([far, far])
})

describe('what does not fit is refused', () => {
  test.each<[string, () => unknown, string]>([
    [
      'an unknown field to put',
      () => new Struct(schema).put('z', 1),
      'z is not a valid field name',
    ],
    ['an unknown field to get', () => new Struct(schema).get('z'), 'z is not a valid field name'],
    ['no field', () => new Struct(schema).put(null as never, 1), 'field cannot be null.'],
    [
      'null, even where a default would fill it',
      () => new Struct(schema).put('a', null),
      'Invalid value: null used for required field: "a", schema type: INT8',
    ],
    [
      'a value of another type',
      () => new Struct(schema).put('b', 1),
      'Invalid Java object for schema with type STRING: class java.lang.Long for field: "b"',
    ],
    [
      'a getter of another type',
      () => new Struct(schema).getString('a'),
      "Field 'a' is not of type STRING",
    ],
    [
      'a required member left out',
      () => new Struct(schema).validate(),
      'Invalid value: null used for required field: "c", schema type: INT64',
    ],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(new DataError(message))
  })
})

test('structs are equal when their schemas and raw members are', () => {
  const other = SchemaBuilder.struct().field('c', INT64_SCHEMA).build()
  const make = (): Struct => new Struct(schema).put('c', 1)
  expect(make().equals(make())).toBe(true)
  expect(make().equals(make().put('a', 7))).toBe(false)
  expect(new Struct(other).put('c', 1).equals(make())).toBe(false)
})

test('a struct prints its members in order without those that are null', () => {
  expect(String(new Struct(schema).put('c', 1).put('b', 'x'))).toBe('Struct{b=x,c=1}')
  expect(String(new Struct(schema))).toBe('Struct{}')
})

test('nested values are validated, compared and printed', () => {
  const outer = SchemaBuilder.struct()
    .field('inner', schema)
    .field('days', SchemaBuilder.array(ConnectDate.SCHEMA).build())
    .field('names', SchemaBuilder.map(STRING_SCHEMA, INT8_SCHEMA).build())
    .build()
  const make = (): Struct =>
    new Struct(outer)
      .put('inner', new Struct(schema).put('c', 1))
      .put('days', [])
      .put('names', new Map([['x', 1]]))
  expect(make().equals(make())).toBe(true)
  expect(String(make())).toBe('Struct{inner=Struct{c=1},days=[],names={x=1}}')
  make().validate()
})

test('a struct made by another copy of the class is a struct', () => {
  const foreign = { schema, values: [1, null, 2], [Symbol.for('sluice.Struct')]: true }
  expect(isStruct(foreign)).toBe(true)
  expect(isStruct({ schema, values: [] })).toBe(false)
  const outer = SchemaBuilder.struct().field('inner', schema).build()
  expect(String(new Struct(outer).put('inner', foreign))).toBe('Struct{inner=Struct{a=1,c=2}}')
})
