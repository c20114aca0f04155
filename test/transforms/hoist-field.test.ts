import { describe, expect, test } from 'vitest'
import { OPTIONAL_INT32_SCHEMA, SchemaBuilder, Struct } from '../../src/api/index.ts'
import { applied, sourceRecord, transformation } from './support.ts'

describe('HoistField', () => {
  test.each([
    ['a', 7, { a: 7 }],
    ['a', null, { a: null }],
    ['__proto__', 7, JSON.parse('{"__proto__":7}')],
    ['0', 7, new Map([['0', 7]])],
  ])('wraps a value without a schema into a map under %s', (field, value, expected) => {
    const result = applied(transformation('HoistField$Value', { field }), sourceRecord({ value }))
    expect(result.valueSchema).toBeNull()
    expect(result.value).toEqual(expected)
  })

  test('wraps a value with a schema into a struct, null included', () => {
    const hoist = transformation('HoistField$Key', { field: 'id' })
    const schema = SchemaBuilder.struct().field('id', OPTIONAL_INT32_SCHEMA).build()
    for (const key of [7, null]) {
      const result = applied(
        hoist,
        sourceRecord({ keySchema: OPTIONAL_INT32_SCHEMA, key, value: 1 }),
      )
      expect(result.keySchema).toBe(schema)
      expect(result.key).toEqual(new Struct(schema).put('id', key))
      expect(result.value).toBe(1)
    }
  })
})
