import { describe, expect, test } from 'vitest'
import {
  allOf,
  atLeast,
  atMostElements,
  between,
  distinctValues,
  eachOf,
  nonEmptyList,
  nonEmptyString,
  nonEmptyStringWithoutControlChars,
  nonNull,
  oneOf,
  oneOfIgnoringCase,
  validRegex,
} from '../../src/config/validators.ts'

describe('validators', () => {
  test.each([
    [atLeast(1), '[1,...]', 0, 'Value must be at least 1'],
    [atLeast(1), '[1,...]', null, 'Value must be non-null'],
    [between(1, 5), '[1,...,5]', 6, 'Value must be no more than 5'],
    [oneOf('a', 'b'), '[a, b]', null, 'String must be one of: a, b'],
    [oneOf('a', 'b'), '[a, b]', 'A', 'String must be one of: a, b'],
    [
      oneOfIgnoringCase('a', 'b'),
      '(case insensitive) [A, B]',
      'c',
      'String must be one of (case insensitive): A, B',
    ],
    [nonEmptyString, 'non-empty string', '', 'String must be non-empty'],
    [nonNull, 'non-null string', null, 'entry must be non null'],
    [
      nonEmptyStringWithoutControlChars,
      'non-empty string without ISO control characters',
      'a\n\0',
      'String may not contain control sequences but had the following ASCII chars: 10, 0',
    ],
    [
      nonEmptyStringWithoutControlChars,
      'non-empty string without ISO control characters',
      '',
      'String may not be empty',
    ],
    [nonEmptyList, 'non-empty list', [], 'Empty list'],
    [validRegex, 'valid regex', null, 'Invalid regex: null'],
    [
      atMostElements(1),
      'List containing maximum of 1 elements',
      ['a', 'b'],
      'exceeds maximum list size of [1].',
    ],
    [allOf(nonNull, atLeast(1)), 'non-null string, [1,...]', 0, 'Value must be at least 1'],
  ])('%# refuse with Java’s text', (validator, validValues, value, reason) => {
    expect(validator.validValues).toBe(validValues)
    const shown = Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
    expect(() => validator('cfg', value)).toThrow(
      `Invalid value ${shown} for configuration cfg: ${reason}`,
    )
  })

  test('the elements of a list are checked one by one', () => {
    expect(() => eachOf('a', 'b')('cfg', ['a', 'c'])).toThrow(
      'Invalid value c for configuration cfg: String must be one of: a, b',
    )
    expect(() => eachOf('a')('cfg', ['a'])).not.toThrow()
  })

  test.each([
    [null, "Configuration 'cfg' values must not be null."],
    [[], "Configuration 'cfg' must not be empty. Valid values include: any non-empty value"],
    [['a', 'a'], "Configuration 'cfg' values must not be duplicated."],
    [['a', ''], "Configuration 'cfg' values must not be empty."],
  ])('a list of distinct values refuses %j', (value, message) => {
    expect(() => distinctValues({ empty: false, null: false })('cfg', value)).toThrow(message)
  })
})
