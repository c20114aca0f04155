import { describe, expect, test } from 'vitest'
import { javaNameOf } from '../../src/api/index.ts'
import { applied, sourceRecord, transformation } from './support.ts'

/** The topic that a record of `topic` gets. */
function routed(regex: string, replacement: string, topic: string): string {
  return applied(transformation('RegexRouter', { regex, replacement }), sourceRecord({ topic }))
    .topic
}

describe('RegexRouter', () => {
  test.each([
    ['.*', 'x$0', 't', 'xt'],
    ['(.*)-(.*)', '$2.$1', 'a-b', 'b.a'],
    ['t', 'x', 'topic', 'topic'],
    ['a|ab', 'X', 'ab', 'Xb'],
    ['(?<n>.*)', 'p-${n}', 't', 'p-t'],
    ['t', '\\$x', 't', '$x'],
    ['t', 'a\\\\b', 't', 'a\\b'],
    ['.*', '', 't', ''],
    ['(?i)T', 'x', 't', 'x'],
    ['(a)(b)', '$12', 'ab', 'a2'],
    ['(a)|(b)', '[$1$2]', 'b', '[b]'],
    ['(?<x1>a)b', '${x1}${x1}', 'ab', 'aa'],
  ])('%s, %s makes of %s: %s', (regex, replacement, topic, expected) => {
    expect(routed(regex, replacement, topic)).toBe(expected)
  })

  test.each([
    ['$1', 'java.lang.IndexOutOfBoundsException', 'No group 1'],
    ['$', 'java.lang.IllegalArgumentException', 'Illegal group reference: group index is missing'],
    ['$x', 'java.lang.IllegalArgumentException', 'Illegal group reference'],
    ['${x}', 'java.lang.IllegalArgumentException', 'No group with name {x}'],
    ['${x', 'java.lang.IllegalArgumentException', "named capturing group is missing trailing '}'"],
    ['${}', 'java.lang.IllegalArgumentException', 'named capturing group has 0 length name'],
    [
      '${1}',
      'java.lang.IllegalArgumentException',
      'capturing group name {1} starts with digit character',
    ],
    ['\\', 'java.lang.IllegalArgumentException', 'character to be escaped is missing'],
  ])('the replacement %s fails the record that matches: %s', (replacement, javaName, message) => {
    expect(routed('t', replacement, 'other')).toBe('other')
    let error = new Error('none')
    try {
      routed('t', replacement, 't')
    } catch (thrown) {
      error = thrown as Error
    }
    expect([javaNameOf(error), error.message]).toEqual([javaName, message])
  })

  test('topics that take turns are each renamed', () => {
    const router = transformation('RegexRouter', { regex: 'a(.)', replacement: 'b$1' })
    const topics = ['a1', 'a2', 'x', 'a1'].map(
      (topic) => applied(router, sourceRecord({ topic })).topic,
    )
    expect(topics).toEqual(['b1', 'b2', 'x', 'b1'])
  })
})
