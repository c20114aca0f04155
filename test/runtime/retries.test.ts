import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { errorSettings } from '../../src/config/error-keys.ts'
import { RetriableError } from '../../src/errors/connect-error.ts'
import { TaskCounters } from '../../src/messages/counters.ts'
import { Retries } from '../../src/runtime/retries.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp(config: Record<string, string>) {
  const retries = new Retries(errorSettings(config))
  const counters = new TaskCounters()
  const stop = new AbortController()
  const cancel = new AbortController()
  retries.countIn(counters)
  retries.abortBy(stop.signal, cancel.signal)
  const began = performance.now()
  const at: number[] = []
  /** Fails so many times, and notes when it was called. */
  const failing =
    (times: number, error: Error = new RetriableError('busy')) =>
    () => {
      at.push(Math.round(performance.now() - began))
      if (at.length <= times) throw error
      return 'done'
    }
  return { retries, counters, stop, cancel, at, failing }
}

describe('an operation that asks to be tried again', () => {
  test('is, after 300 ms and then twice as long each time, for ever where the time is -1', async () => {
    const { retries, at, failing, counters } = setUp({ 'errors.retry.timeout': '-1' })
    const done = retries.run(failing(6))
    await vi.advanceTimersByTimeAsync(0)
    expect(counters.get('retryingSince')).toBeGreaterThan(0)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await done).toBe('done')
    expect(at).toEqual([0, 300, 900, 2100, 4500, 9300, 18_900])
    expect([counters.get('failures'), counters.get('retries')]).toEqual([6, 6])
    expect(counters.get('retryingSince')).toBe(0)
  })

  test('waits no longer than errors.retry.delay.max.ms, and then at random', async () => {
    const { retries, at, failing } = setUp({
      'errors.retry.timeout': '-1',
      'errors.retry.delay.max.ms': '500',
    })
    const done = retries.run(failing(20))
    await vi.advanceTimersByTimeAsync(20 * 500)
    expect(await done).toBe('done')
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0))
    expect(waits[0]).toBe(300)
    expect(Math.max(...waits)).toBeLessThanOrEqual(500)
    expect(new Set(waits).size).toBeGreaterThan(3)
  })

  test('is tried a last time when its time is over, and then fails with its own error', async () => {
    const { retries, at, failing } = setUp({ 'errors.retry.timeout': '1000' })
    const done = expect(retries.run(failing(99))).rejects.toThrow('busy')
    await vi.advanceTimersByTimeAsync(2000)
    await done
    expect(at).toEqual([0, 300, 900, 1000])
  })

  test('counts its first attempt where that was made before', async () => {
    const { retries, at, failing, counters } = setUp({ 'errors.retry.timeout': '1000' })
    const done = retries.run(failing(0), new RetriableError('busy'))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await done).toBe('done')
    expect(at).toEqual([300])
    expect([counters.get('failures'), counters.get('retries')]).toEqual([1, 1])
  })

  test('is given up as soon as the task stops', async () => {
    const { retries, failing, stop } = setUp({ 'errors.retry.timeout': '-1' })
    const done = expect(retries.run(failing(99))).rejects.toThrow('The task is stopping.')
    await vi.advanceTimersByTimeAsync(100)
    stop.abort(new Error('The task is stopping.'))
    await done
  })
})

test('an error is not the operation’s own once the task is cancelled, though it was stopped before', () => {
  const { retries, stop, cancel } = setUp({ 'errors.retry.timeout': '-1' })
  const own = new Error('broken')
  retries.rethrowAbort(own)
  stop.abort(new Error('The task is stopping.'))
  retries.rethrowAbort(own)
  cancel.abort(new Error('The grace is over.'))
  expect(() => retries.rethrowAbort(own)).toThrow('The grace is over.')
})

test('what does not ask for it is not tried again', async () => {
  const { retries, at, failing } = setUp({ 'errors.retry.timeout': '-1' })
  await expect(retries.run(failing(99, new Error('broken')))).rejects.toThrow('broken')
  expect(at).toHaveLength(1)
  expect(retries.appliesTo(new Error('broken'))).toBe(false)
  expect(retries.appliesTo(new RetriableError('busy'))).toBe(true)
  expect(setUp({}).retries.appliesTo(new RetriableError('busy'))).toBe(false)
})
