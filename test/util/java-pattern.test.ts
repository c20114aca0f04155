import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { javaPattern, javaWholePattern } from '../../src/util/java-pattern.ts'

describe('a Java pattern', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['orders-.*', ['orders-', 'orders-eu'], ['my-orders-eu', 'orders']],
    ['a|b', ['a', 'b'], ['ab']],
    ['a\\-b_\\_', ['a-b__'], ['ab__']],
    ['(?i)abc', ['ABC', 'abc'], ['abd']],
    ['\\Qa.b\\E+', ['a.b', 'a.bb'], ['axb']],
    ['\\p{Alpha}+\\p{Digit}', ['abc1'], ['äbc1', '1']],
    ['[\\p{Upper}_]+', ['A_B'], ['a_b']],
    ['\\P{L}+', ['123'], ['a']],
    ['\\pL+', ['äb'], ['1']],
    ['\\p{IsAlphabetic}+', ['äb'], ['1']],
    ['[\\P{L}]', ['1'], ['a']],
    ['[]a]+', [']a'], ['b']],
    ['[^]a]+', ['b'], [']']],
    ['a}b]', ['a}b]'], ['ab']],
    ['a{2,3}?', ['aa', 'aaa'], ['a', 'aaaa']],
    ['\\x{1F600}', ['😀'], ['x']],
    ['\\Aa\\z', ['a'], ['b']],
    ['(?<x>a)\\k<x>', ['aa'], ['a']],
    ['(?!__).*', ['a'], ['__consumer_offsets']],
    ['a\\sb', ['a b', 'a\tb'], ['ab', 'a\u00a0b']],
    ['[\\s-]', [' ', '-'], ['a']],
    ['[a\\-z]+', ['a-z'], ['b']],
    ['.\\R?', ['a\r\n'], ['a\r\n\n']],
  ])('%s', (pattern, matching, others) => {
    const whole = javaWholePattern(pattern)
    expect(matching.filter((text) => whole.test(text))).toEqual(matching)
    expect(others.filter((text) => whole.test(text))).toEqual([])
  })

  test('is found anywhere, and must be the whole only where asked', () => {
    expect(javaPattern('b').test('abc')).toBe(true)
    expect(javaWholePattern('b').test('abc')).toBe(false)
    expect(javaWholePattern('a|abc').test('abc')).toBe(true)
  })

  test.each([
    ['(', 'Unclosed group near index 1\n('],
    ['a[b', 'Unclosed character class near index 2\na[b\n  ^'],
    ['*a', "Dangling meta character '*' near index 0\n*a\n^"],
    ['a++', 'a possessive quantifier (+) is not supported here, near index 2\na++'],
    ['[a&&b]', 'an intersection of classes (&&) is not supported here'],
    ['[a[b]]', 'a class within a class ([) is not supported here'],
    ['a(?i)b', 'a flag within the pattern or an atomic group is not supported here'],
    ['\\y', 'the escape \\y is not supported here'],
    ['a\\', 'near index 2'],
    ['\\p{Nonsense}', 'Invalid property name'],
  ])('%s is refused', (pattern, message) => {
    expect(() => javaPattern(pattern)).toThrow(message)
  })

  test('that quotes a text matches this text alone', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('\\E')),
        (text) => {
          const found = javaPattern(`^\\Q${text}\\E$`).test(text)
          expect(found).toBe(true)
        },
      ),
    )
  })
})
