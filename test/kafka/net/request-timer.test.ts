import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { unwatch, watch } from '../../../src/kafka/net/request-timer.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a deadline beyond what a timer takes is looked at seldom, and kept', async () => {
  const longest = 2 ** 31 - 1
  const at = performance.now() + longest
  let looks = 0
  let expired = 0
  const timed = {
    deadline: () => {
      looks++
      return at
    },
    expire: () => {
      expired++
      unwatch(timed)
    },
  }
  watch(timed)
  await vi.advanceTimersByTimeAsync(1000)
  expect([looks, expired]).toEqual([1, 0])
  await vi.advanceTimersByTimeAsync(longest - 1002)
  expect(expired).toBe(0)
  await vi.advanceTimersByTimeAsync(100)
  expect(expired).toBe(1)
})
