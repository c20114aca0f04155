import { expect, test } from 'vitest'
import {
  DataError,
  INT32_SCHEMA,
  RecursiveSchema,
  SchemaBuilder,
  Struct,
  schemaEquals,
} from '../../src/api/index.ts'

test('a struct may contain itself', () => {
  const inner = new RecursiveSchema(true)
  const node = SchemaBuilder.struct()
    .name('Node')
    .doc('d')
    .version(2)
    .parameter('p', 'q')
    .field('v', INT32_SCHEMA)
    .field('next', inner)
    .build()
  inner.resolve(node)
  expect(inner).toMatchObject({
    name: 'Node',
    doc: 'd',
    version: 2,
    optional: true,
    type: 'STRUCT',
  })
  expect(inner.parameters?.get('p')).toBe('q')
  expect(inner.field('next')?.schema).toBe(inner)
  const value = new Struct(node).put('v', 1).put('next', new Struct(inner).put('v', 2))
  expect(() => value.validate()).not.toThrow()
  expect(String(value)).toBe('Struct{v=1,next=Struct{v=2}}')
  expect(() => value.put('next', new Struct(node).put('v', 2))).toThrow(DataError)
})

test('a schema that contains itself equals itself alone, and is nothing before it is complete', () => {
  const [a, b] = [new RecursiveSchema(false), new RecursiveSchema(false)]
  expect(schemaEquals(a, b)).toBe(false)
  expect(schemaEquals(a, a)).toBe(true)
  expect(() => a.fields).toThrow(/before it was complete/)
})
