import { describe, expect, test } from 'vitest'
import {
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  Values,
} from '../../src/api/index.ts'
import type { ConnectorConfig } from '../../src/api/index.ts'
import { fieldPath } from '../../src/transforms/support/field-path.ts'
import { applied, sinkRecord, transformation } from './support.ts'

describe('a path of V2', () => {
  test.each([
    ['foo.bar.baz', ['foo', 'bar', 'baz']],
    ['..', ['', '', '']],
    ['foo..', ['foo', '', '']],
    ['.bar.', ['', 'bar', '']],
    ['foo`bar`baz', ['foo`bar`baz']],
    ['`foo.bar.baz`', ['foo.bar.baz']],
    ['foo.`bar.baz`', ['foo', 'bar.baz']],
    ['`foo.bar`.baz', ['foo.bar', 'baz']],
    ['foo.`bar`.baz', ['foo', 'bar', 'baz']],
    ['foo.``bar.baz`', ['foo', '`bar.baz']],
    ['foo.`bar.baz``', ['foo', 'bar.baz`']],
    ['foo.`ba`r.baz`', ['foo', 'ba`r.baz']],
    ['foo.ba`r.baz', ['foo', 'ba`r', 'baz']],
    ['foo.``bar``.baz', ['foo', '`bar`', 'baz']],
    ['``foo.bar.baz``', ['`foo.bar.baz`']],
    ['foo.`bar\\`.baz`', ['foo', 'bar`.baz']],
    ['foo.`bar.`baz`', ['foo', 'bar.`baz']],
    ['foo.`bar\\`.`baz`', ['foo', 'bar`.`baz']],
    ['foo.`bar\\\\`.\\`baz`', ['foo', 'bar\\`.\\`baz']],
  ])('%s', (text, steps) => {
    expect(fieldPath(text, 'V2')).toEqual(steps)
    expect(fieldPath(text, 'V1')).toEqual([text])
  })

  test.each([
    ['`foo.bar.baz', 0],
    ['foo.`bar.baz', 4],
    ['foo.bar.`baz', 8],
    ['foo.bar.`baz\\`', 8],
  ])('%s is not closed', (text, position) => {
    expect(() => fieldPath(text, 'V2')).toThrow(
      `Incomplete backtick pair in path: [${text}], consider adding a backslash before backtick at position ${position} to escape it`,
    )
  })

  test('of no name is refused', () => {
    expect(() => fieldPath('', 'V2')).toThrow('expected a path of at least one name')
  })
})

const inner = SchemaBuilder.struct()
  .field('n', INT32_SCHEMA)
  .field('s', OPTIONAL_STRING_SCHEMA)
  .build()
const schema = SchemaBuilder.struct().field('in', inner).field('x', INT32_SCHEMA).build()
const struct = new Struct(schema).put('in', new Struct(inner).put('n', 7).put('s', 'a')).put('x', 1)
const map = { in: { n: 7, s: 'a' }, x: 1 }

/** What becomes of value and key, with a schema and without, as text; headers behind. */
function both(name: string, config: ConnectorConfig): string[] {
  const made = transformation(name, { ...config, 'field.syntax.version': 'V2' })
  return [sinkRecord({ schema, value: struct }), sinkRecord({ value: map })].map((record) => {
    const { value, key, headers } = applied(made, record)
    const shown = [value, key, ...[...(headers ?? [])].map((header) => header.value)]
    return shown
      .filter((part) => part !== null)
      .map((part) => Values.convertToString(null, part))
      .join(' ')
  })
}

describe('fields within structs and maps', () => {
  test.each<[string, ConnectorConfig, string]>([
    ['ExtractField$Value', { field: 'in.n' }, '7'],
    ['MaskField$Value', { fields: 'in.n' }, '{"in":{"n":0,"s":"a"},"x":1}'],
    ['ReplaceField$Value', { exclude: 'in.n' }, '{"in":{"s":"a"},"x":1}'],
    ['ReplaceField$Value', { include: 'in.n' }, '{"in":{"n":7}}'],
    ['ReplaceField$Value', { renames: 'in.n:m,x:y' }, '{"in":{"m":7,"s":"a"},"y":1}'],
    ['ReplaceField$Value', { renames: 'in:out,in.n:m' }, '{"out":{"m":7,"s":"a"},"x":1}'],
    ['ValueToKey', { fields: 'in.s,x' }, '{"in":{"n":7,"s":"a"},"x":1} {"s":"a","x":1}'],
    [
      'HeaderFrom$Value',
      { fields: 'in.n', headers: 'h', operation: 'move' },
      '{"in":{"s":"a"},"x":1} 7',
    ],
    [
      'HeaderFrom$Value',
      { fields: 'in.n', headers: 'h', operation: 'copy' },
      '{"in":{"n":7,"s":"a"},"x":1} 7',
    ],
    [
      'InsertField$Value',
      { 'topic.field': 'in.t!', 'static.field': 'new.deep.f', 'static.value': 'v' },
      '{"in":{"n":7,"s":"a","t":"topic"},"x":1,"new":{"deep":{"f":"v"}}}',
    ],
  ])('%s %o', (name, config, expected) => {
    expect(both(name, config)).toEqual([expected, expected])
  })

  test('a path that goes through another field named is refused', () => {
    const config = { fields: 'in,in.n', 'field.syntax.version': 'V2' }
    expect(() => transformation('MaskField$Value', config)).toThrow(
      'The fields named overlap: in is named, and a field within it too.',
    )
  })

  test('a path through what is no struct fails the record', () => {
    const made = transformation('MaskField$Value', { fields: 'x.y', 'field.syntax.version': 'V2' })
    expect(() => made.apply(sinkRecord({ schema, value: struct }))).toThrow(
      'found: INT32 in the field "x"',
    )
    expect(() => made.apply(sinkRecord({ value: map }))).toThrow('found: java.lang.Long')
  })
})

test('of a renamed field the value moves with it, whatever another is called', () => {
  const made = transformation('ReplaceField$Value', { renames: 'gone:x,in:y' })
  const result = applied(made, sinkRecord({ schema, value: struct }))
  expect(String(result.value)).toBe('Struct{y=Struct{n=7,s=a},x=1}')
})
