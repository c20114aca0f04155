import { timerMs } from '../../util/timer-ms.ts'

/** One timer for the earliest of several times; one that is armed for later than needed is armed again. */
export class WakeTimer {
  readonly #wake: () => void
  #timer: NodeJS.Timeout | undefined
  #at = Infinity

  constructor(wake: () => void) {
    this.#wake = wake
  }

  /** To be woken at `at` of `performance.now()`, or before. */
  arm(at: number): void {
    if (at >= this.#at) return
    clearTimeout(this.#timer)
    this.#at = at
    const inMs = timerMs(Math.max(Math.ceil(at - performance.now()), 1))
    this.#timer = setTimeout(() => {
      this.#at = Infinity
      this.#wake()
    }, inMs)
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#at = Infinity
  }
}
