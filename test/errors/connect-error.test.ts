import { expect, test } from 'vitest'
import { DataError, RetriableError, isRetriable, traceOf } from '../../src/errors/connect-error.ts'

test('a trace begins with the Java class name and tells its causes', () => {
  const trace = traceOf(new DataError('bad value', { cause: new TypeError('inner') }))
  expect(trace).toMatch(/^org\.apache\.kafka\.connect\.errors\.DataException: bad value\n\tat /)
  expect(trace).toContain('Caused by: TypeError: inner\n\tat ')
})

test('an error from another copy of the classes is still retriable', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('sluice.error.retriable')]: true })
  expect(isRetriable(foreign)).toBe(true)
  expect(isRetriable(new RetriableError('x'))).toBe(true)
  expect(isRetriable(new DataError('x'))).toBe(false)
})
