import type { ErrorSettings } from '../config/error-keys.ts'
import { isRetriable } from '../errors/connect-error.ts'
import type { TaskCounters } from '../messages/counters.ts'
import { delay, isAbortOf, reasonOf } from '../util/abort.ts'

/** The first wait of an operation that failed; each one after it is twice as long (`RetryWithToleranceOperator`). */
const firstDelayMs = 300

/** Tries again what failed with an error that asks for it, for as long as `errors.retry.timeout` allows. */
export class Retries {
  readonly #timeoutMs: number
  readonly #delayMaxMs: number
  #stopped: AbortSignal = new AbortController().signal
  #cancelled: AbortSignal = this.#stopped
  #counters: TaskCounters | null = null

  constructor({ retryTimeoutMs, retryDelayMaxMs }: ErrorSettings) {
    this.#timeoutMs = retryTimeoutMs
    this.#delayMaxMs = retryDelayMaxMs
  }

  countIn(counters: TaskCounters): void {
    this.#counters = counters
  }

  /**
   * A wait ends when `stopped` aborts; the record is then neither tried again nor given up. Nor is one that waits for anything
   * when `cancelled` aborts, which comes later where a task that stops takes too long, with a reason of its own.
   */
  abortBy(stopped: AbortSignal, cancelled: AbortSignal): void {
    this.#stopped = stopped
    this.#cancelled = cancelled
  }

  /** Whether an operation that failed with `error` is tried again at all. */
  appliesTo(error: unknown): boolean {
    return this.#timeoutMs > 0 && isRetriable(error)
  }

  /**
   * Throws where `error` may not be the operation's own, but how a wait ends when the task stops. A cancelled task decides
   * nothing any more (invariant 4), whatever the error.
   */
  rethrowAbort(error: unknown): void {
    if (this.#cancelled.aborted) throw reasonOf(this.#cancelled)
    if (isAbortOf(this.#stopped, error)) throw reasonOf(this.#stopped)
  }

  /** As {@link run}, of what fails with an error that asks for another try; anything else is tried once, and not counted. */
  async attempt<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation()
    } catch (error) {
      if (!this.appliesTo(error)) throw error
      return this.run(operation, error)
    }
  }

  /**
   * Tries `operation` until it succeeds, fails for good, or its time is over; rejects with its last error, or with the
   * reason of the signal. `failure` is what its first attempt failed with, where that was made already.
   */
  async run<T>(operation: () => T | Promise<T>, failure?: unknown): Promise<T> {
    const deadline = performance.now() + this.#timeoutMs
    let error = failure
    for (let attempt = 1; ; attempt++) {
      if (attempt > 1 || error === undefined) {
        try {
          return await operation()
        } catch (cause) {
          error = cause
        }
      }
      if (!isRetriable(error)) throw error
      this.#counters?.add('failures', 1)
      if (performance.now() >= deadline) throw error
      await this.#backOff(attempt, deadline)
      this.#counters?.add('retries', 1)
    }
  }

  async #backOff(attempt: number, deadline: number): Promise<void> {
    const counters = this.#counters
    if (counters?.get('retryingSince') === 0) counters.set('retryingSince', Date.now())
    try {
      await delay(this.#delayMs(attempt, deadline), this.#stopped)
    } finally {
      counters?.set('retryingSince', 0)
    }
  }

  #delayMs(attempt: number, deadline: number): number {
    const doubled = firstDelayMs * 2 ** (attempt - 1)
    const most = this.#delayMaxMs
    const ms = doubled > most ? Math.floor(Math.random() * most) : doubled
    return Math.max(0, Math.min(ms, deadline - performance.now()))
  }
}
