import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { abortable, delay, isAbortOf, timeLimit } from '../../src/util/abort.ts'

describe('waiting with a signal', () => {
  test('a delay ends early with the reason of the signal', async () => {
    const reason = new Error('stop')
    await expect(delay(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
    const controller = new AbortController()
    const waiting = delay(60_000, controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })

  test('an abortable promise gives its value, or the reason when the signal is first', async () => {
    expect(await abortable(Promise.resolve(5), new AbortController().signal)).toBe(5)
    const reason = new Error('stop')
    const never = new Promise<never>(() => undefined)
    await expect(abortable(never, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('an error is the abort of a signal only where the signal has aborted', () => {
    const reason = new Error('stop')
    expect(isAbortOf(AbortSignal.abort(reason), reason)).toBe(true)
    expect(isAbortOf(AbortSignal.abort(reason), new Error('other'))).toBe(false)
    expect(isAbortOf(new AbortController().signal, reason)).toBe(false)
  })
})

test('a wait of more than 24 days, which no timer takes, is not over at once', async () => {
  const controller = new AbortController()
  const tooLong = 2 ** 31
  using limit = timeLimit(tooLong, controller.signal)
  const reason = new Error('stop')
  const waiting = delay(tooLong, controller.signal).catch((error: unknown) => error)
  await delay(20)
  expect(limit.signal.aborted).toBe(false)
  controller.abort(reason)
  expect(await waiting).toBe(reason)
})

describe('a limit of time under a signal', () => {
  test('aborts with the reason of the signal, also of one that has aborted before', () => {
    const reason = new Error('stop')
    const controller = new AbortController()
    using limit = timeLimit(60_000, controller.signal)
    expect(limit.signal.aborted).toBe(false)
    controller.abort(reason)
    expect(limit.signal.reason).toBe(reason)
    using late = timeLimit(60_000, controller.signal)
    expect(late.signal.reason).toBe(reason)
  })

  test('aborts with a TimeoutError when the time is over', async () => {
    using limit = timeLimit(5, new AbortController().signal)
    await expect.poll(() => limit.signal.aborted).toBe(true)
    expect(limit.signal.reason).toMatchObject({
      name: 'TimeoutError',
      message: 'Not done within 5 ms',
    })
  })

  test('leaves nothing with the signal once it is disposed of, and aborts no more', async () => {
    const { signal } = new AbortController()
    const signals = Array.from({ length: 3 }, () => {
      using limit = timeLimit(1, signal)
      return limit.signal
    })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await delay(20)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false])
  })
})
