import { timerMs } from './timer-ms.ts'

/** Whether `error` is how an operation ends that `signal` aborted. */
export function isAbortOf(signal: AbortSignal, error: unknown): boolean {
  if (!signal.aborted) return false
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError')
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(reasonOf(signal))
      return
    }
    const abort = (): void => {
      clearTimeout(timer)
      if (signal) reject(reasonOf(signal))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, timerMs(ms))
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/**
 * Waits for `promise`, but no longer than until `signal` aborts; then rejects with its reason.
 * The promise itself goes on: its owner is whoever made it.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(reasonOf(signal))
    }
    if (signal.aborted) {
      promise.catch(ignore)
      abort()
      return
    }
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort)
    })
  })
}

/** A signal that aborts with another one or after a time, and lets go of both when it is disposed of. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal
}

/**
 * What `AbortSignal.any([outer, AbortSignal.timeout(ms)])` gives, for what is done over and over under one long-lived `outer`:
 * that signal would remember each one that `any` has made of it. When the time is over the reason is what `expired` makes,
 * by default a `TimeoutError`.
 */
export function timeLimit(
  ms: number,
  outer: AbortSignal,
  expired: () => Error = () => new DOMException(`Not done within ${ms} ms`, 'TimeoutError'),
): TimeLimit {
  const controller = new AbortController()
  const passOn = (): void => controller.abort(outer.reason)
  const timer = setTimeout(() => controller.abort(expired()), timerMs(ms)).unref()
  if (outer.aborted) passOn()
  else outer.addEventListener('abort', passOn, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      outer.removeEventListener('abort', passOn)
    },
  }
}

/** The reason of an aborted signal, as an Error. */
export function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason
  return reason instanceof Error ? reason : new Error('aborted')
}

function ignore(): void {
  // The rejection has been answered by the abort.
}
