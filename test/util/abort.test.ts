import { describe, expect, test } from 'vitest'
import { abortable, delay, isAbortOf } from '../../src/util/abort.ts'

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
