import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasVariable, variablesOf } from '../../src/config/config-variables.ts'

/** `ConfigTransformer.DEFAULT_PATTERN` of Kafka. */
const pattern = /\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}/g

test('variables are those that Kafka’s pattern finds', () => {
  const pieces = fc.constantFrom('${', '$', '{', '}', ':', 'a', 'b.c', '\n', 'é')
  const values = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(values, (value) => {
      const expected = Array.from(
        value.matchAll(pattern),
        ({ 0: text, 1: provider, 2: path = '', 3: key, index: at }) => ({
          ...{ text, at, provider, path, key },
        }),
      )
      expect([...variablesOf(value)]).toEqual(expected)
      expect(hasVariable(value)).toBe(expected.length > 0)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['colons', `\${${':'.repeat(500_000)}`],
  ['beginnings', '${'.repeat(500_000)],
  ['beginnings with a colon', '${a:'.repeat(500_000)],
  ['variables without a colon', '${a}'.repeat(500_000)],
])('half a million %s are looked through in one pass', (_what, value) => {
  expect(hasVariable(value)).toBe(false)
})
