import { expect, test } from 'vitest'
import { codecById, codecByName } from '../../../src/kafka/records/compression.ts'
import { UnsupportedCompressionError } from '../../../src/kafka/records/errors.ts'

test('none is no codec, and gzip is the one that is there', () => {
  expect(codecByName('none')).toBeNull()
  expect(codecByName('gzip')).toBe(codecById(1))
})

test.each([
  { ask: () => codecById(2), named: 'snappy' },
  { ask: () => codecById(3), named: 'lz4' },
  { ask: () => codecById(4), named: 'zstd' },
  { ask: () => codecById(7), named: 'number 7' },
  { ask: () => codecByName('zstd'), named: 'zstd' },
])('a codec that is not there is named: $named', ({ ask, named }) => {
  expect(ask).toThrow(UnsupportedCompressionError)
  expect(ask).toThrow(`Compression ${named} is not supported yet`)
})
