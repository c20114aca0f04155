import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  STRING_SCHEMA,
  Values,
  isDecimal,
  isTypedNumber,
  javaToString,
  schemalessType,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { useUtc } from '../support/time-zone.ts'

useUtc()

/** What Java 4.3.1 makes of each text; RecordParseString.java beside it tells how it was recorded. */
const recorded = JSON.parse(
  readFileSync(new URL('../fixtures/values/parse-string.json', import.meta.url), 'utf8'),
) as [string, string][]

describe('the text of a header is parsed as Java parses it', () => {
  test.each(recorded)('%j is %s', (text, expected) => {
    const { schema, value } = Values.parseString(text)
    const result =
      value === null && schema === null
        ? 'null'
        : `${schemaText(schema)} ${valueText(value, schema)}`
    expect(result).toBe(expected === '- null' ? 'null' : expected)
  })

  test('null is null', () => {
    expect(Values.parseString(null)).toEqual({ schema: null, value: null })
  })

  test('whatever it is, it never fails', () => {
    const part = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"',
      '\\',
      ' ',
      '1',
      '1.5',
      'null',
      'a',
      '2019-08-23',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (input) => {
        expect(() => Values.parseString(input)).not.toThrow()
      }),
      { numRuns: 1000 },
    )
    expect(Values.parseString('['.repeat(100_000)).schema).toBe(STRING_SCHEMA)
  })
})

function schemaText(schema: Schema | null): string {
  if (schema === null) return '-'
  if (schema.type === 'ARRAY') return `array<${schemaText(schema.valueSchema)}>`
  if (schema.type === 'MAP') {
    return `map<${schemaText(schema.keySchema)},${schemaText(schema.valueSchema)}>`
  }
  const name = schema.name === null ? '' : `:${schema.name.replace(/.*\./, '')}`
  return schema.type.toLowerCase() + name + (schema.parameters?.get('scale') ?? '')
}

function valueText(value: unknown, schema: Schema | null): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || typeof value === 'bigint') {
    const type = schema?.type ?? schemalessType(value) ?? ''
    return `${type.toLowerCase()}:${javaToString(value, schema)}`
  }
  if (isTypedNumber(value)) return `${value.type.toLowerCase()}:${value.toString()}`
  if (value instanceof Date) return `date:${value.getTime()}`
  if (isDecimal(value)) return `dec:${value.toString()}`
  const text = (item: unknown): string => valueText(item, schema?.valueSchema ?? null)
  if (Array.isArray(value)) return `[${value.map(text).join()}]`
  if (!(value instanceof Map)) return JSON.stringify(value)
  const key = (item: unknown): string => valueText(item, schema?.keySchema ?? null)
  return `{${Array.from(value, ([k, v]) => `${key(k)}=${text(v)}`).join()}}`
}

test.each(['', '[', '{"a":', '-'])(
  'a long text that almost is a number, behind %j, takes no longer than one that is',
  (before) => {
    const began = performance.now()
    expect(Values.parseString(`${before}${'1'.repeat(100_000)}x`).schema?.type).toBe('STRING')
    expect(performance.now() - began).toBeLessThan(5000)
  },
)
