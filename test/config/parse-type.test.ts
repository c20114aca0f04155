import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { configDef } from '../../src/config/config-def.ts'
import { parseType, setClassResolver, valueToText } from '../../src/config/parse-type.ts'
import { Password } from '../../src/config/password.ts'
import type { ConfigType } from '../../src/config/types.ts'

describe('the types of ConfigDef read as Java reads them', () => {
  test.each<[ConfigType, string, unknown]>([
    ['BOOLEAN', ' False ', false],
    ['BOOLEAN', 'TRUE', true],
    ['STRING', '  a b\t', 'a b'],
    ['INT', ' 1 ', 1],
    ['INT', '+1', 1],
    ['INT', '-2147483648', -2147483648],
    ['SHORT', '32767', 32767],
    ['LONG', '9007199254740991', 9007199254740991],
    ['LONG', '9223372036854775807', 9223372036854775807n],
    ['DOUBLE', '1e3', 1000],
    ['DOUBLE', 'NaN', Number.NaN],
    ['DOUBLE', '-Infinity', Number.NEGATIVE_INFINITY],
    ['DOUBLE', '1d', 1],
    ['DOUBLE', '.5f', 0.5],
    ['DOUBLE', '0x1p3', 8],
    ['DOUBLE', '-0x.8p1', -1],
    ['LIST', ' a , b ', ['a', 'b']],
    ['LIST', 'a,,b', ['a', '', 'b']],
    ['LIST', 'a,', ['a', '']],
    ['LIST', ',', ['', '']],
    ['LIST', ' ', []],
    ['CLASS', 'java.util.Map$Entry', 'java.util.Map$Entry'],
  ])('%s %j', (type, text, expected) => {
    expect(parseType('cfg', text, type)).toEqual(expected)
  })

  test.each<[ConfigType, unknown, string]>([
    ['BOOLEAN', 'yes', 'Expected value to be either true or false'],
    ['BOOLEAN', '', 'Expected value to be either true or false'],
    ['BOOLEAN', 1, 'Expected value to be either true or false'],
    ['STRING', 1, 'Expected value to be a string, but it was a java.lang.Integer'],
    ['PASSWORD', true, 'Expected value to be a string, but it was a java.lang.Boolean'],
    ['INT', '1.0', 'Not a number of type INT'],
    ['INT', '', 'Not a number of type INT'],
    ['INT', '2147483648', 'Not a number of type INT'],
    ['INT', '0x1', 'Not a number of type INT'],
    ['INT', 2 ** 40, 'Expected value to be a 32-bit integer, but it was a java.lang.Long'],
    ['SHORT', '32768', 'Not a number of type SHORT'],
    ['SHORT', 1.5, 'Expected value to be a 16-bit integer (short), but it was a java.lang.Double'],
    ['LONG', '9223372036854775808', 'Not a number of type LONG'],
    ['DOUBLE', '1x', 'Not a number of type DOUBLE'],
    ['DOUBLE', '0x1', 'Not a number of type DOUBLE'],
    ['LIST', 1, 'Expected a comma separated list.'],
    ['CLASS', '', 'Class  could not be found.'],
    ['CLASS', 1, 'Expected a Class instance or class name.'],
  ])('%s refuses %j', (type, given, reason) => {
    expect(() => parseType('cfg', given, type)).toThrow(
      `Invalid value ${String(given)} for configuration cfg: ${reason}`,
    )
  })

  test('a message quotes the value as it was given, not trimmed', () => {
    expect(() => parseType('cfg', ' x ', 'INT')).toThrow(
      'Invalid value  x  for configuration cfg: Not a number of type INT',
    )
  })

  test('a class is whatever the resolver of the thread finds', () => {
    setClassResolver((name) => (name === 'Short' ? 'org.example.ShortName' : null))
    try {
      expect(parseType('cfg', 'Short', 'CLASS')).toBe('org.example.ShortName')
      expect(() => parseType('cfg', 'None', 'CLASS')).toThrow('Class None could not be found.')
    } finally {
      setClassResolver((name) => (name === '' ? null : name))
    }
  })

  test.each<[unknown, ConfigType, string | null]>([
    [['a', 'b'], 'LIST', 'a,b'],
    [new Password('x'), 'PASSWORD', '[hidden]'],
    [null, 'STRING', null],
    [1, 'DOUBLE', '1.0'],
    [0.05, 'DOUBLE', '0.05'],
    [1e10, 'DOUBLE', '1.0E10'],
    [9223372036854775807n, 'LONG', '9223372036854775807'],
    [false, 'BOOLEAN', 'false'],
  ])('%s as %s prints as %s', (value, type, text) => {
    expect(valueToText(value, type)).toBe(text)
  })
})

test('a password shows itself to nothing but its own getter (invariant 8)', () => {
  const password = configDef({ p: { type: 'password', importance: 'high', doc: '' } }).parse({
    p: ' secret ',
  }).p
  expect(password.value).toBe('secret')
  const shown = [String(password), JSON.stringify({ password }), inspect({ password })]
  expect(shown.join()).not.toContain('secret')
  expect(shown[0]).toBe('[hidden]')
})
