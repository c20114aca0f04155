import { describe, expect, test } from 'vitest'
import {
  ConnectTimestamp,
  Headers,
  INT8_SCHEMA,
  SchemaBuilder,
  STRING_SCHEMA,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'

function keysAndValues(headers: Headers): unknown[] {
  return Array.from(headers, ({ key, value }) => [key, value])
}

describe('headers', () => {
  test.each<[Schema, unknown, string]>([
    [INT8_SCHEMA, null, 'A null value requires an optional schema but was Schema{INT8}'],
    [INT8_SCHEMA, 'x', 'The value x is not compatible with the schema Schema{INT8}'],
    [STRING_SCHEMA, true, 'The value true is not compatible with the schema Schema{STRING}'],
  ])('refuse under %s the value %s', (schema, value, message) => {
    expect(() => new Headers().add('a', value, schema)).toThrow(message)
  })

  test('take what is of the class that a name asks for, and of a list whatever it holds', () => {
    const list = SchemaBuilder.array(INT8_SCHEMA).build()
    const headers = new Headers()
      .add('a', new Date(0), ConnectTimestamp.SCHEMA)
      .add('b', ['x'], list)
      .add('', null, SchemaBuilder.int8().optional().build())
      .add('d', 'x', null)
    expect(headers.size).toBe(4)
  })

  test('keep the last of each key, or of one', () => {
    const all = new Headers()
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['b', 4],
    ] as const)
      all.add(key, value, null)
    expect(keysAndValues(all.duplicate().retainLatest('a'))).toEqual([
      ['b', 2],
      ['a', 3],
      ['b', 4],
    ])
    expect(keysAndValues(all.duplicate().retainLatest())).toEqual([
      ['a', 3],
      ['b', 4],
    ])
    expect(keysAndValues(all.retainLatest('c'))).toHaveLength(4)
  })
})
