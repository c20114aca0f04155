import { describe, expect, test } from 'vitest'
import {
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../src/api/index.ts'
import { applied, sourceRecord, transformation } from '../support.ts'

const common = (name: string, config: ConnectorConfig = {}) =>
  transformation(`com.github.jcustenborder.kafka.connect.transform.common.${name}`, config)

describe('PatternFilter', () => {
  const schema = SchemaBuilder.struct()
    .field('a', OPTIONAL_STRING_SCHEMA)
    .field('b', INT32_SCHEMA)
    .build()
  const struct = (a: string | null) => new Struct(schema).put('a', a).put('b', 12)
  const filter = common('PatternFilter$Value', { pattern: 'x+|12', fields: 'a,b' })

  test.each([
    { value: struct('xx'), dropped: true },
    { value: struct('xy'), dropped: false },
    { value: struct(null), dropped: false },
    { value: { a: 'x' }, dropped: true },
    { value: { a: 'xy', b: 12, c: 'x' }, dropped: false },
    { value: 'x', dropped: false },
    { value: null, dropped: false },
  ])('$value', ({ value, dropped }) => {
    const record = sourceRecord({ schema: value instanceof Struct ? schema : null, value })
    expect(filter.apply(record)).toBe(dropped ? null : record)
  })

  test('the pattern is checked', () => {
    expect(() => common('PatternFilter$Key', { pattern: '(' })).toThrow(
      "Invalid value ( for configuration pattern: Could not compile regex '('.",
    )
  })
})

describe('PatternRename', () => {
  test.each([
    { pattern: '^PREFIX', flags: undefined, name: 'prefixName', renamed: '_Name' },
    { pattern: '^PREFIX', flags: 'DOTALL', name: 'prefixName', renamed: 'prefixName' },
    { pattern: '.', flags: 'LITERAL', name: 'a.b.c', renamed: 'a_b_c' },
    { pattern: 'a\\E.', flags: 'LITERAL', name: 'xa\\E.y', renamed: 'x_y' },
    { pattern: 'A b', flags: 'LITERAL,COMMENTS,CASE_INSENSITIVE', name: 'a b', renamed: '_' },
    { pattern: 'P r # any', flags: 'COMMENTS', name: 'aPr', renamed: 'a_' },
    { pattern: '(?s)A', flags: 'CASE_INSENSITIVE,MULTILINE', name: 'ab', renamed: '_b' },
  ])('$pattern with $flags makes $renamed of $name', ({ pattern, flags, name, renamed }) => {
    const rename = common('PatternRename$Value', {
      'field.pattern': pattern,
      'field.replacement': '_',
      ...(flags !== undefined && { 'field.pattern.flags': flags }),
    })
    expect(applied(rename, sourceRecord({ value: { [name]: 1 } })).value).toEqual({ [renamed]: 1 })
  })

  test('what is no pattern is refused', () => {
    const config = { 'field.pattern': '(', 'field.replacement': 'b' }
    expect(() => common('PatternRename$Value', config)).toThrow(
      'Invalid value ( for configuration field.pattern: Invalid regex: Unclosed group near index',
    )
    expect(() => common('PatternRename$Value', { ...config, 'field.pattern.flags': 'x' })).toThrow(
      /Invalid value x for configuration field.pattern.flags: String must be one of: /,
    )
  })
})
