import { describe, expect, test } from 'vitest'
import { JsonSchemaData } from '../../../src/converters/json-schema/json-schema-data.ts'

const data = new JsonSchemaData()

/** What keeps a reader with `reader` from reading what `writer` wrote. */
function problems(writer: unknown, reader: unknown): readonly string[] {
  const parse = (json: unknown): ReturnType<typeof data.parse> =>
    data.parse(JSON.stringify(json), [])
  return data.incompatibilities(parse(reader), parse(writer))
}

const text = { type: 'string' }
const int = { type: 'integer' }
const number = { type: 'number' }
const object = (properties: object, more: object = {}): object => ({
  type: 'object',
  properties,
  ...more,
})
const closed = { additionalProperties: false }

describe('a reader reads what was written with a schema that allows no more than its own', () => {
  test.each<[string, unknown, unknown, RegExp | null]>([
    ['the same', object({ a: int }), object({ a: int }), null],
    ['another type', text, int, /TYPE_CHANGED/],
    ['anything', text, {}, null],
    ['nothing', false, int, null],
    ['a wider number', int, number, null],
    ['a narrower number', number, int, /TYPE_NARROWED/],
    [
      'a decimal in the other form',
      { ...text, 'connect.type': 'bytes' },
      { ...number, 'connect.type': 'bytes' },
      null,
    ],
    ['a longer text', { ...text, maxLength: 3 }, { ...text, maxLength: 4 }, null],
    [
      'a shorter text',
      { ...text, maxLength: 3 },
      { ...text, maxLength: 2 },
      /MAX_LENGTH_DECREASED/,
    ],
    ['a length at least', text, { ...text, minLength: 1 }, /MIN_LENGTH_ADDED/],
    ['a pattern', text, { ...text, pattern: 'a' }, /PATTERN_ADDED/],
    ['another pattern', { ...text, pattern: 'b' }, { ...text, pattern: 'a' }, /PATTERN_CHANGED/],
    ['a greater minimum', { ...int, minimum: 1 }, { ...int, minimum: 2 }, /MINIMUM_INCREASED/],
    ['multiples of a part', { ...int, multipleOf: 4 }, { ...int, multipleOf: 2 }, null],
    [
      'multiples of something else',
      { ...int, multipleOf: 4 },
      { ...int, multipleOf: 3 },
      /MULTIPLE_OF_CHANGED/,
    ],
    ['more symbols', { enum: ['a'] }, { enum: ['b', 'a'] }, null],
    ['fewer symbols', { enum: ['a', 'b'] }, { enum: ['a'] }, /ENUM_ARRAY_NARROWED, without "b"/],
    ['another constant', { const: 'a' }, { const: 'b' }, /ENUM_ARRAY_NARROWED/],
    ['a member less', object({ a: int, b: int }), object({ a: int }), null],
    [
      'a member less where others are not allowed',
      object({ a: int, b: int }, closed),
      object({ a: int }, closed),
      /PROPERTY_REMOVED_FROM_CLOSED/,
    ],
    ['a member more', object({ a: int }), object({ a: int, b: int }), /PROPERTY_ADDED_TO_OPEN/],
    [
      'a member more where others were not allowed',
      object({ a: int }, closed),
      object({ a: int, b: int }, closed),
      null,
    ],
    [
      'a member more that has to be there',
      object({}, closed),
      object({ b: int }, { ...closed, required: ['b'] }),
      /REQUIRED_PROPERTY_ADDED/,
    ],
    [
      'one that has a default',
      object({}, closed),
      object({ b: { ...int, default: 1 } }, { ...closed, required: ['b'] }),
      null,
    ],
    [
      'a member that now has to be there',
      object({ a: int }),
      object({ a: int }, { required: ['a'] }),
      /REQUIRED_ATTRIBUTE_ADDED/,
    ],
    [
      'a member of another type',
      object({ a: int }),
      object({ a: text }),
      /#\/properties\/a: TYPE_CHANGED/,
    ],
    [
      'a member that the rest covers',
      object({ a: int }, closed),
      object({}, { additionalProperties: int }),
      null,
    ],
    [
      'a member that the rest does not cover',
      object({ a: int }, closed),
      object({}, { additionalProperties: text }),
      /NOT_COVERED/,
    ],
    [
      'no other members any more',
      object({ a: int }),
      object({ a: int }, closed),
      /ADDITIONAL_PROPERTIES_REMOVED/,
    ],
    [
      'other members of a type',
      object({}),
      object({}, { additionalProperties: int }),
      /ADDITIONAL_PROPERTIES_NARROWED/,
    ],
    [
      'what depends on a member',
      object({ a: int }),
      object({ a: int }, { dependencies: { a: ['b'] } }),
      /DEPENDENCY_ADDED/,
    ],
    [
      'elements of another type',
      { type: 'array', items: int },
      { type: 'array', items: text },
      /#\/items: TYPE_CHANGED/,
    ],
    ['elements of one type', { type: 'array' }, { type: 'array', items: text }, /SCHEMA_ADDED/],
    [
      'elements that differ',
      { type: 'array' },
      { type: 'array', uniqueItems: true },
      /UNIQUE_ITEMS_ADDED/,
    ],
    [
      'elements each their own',
      { type: 'array', items: [int] },
      { type: 'array', items: [text] },
      /#\/items\/0: TYPE_CHANGED/,
    ],
    [
      'an element more',
      { type: 'array', items: [] },
      { type: 'array', items: [text] },
      /ITEM_ADDED_TO_OPEN/,
    ],
    ['one of several', int, { oneOf: [text, int] }, null],
    ['one of several others', int, { oneOf: [text, { type: 'null' }] }, /TYPE_CHANGED/],
    ['a choice more', { oneOf: [int, text] }, { oneOf: [text, { type: 'null' }, int] }, null],
    ['a choice less', { oneOf: [int, text] }, { oneOf: [text] }, /SUM_TYPE_NARROWED/],
    [
      'other choices',
      { oneOf: [int, text] },
      { oneOf: [int, { type: 'null' }] },
      /SUBSCHEMAS_CHANGED/,
    ],
    ['any instead of one', { oneOf: [int, text] }, { anyOf: [int, text] }, null],
    ['all instead of any', { anyOf: [int, text] }, { allOf: [int, text] }, /COMBINED_TYPE_CHANGED/],
    [
      'one more of all',
      { allOf: [int] },
      { allOf: [int, { minimum: 1 }] },
      /PRODUCT_TYPE_EXTENDED/,
    ],
    ['one less of all', { allOf: [int, { minimum: 1 }] }, int, null],
  ])('%s', (_what, writer, reader, problem) => {
    const found = problems(writer, reader)
    if (problem === null) expect(found).toEqual([])
    else expect(found.join()).toMatch(problem)
  })

  test('itself, where it contains itself', () => {
    const tree = object({ next: { $ref: '#' }, v: int })
    expect(problems(tree, tree)).toEqual([])
    expect(problems(tree, object({ next: { $ref: '#' }, v: text })).join()).toMatch(
      /v: TYPE_CHANGED/,
    )
  })

  test('what Connect writes, with a field more or less as the registry has it', () => {
    expect(
      problems(
        object({ a: int }, closed),
        object({ a: int, b: { oneOf: [{ type: 'null' }, text] } }, closed),
      ),
    ).toEqual([])
  })
})
