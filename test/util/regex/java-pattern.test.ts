import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JavaPattern } from '../../../src/util/regex/java-pattern.ts'

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
    const whole = new JavaPattern(pattern)
    expect(matching.filter((text) => whole.matches(text))).toEqual(matching)
    expect(others.filter((text) => whole.matches(text))).toEqual([])
  })

  test.each<[string, string, readonly string[], readonly string[]]>([
    ['possessive quantifiers that give nothing back', 'a*+b', ['aab'], ['aa']],
    ['possessive groups', '(?:a|ab)++c', ['aac'], ['abc']],
    ['atomic groups', '(?>a|ab)c', ['ac'], ['abc']],
    ['intersections', '[a-z&&[^aeiou]]+', ['xyz'], ['xya']],
    ['subtraction from what is in both', '[a-f&&[^b]&&[^c]]', ['a', 'd'], ['b', 'c']],
    ['classes within classes', '[a[0-9]]+', ['a1'], ['b']],
    ['flags for the rest of a group', '(a(?i)b)c', ['abc', 'aBc'], ['Abc', 'abC']],
    ['flags of a group', 'a(?i:b)c', ['abc', 'aBc'], ['abC']],
    ['flags taken away', '(?i)a(?-i)b', ['ab', 'Ab'], ['aB']],
    ['letters of Unicode in any case', '(?iu)é', ['É'], ['e']],
    ['white space and comments to pass over', '(?x) a b # and so on', ['ab'], ['a b']],
    ['octal numbers', '\\0141', ['a'], ['1']],
    ['control characters', '\\cA', ['\u0001'], ['A']],
    ['a look behind', 'ab(?<=ab|b)', ['ab'], ['aa']],
    ['empty alternatives', 'a|', ['a', ''], ['b']],
    ['groups that keep what they matched in an earlier turn', '(?:(a)|b)*\\1', ['aba'], ['ab']],
    ['references that fail to what has not matched', '(a)?b\\1', ['aba'], ['b']],
    ['names of blocks and scripts', '\\p{InGreek}\\p{IsLatin}', ['βb'], ['bβ']],
    ['lines', '(?m)^a$\\R^b$', ['a\nb', 'a\r\nb'], ['ab']],
  ])('has %s', (_, pattern, matching, others) => {
    const whole = new JavaPattern(pattern)
    expect(matching.filter((text) => whole.matches(text))).toEqual(matching)
    expect(others.filter((text) => whole.matches(text))).toEqual([])
  })

  test('is found anywhere, and matches only the whole', () => {
    expect(new JavaPattern('b').find('abc')).toMatchObject({ start: 1, end: 2 })
    expect(new JavaPattern('b').matches('abc')).toBe(false)
    expect(new JavaPattern('a|abc').matches('abc')).toBe(true)
  })

  test('replaces what it finds', () => {
    expect(new JavaPattern('(\\w)-').replaceAll('a-b-c', '$1+')).toBe('a+b+c')
    expect(new JavaPattern('x*').replaceAll('axb', '-')).toBe('-a--b-')
    expect(new JavaPattern('\\Ga').replaceAll('aaba', 'c')).toBe('ccba')
    expect([...new JavaPattern('(?<=.*)').findAll('😀')].map(({ start }) => start)).toEqual([
      0, 1, 2,
    ])
    expect(new JavaPattern('b').replaceFirst('abab', '\\$')).toBe('a$ab')
  })

  test.each([
    ['(', 'Unclosed group near index 1\n('],
    [')', "Unmatched closing ')'\n)"],
    ['a[b', 'Unclosed character class near index 2\na[b\n  ^'],
    ['*a', "Dangling meta character '*' near index 0\n*a\n^"],
    ['a{2,1}', 'Illegal repetition range near index 5\na{2,1}\n     ^'],
    ['\\y', 'Illegal/unsupported escape sequence near index 1\n\\y\n ^'],
    ['a\\', 'Unexpected internal error near index 2\na\\'],
    [
      '\\p{Nonsense}',
      'Unknown character property name {Nonsense} near index 11\n\\p{Nonsense}\n           ^',
    ],
    ['(?<=(a|b)+)', 'Look-behind group does not have an obvious maximum length near index'],
    ['(?z)', 'Unknown inline modifier near index 2\n(?z)\n  ^'],
  ])('%s is refused in the words of Java', (pattern, message) => {
    expect(() => new JavaPattern(pattern)).toThrow(message)
  })

  test.each(['\\b{g}', '\\N{DIGIT ONE}', '(?c)a'])(
    '%s is refused, as nothing here has it',
    (pattern) => {
      expect(() => new JavaPattern(pattern)).toThrow('is not supported here')
    },
  )

  test('ends where a text would take it for ever', () => {
    const error = (pattern: string, text: string): unknown => {
      try {
        return new JavaPattern(pattern).matches(text)
      } catch (thrown) {
        return (thrown as Error).message
      }
    }
    expect(error('(.*)*(.*)*(.*)*z', 'a'.repeat(200))).toMatch(
      'The regular expression (.*)*(.*)*(.*)*z needs too many steps to match a text of 200 characters: aaa',
    )
    expect(error('(a|b)*', 'ab'.repeat(500_000))).toMatch('needs too much of the stack')
    // Where another turn of a repetition has led to nothing, it is not tried again.
    expect(error('(a|aa)+z', 'a'.repeat(249))).toBe(false)
    expect(error('('.repeat(100_000), '')).toMatch('Stack overflow during pattern compilation')
  })

  test.each([1200, 1600, 2000, 2600, 3400])(
    'with %d groups within each other is read or refused, and nothing else',
    (depth) => {
      for (const end of [')', ')*', ')?', '){2}']) {
        try {
          new JavaPattern('(a|'.repeat(depth) + end.repeat(depth))
        } catch (error) {
          expect((error as Error).message).toMatch('Stack overflow during pattern compilation')
        }
      }
    },
  )

  test.each<[string, string, boolean]>([
    ['.*', 'a'.repeat(3_000_000), true],
    ['(?:.*)b', `${'a'.repeat(3_000_000)}b`, true],
    ['\\X*', 'e\u0301'.repeat(50_000), true],
    ['\\X', `a${'\u0301'.repeat(1000)}`, true],
    ['\\X', '👩‍👩‍👧‍👦', true],
  ])('%s goes through a text however long', (pattern, text, isMatch) => {
    expect(new JavaPattern(pattern).matches(text)).toBe(isMatch)
  })

  test('is found at the end of a long text', () => {
    const text = `${'a'.repeat(3_000_000)}foo`
    expect(new JavaPattern('foo').find(text)).toMatchObject({ start: 3_000_000 })
    expect(new JavaPattern('foo').replaceAll(text, '')).toHaveLength(3_000_000)
  })

  test.each<[string, (pattern: JavaPattern, text: string) => unknown, string, string]>([
    ['find', (pattern, text) => pattern.find(text), '\\bfoo', '\u0301'.repeat(200_000)],
    [
      'replaceAll',
      (pattern, text) => pattern.replaceAll(text, ''),
      'a(?=a*b)|a',
      'a'.repeat(200_000),
    ],
  ])('that takes the square of a text ends in %s as well', (_, ask, pattern, text) => {
    expect(() => ask(new JavaPattern(pattern), text)).toThrow('needs too many steps')
  })

  test('that quotes a text matches this text alone', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('\\E')),
        (text) => {
          expect(new JavaPattern(`^\\Q${text}\\E`).matches(text)).toBe(true)
        },
      ),
    )
  })
})
