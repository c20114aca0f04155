import { describe, expect, test } from 'vitest'
import { INT32_SCHEMA, INT8_SCHEMA, SchemaBuilder, STRING_SCHEMA } from '../../src/api/index.ts'
import type { Predicate } from '../../src/api/index.ts'
import { applied, instanceOf, sourceRecord, transformation } from './support.ts'

const record = sourceRecord({
  headers: [
    ['a', INT32_SCHEMA, 1],
    ['b', null, 'x'],
    ['a', STRING_SCHEMA, 'y'],
  ],
})

describe('DropHeaders', () => {
  test('removes every header of the names, and leaves the record it was given as it was', () => {
    const result = applied(transformation('DropHeaders', { headers: 'a, c' }), record)
    expect([...(result.headers ?? [])]).toEqual([{ key: 'b', schema: null, value: 'x' }])
    expect(record.headers?.size).toBe(3)
  })

  test('gives a record back that has none of them', () => {
    const drop = transformation('DropHeaders', { headers: 'c' })
    expect(drop.apply(record)).toBe(record)
    const bare = sourceRecord({})
    expect(drop.apply(bare)).toBe(bare)
  })

  test.each([
    ['', "Configuration 'headers' must not be empty. Valid values include: any non-empty value"],
    ['a,a', "Configuration 'headers' values must not be duplicated."],
    ['a,,b', "Configuration 'headers' values must not be empty."],
  ])('the names "%s" are refused', (headers, message) => {
    expect(() => transformation('DropHeaders', { headers })).toThrow(message)
  })
})

describe('InsertHeader', () => {
  test.each([
    ['1', INT8_SCHEMA, 1],
    ['null', null, null],
    ['', STRING_SCHEMA, ''],
    [' x ', STRING_SCHEMA, 'x'],
    ['"q"', STRING_SCHEMA, '"q"'],
    ['[1,2]', SchemaBuilder.array(INT8_SCHEMA).build(), [1, 2]],
  ])('reads the literal «%s» by its looks', (literal, schema, value) => {
    const insert = transformation('InsertHeader', { header: 'h', 'value.literal': literal })
    expect([...(applied(insert, sourceRecord({})).headers ?? [])]).toEqual([
      { key: 'h', schema, value },
    ])
  })

  test('adds behind what is there, whatever its name, and leaves the record it was given as it was', () => {
    const insert = transformation('InsertHeader', { header: 'a', 'value.literal': 'z' })
    const result = applied(insert, record)
    expect([...(result.headers ?? [])].map(({ value }) => value)).toEqual([1, 'x', 'y', 'z'])
    expect(record.headers?.size).toBe(3)
  })
})

test('HasHeaderKey holds where a header has the name', () => {
  const predicate = instanceOf('predicates.HasHeaderKey') as Predicate
  predicate.configure({ name: 'b' })
  expect(predicate.test(record)).toBe(true)
  expect(predicate.test(sourceRecord({ headers: [['B', null, 1]] }))).toBe(false)
  expect(predicate.test(sourceRecord({}))).toBe(false)
})
