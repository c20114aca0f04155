import { expect, test } from 'vitest'
import { corsRules } from '../../src/rest/cors.ts'

test('an origin that a pattern cannot be done with is not allowed, and ends nothing', () => {
  const rules = corsRules('https?://([a-z]+[a-z.]*)+\\.example\\.org,https://other\\.org', '')
  const hostile = `https://${'a'.repeat(200)}!`
  expect(rules?.allows('https://a.b.example.org')).toBe(true)
  expect(rules?.allows(hostile)).toBe(false)
  expect(rules?.allows(`${hostile} https://other.org`)).toBe(true)
})
