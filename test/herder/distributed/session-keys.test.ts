import { describe, expect, test } from 'vitest'
import { SessionKeys } from '../../../src/herder/distributed/session-keys.ts'

const options = { algorithm: 'HmacSHA256', sizeBits: null, ttlMs: 1000 }
const bytesOf = (key: string | undefined): number => Buffer.from(key ?? '', 'base64').length

describe('the key that workers sign with', () => {
  test('is made where there is none, and again when it is too old', () => {
    const keys = new SessionKeys(options)
    const first = keys.next(null, 5000)
    if (first === null) throw new Error('There is no key.')
    expect(first).toMatchObject({ algorithm: 'HmacSHA256', createdAt: 5000 })
    expect(keys.expiresAt(first)).toBe(6000)
    expect(keys.next(first, 5999)).toBeNull()
    const second = keys.next(first, 6000)
    expect(second?.createdAt).toBe(6000)
    expect(second?.key).not.toBe(first.key)
  })

  test('never grows too old with a limit of 0', () => {
    const keys = new SessionKeys({ ...options, ttlMs: 0 })
    const first = keys.next(null, 1)
    expect(keys.next(first, Number.MAX_SAFE_INTEGER)).toBeNull()
  })

  test('of another algorithm or length, from a worker configured otherwise, is replaced', () => {
    const keys = new SessionKeys(options)
    const other = new SessionKeys({ ...options, algorithm: 'HmacSHA1' }).next(null, 5000)
    expect(keys.next(other, 5001)?.algorithm).toBe('HmacSHA256')
    const longer = new SessionKeys({ ...options, sizeBits: 512 }).next(null, 5000)
    expect(bytesOf(keys.next(longer, 5001)?.key)).toBe(32)
  })

  test.each([
    ['HmacSHA1', null, 64],
    ['HmacSHA256', null, 32],
    ['HmacSHA512', null, 64],
    ['HmacSHA256', 128, 16],
  ])('of %s and %j bits has %i bytes', (algorithm, sizeBits, bytes) => {
    const keys = new SessionKeys({ algorithm, sizeBits, ttlMs: 0 })
    expect(bytesOf(keys.next(null, 1)?.key)).toBe(bytes)
  })
})
