import type { TaskCounters } from '../messages/counters.ts'

/**
 * Tells since when records of a source are in the worker's hands and none gets any further: the counter
 * `waitingSince`. Called once a batch.
 */
export class DeliveryClock {
  readonly #counters: TaskCounters
  #sending = false

  constructor(counters: TaskCounters) {
    this.#counters = counters
  }

  /** Records were polled, and are now transformed, converted and appended. */
  polled(): void {
    this.#sending = true
    const now = Date.now()
    this.#counters.set('lastRecordAt', now)
    if (this.#counters.get('waitingSince') === 0) this.#counters.set('waitingSince', now)
  }

  /** All of them lie in batches; `outstanding` records are not acknowledged. */
  appended(outstanding: number): void {
    this.#sending = false
    if (outstanding === 0) this.#counters.set('waitingSince', 0)
  }

  /** The watermark has moved: what is left waits from now on. */
  delivered(outstanding: number): void {
    const waits = this.#sending || outstanding > 0
    this.#counters.set('waitingSince', waits ? Date.now() : 0)
  }
}
