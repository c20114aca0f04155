import { expect, test } from 'vitest'
import { STRING_SCHEMA } from '../../src/api/index.ts'
import type { Predicate } from '../../src/api/index.ts'
import { instanceOf, sourceRecord, transformation } from './support.ts'

test('RecordIsTombstone holds where the value is null, whatever its schema', () => {
  const predicate = instanceOf('predicates.RecordIsTombstone') as Predicate
  predicate.configure({})
  expect(predicate.test(sourceRecord({ key: 1 }))).toBe(true)
  expect(predicate.test(sourceRecord({ schema: STRING_SCHEMA, value: null }))).toBe(true)
  expect(predicate.test(sourceRecord({ value: '' }))).toBe(false)
})

test('TopicNameMatches holds where the pattern matches the whole topic', () => {
  const predicate = instanceOf('predicates.TopicNameMatches') as Predicate
  predicate.configure({ pattern: 'a|ab.' })
  const results = ['a', 'abc', 'ab', 'a', 'xa'].map((topic) =>
    predicate.test(sourceRecord({ topic })),
  )
  expect(results).toEqual([true, true, false, true, false])
})

test.each([
  ['', 'Invalid value  for configuration pattern: String must be non-empty'],
  ['(', 'Invalid value ( for configuration pattern: Invalid regex: Unclosed group near index 1\n('],
])('the pattern "%s" is refused', (pattern, message) => {
  const predicate = instanceOf('predicates.TopicNameMatches') as Predicate
  expect(() => predicate.configure({ pattern })).toThrow(message)
})

test('Filter drops every record', () => {
  expect(transformation('Filter').apply(sourceRecord({ value: 1 }))).toBeNull()
})
