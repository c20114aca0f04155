import { expect, test } from 'vitest'
import { exactlyOnceModeOf } from '../../src/config/exactly-once.ts'

test.each([
  [undefined, 'disabled'],
  ['disabled', 'disabled'],
  ['Preparing', 'preparing'],
  ['enabled', 'enabled'],
  [' ENABLED ', 'enabled'],
])('exactly.once.source.support=%s is %s', (value, mode) => {
  const worker = value === undefined ? {} : { 'exactly.once.source.support': value }
  expect(exactlyOnceModeOf(worker)).toBe(mode)
})
