import { expect, test } from 'vitest'
import { TypedNumber } from '../../src/data/typed-number.ts'
import { withTypedNumbers } from '../../src/messages/offset-fields.ts'

test('an offset that crossed between threads is what it was', () => {
  const offset = {
    position: 9_007_199_254_740_993n,
    share: new TypedNumber('FLOAT64', 1),
    text: 'x',
    key: new Uint8Array([1, 2]),
    nothing: null,
  }
  const crossed = withTypedNumbers(structuredClone(offset))
  expect(crossed).toEqual(offset)
  expect(crossed.share).toBeInstanceOf(TypedNumber)
})

test('what holds no typed number is not copied', () => {
  const partition = { filename: 'a', type: 'FLOAT64' }
  expect(withTypedNumbers(partition)).toBe(partition)
  expect(withTypedNumbers(null)).toBeNull()
})
