import { describe, expect, test } from 'vitest'
import { DataError } from '../../../src/api/index.ts'
import { JsonSchemaData } from '../../../src/converters/json-schema/json-schema-data.ts'
import { compileValidator } from '../../../src/converters/json-schema/validator.ts'

const data = new JsonSchemaData({ 'json.fail.invalid.schema': 'true' })

function problemOf(
  json: unknown,
  document: unknown,
  references: Record<string, unknown> = {},
): string {
  const named = Object.entries(references).map(([name, schema]) => ({
    name,
    schema: JSON.stringify(schema),
  }))
  const validate = compileValidator(data.parse(JSON.stringify(json), named))
  try {
    validate(Buffer.from(JSON.stringify(document)))
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

const draft = (name: string): string => `http://json-schema.org/${name}/schema#`
const modern = (name: string): string => `https://json-schema.org/draft/${name}/schema`

describe('a document is held against its schema', () => {
  test.each<[string, unknown, unknown, unknown]>([
    ['a required member', { required: ['a'] }, { a: 1 }, {}],
    ['a type', { type: 'integer' }, 1, 1.5],
    ['a whole number with a point', { type: 'integer' }, 5.0, '5'],
    [
      'a limit of draft 4',
      { $schema: draft('draft-04'), minimum: 1, exclusiveMinimum: true },
      2,
      1,
    ],
    ['a limit of draft 6', { $schema: draft('draft-06'), exclusiveMinimum: 1 }, 2, 1],
    ['a condition of draft 7', { if: { type: 'string' }, then: { minLength: 2 } }, 'ab', 'a'],
    [
      'dependencies of 2019-09',
      { $schema: modern('2019-09'), dependentRequired: { a: ['b'] } },
      { a: 1, b: 1 },
      { a: 1 },
    ],
    [
      'leading items of 2020-12',
      { $schema: modern('2020-12'), prefixItems: [{ type: 'string' }] },
      ['a'],
      [1],
    ],
    [
      'what is left, of 2020-12',
      { $schema: modern('2020-12'), properties: { a: {} }, unevaluatedProperties: false },
      { a: 1 },
      { b: 1 },
    ],
    [
      'what stands beside a reference, in 2019-09',
      { $schema: modern('2019-09'), $defs: { x: {} }, $ref: '#/$defs/x', type: 'string' },
      'a',
      1,
    ],
    ['a day', { format: 'date' }, '2024-02-29', '2023-02-29'],
    ['a time', { format: 'date-time' }, '2024-02-29T23:59:59.5+01:00', '2024-02-29 23:59'],
    ['an address', { format: 'ipv6' }, '::1', '::g'],
    ['a host', { format: 'hostname' }, 'a-b.example', '-a.example'],
    ['a pattern', { format: 'regex' }, '^a$', '('],
    ['a pointer', { format: 'json-pointer' }, '/a~1b', '/a~2'],
    ['a URI', { format: 'uri' }, 'http://x.org/a?b#c', 'no uri'],
    ['an address of mail', { format: 'email' }, 'a@b', 'a b@c'],
    ['multiples of a decimal', { multipleOf: 0.01 }, 1.13, 1.135],
    [
      'elements that differ',
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { a: 2, b: 1 },
      ],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    ],
    ['a member called as those of every object', { required: ['toString'] }, { toString: 1 }, {}],
    [
      'a member called constructor',
      { properties: { constructor: { type: 'integer' } } },
      JSON.parse('{"__proto__":1}'),
      { constructor: 'x' },
    ],
    ['what it refers to', { $ref: 'other.json' }, 1, 'x'],
    [
      'what it refers to by its own name',
      { $id: 'http://x.org/a.json', $ref: 'other.json' },
      'x',
      1,
    ],
  ])('%s', (_what, json, good, bad) => {
    const references = {
      'other.json': { type: (json as { $id?: string }).$id === undefined ? 'integer' : 'string' },
    }
    // Of draft 7, an id beside a reference does not count.
    const own =
      (json as { $id?: string }).$id === undefined
        ? json
        : { ...(json as object), allOf: [{ $ref: 'other.json' }], $ref: undefined }
    expect(problemOf(own, good, references)).toBe('')
    expect(problemOf(own, bad, references)).toMatch(/^Validation error in JSON: #/)
  })

  test.each<[string, unknown]>([
    ['formats that nobody knows', { format: 'no such format' }],
    [
      'formats in newer drafts, where they are remarks',
      { $schema: modern('2020-12'), format: 'date' },
    ],
    [
      'members of other tools',
      { nullable: false, $async: true, example: 1, id: 'x', discriminator: {} },
    ],
    [
      'what stands beside a reference, in draft 7',
      { definitions: { x: {} }, $ref: '#/definitions/x', type: 'integer' },
    ],
    ['a struct that contains itself', { $id: '#id1', properties: { next: { $ref: '#id1' } } }],
    ['the same as Confluent writes it', { id: '#id1', properties: { next: { $ref: '#id1' } } }],
  ])('and not against %s', (_what, json) => {
    expect(problemOf(json, 'anything')).toBe('')
  })

  test('in a time that does not double with each level, however many choices there are', () => {
    const next = { properties: { a: { $ref: '#' } } }
    const json = {
      anyOf: [{ ...next, required: ['b'] }, { ...next, required: ['c'] }, { type: 'null' }],
    }
    let document: unknown = null
    for (let depth = 0; depth < 60; depth++) document = { a: document }
    expect(problemOf(json, document)).toMatch(/Validation error|offers so many choices/)
    const many = Array.from({ length: 50_000 }, (_, n) => ({ n }))
    expect(problemOf({ uniqueItems: true }, many)).toBe('')
  })

  test('by patterns as Java has them, none of which takes for ever', () => {
    expect(problemOf({ pattern: '^\\p{Lu}++$' }, 'ÄÖ')).toBe('')
    const json = { patternProperties: { '^(a+)+$': { pattern: '^(a|aa)+$' } } }
    expect(problemOf(json, { aa: 'aaa' })).toBe('')
    expect(problemOf(json, { aa: `${'a'.repeat(60)}!` })).toMatch(/^Validation error in JSON: /)
  })

  test('unless the schema cannot be used for it', () => {
    expect(() => problemOf({ $ref: '#/definitions/none' }, 1)).toThrow(DataError)
    expect(() => problemOf({ pattern: '(' }, 1)).toThrow(/cannot be used to validate/)
  })
})
