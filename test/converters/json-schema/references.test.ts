import { describe, expect, test } from 'vitest'
import { DataError, STRING_SCHEMA } from '../../../src/api/index.ts'
import { draft2020, fieldsOf, schemaOf } from './support.ts'

describe('a reference', () => {
  const item = { type: 'object', properties: { id: { type: 'integer' } } }
  const references = [
    { name: 'item.json', schema: JSON.stringify(item) },
    {
      name: 'http://x.org/defs.json',
      schema: JSON.stringify({ $defs: { text: { $anchor: 'words', type: 'string' } } }),
    },
  ]

  test.each<[string, unknown]>([
    ['by its name', { $ref: 'item.json' }],
    ['by its name from here', { $ref: './item.json' }],
    ['by a pointer', { $ref: 'item.json#' }],
  ])('to another subject is found %s', (_what, own) => {
    const schema = schemaOf({ properties: { a: own } }, { references })
    expect(fieldsOf(schema.field('a')?.schema ?? schema)).toBe('id:INT64')
  })

  test.each<[string, unknown, unknown]>([
    ['a definition', { definitions: { x: { type: 'string' } } }, '#/definitions/x'],
    ['a definition under its newer name', { definitions: { x: { type: 'string' } } }, '#/$defs/x'],
    [
      'an escaped name',
      { definitions: { 'a/b~c d': { type: 'string' } } },
      '#/definitions/a~1b~0c%20d',
    ],
    ['an id', { definitions: { x: { $id: '#here', type: 'string' } } }, '#here'],
    ['an id of Confluent’s', { definitions: { x: { id: '#id1', type: 'string' } } }, '#id1'],
    [
      'a schema with a base',
      { $id: 'http://x.org/root.json', definitions: { x: { $id: 'in.json', type: 'string' } } },
      'in.json',
    ],
    ['another document', {}, 'http://x.org/defs.json#/$defs/text'],
    ['an anchor', { $schema: draft2020 }, 'http://x.org/defs.json#words'],
    ['a document beside', { $id: 'http://x.org/a.json' }, 'defs.json#/$defs/text'],
  ])('to %s is found', (_what, document, ref) => {
    const json = { ...(document as object), properties: { a: { $ref: ref } } }
    expect(schemaOf(json, { references }).field('a')?.schema).toBe(STRING_SCHEMA)
  })

  test('keeps its place among the fields, and nothing else that stands beside it in older drafts', () => {
    const definitions = { x: { type: 'integer' } }
    const properties = {
      b: { $ref: '#/definitions/x', 'connect.index': 1, default: 3 },
      a: { type: 'string', 'connect.index': 0 },
    }
    const schema = schemaOf({ definitions, properties })
    expect(fieldsOf(schema)).toBe('a:STRING b:INT64')
    expect(schema.field('b')?.schema.defaultValue).toBeNull()
    const modern = {
      $schema: draft2020,
      $defs: { x: { properties: { a: { type: 'integer' } } } },
      $ref: '#/$defs/x',
      properties: { b: { type: 'string' } },
    }
    expect(fieldsOf(schemaOf(modern))).toBe('a:INT64 b:STRING')
    const config = { 'ignore.modern.dialects': 'true' }
    expect(fieldsOf(schemaOf(modern, { config }))).toBe('a:INT64')
  })

  test('of an object to itself makes a schema that contains itself', () => {
    const schema = schemaOf({
      title: 'Tree',
      type: 'object',
      properties: {
        name: { type: 'string' },
        children: { type: 'array', items: { $ref: '#' } },
        parent: { oneOf: [{ type: 'null' }, { $ref: '#' }] },
      },
    })
    const child = schema.field('children')?.schema.valueSchema
    expect(child?.fields).toBe(schema.fields)
    expect(child?.optional).toBe(false)
    expect(schema.field('parent')?.schema.optional).toBe(true)
    expect(String(child)).toBe('Schema{Tree:STRUCT}')
    expect(schema.parameters?.get('io.confluent.connect.json.Id')).toBe('#id2')
  })

  test.each<[string, unknown, string]>([
    [
      'what may be null',
      {
        $ref: '#/definitions/n',
        definitions: {
          n: { oneOf: [{ type: 'null' }, { properties: { next: { $ref: '#/definitions/n' } } }] },
        },
      },
      'next:STRUCT?',
    ],
    ['the only one of all', { allOf: [{ properties: { next: { $ref: '#' } } }] }, 'next:STRUCT'],
    [
      'a choice beside its type',
      {
        type: 'object',
        anyOf: [{ properties: { a: { $ref: '#' } } }, { properties: { b: { $ref: '#' } } }],
      },
      'io.confluent.connect.json.OneOf.field.0:STRUCT? io.confluent.connect.json.OneOf.field.1:STRUCT?',
    ],
  ])('of an object to %s that it is part of makes such a schema too', (_what, json, fields) => {
    expect(fieldsOf(schemaOf(json))).toBe(fields)
  })

  test.each<[string, unknown, RegExp]>([
    ['that leads nowhere', { $ref: '#/definitions/none' }, /#\/definitions\/none/],
    ['to another place', { $ref: 'http://elsewhere.org/x.json' }, /nothing is fetched/],
    [
      'in a circle',
      {
        definitions: { a: { $ref: '#/definitions/b' }, b: { $ref: '#/definitions/a' } },
        $ref: '#/definitions/a',
      },
      /in a circle/,
    ],
    ['of an array to itself', { type: 'array', items: { $ref: '#' } }, /without an object between/],
  ])('%s is refused', (_what, json, message) => {
    expect(() => schemaOf(json)).toThrow(message)
    expect(() => schemaOf(json)).toThrow(DataError)
  })

  test('through many definitions that refer to each other twice is converted once for each', () => {
    const definitions: Record<string, unknown> = { d0: { type: 'string' } }
    for (let n = 1; n <= 60; n++) {
      const $ref = `#/definitions/d${n - 1}`
      definitions[`d${n}`] = { type: 'object', properties: { a: { $ref }, b: { $ref } } }
    }
    expect(fieldsOf(schemaOf({ definitions, $ref: '#/definitions/d60' }))).toBe('a:STRUCT b:STRUCT')
  })
})
