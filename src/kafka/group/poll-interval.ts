import { timerMs } from '../../util/timer-ms.ts'

/** A timer that fires so much late has not been late by itself: the process was stopped, or its thread held up. */
const HELD_UP_MS = 1000

/**
 * How long the owner of a consumer has not polled. Between polls `max.poll.interval.ms` may pass, within one as much
 * as it takes. Where the process was stopped meanwhile it is counted anew: the owner could do nothing then. One timer,
 * that is set when it has fired and not with each poll.
 */
export class PollInterval {
  readonly #maxMs: number
  readonly #onOver: (idleMs: number) => void
  #polledAt = performance.now()
  #isPolling = false
  #timer: NodeJS.Timeout | undefined
  #dueAt = 0
  #isOver = false
  #closed = false

  /** `onOver` is called once for each time without a poll that is too long. */
  constructor(maxMs: number, onOver: (idleMs: number) => void) {
    this.#maxMs = maxMs
    this.#onOver = onOver
    this.#arm()
  }

  /** Whether `onOver` was called and no poll has begun since. */
  get isOver(): boolean {
    return this.#isOver
  }

  setPolling(isPolling: boolean): void {
    this.#isPolling = isPolling
    this.#isOver = false
    this.#polledAt = performance.now()
    if (this.#timer === undefined) this.#arm()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #arm(): void {
    if (this.#closed) return
    const left = timerMs(Math.max(this.#polledAt + this.#maxMs - performance.now(), 0) + 1)
    this.#dueAt = performance.now() + left
    this.#timer = setTimeout(() => this.#look(), left)
  }

  #look(): void {
    this.#timer = undefined
    if (this.#isPolling) return
    if (performance.now() - this.#dueAt > HELD_UP_MS) this.#polledAt = performance.now()
    const idle = performance.now() - this.#polledAt
    if (idle <= this.#maxMs) {
      this.#arm()
      return
    }
    this.#isOver = true
    this.#onOver(idle)
  }
}
