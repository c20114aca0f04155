import { timerMs } from '../../util/timer-ms.ts'

/** What may fall idle. */
export interface Idling {
  idleMs(now: number): number
  close(reason: Error): void
}

/**
 * Closes what was not used for `connections.max.idle.ms`: a connection whose other end forgot it first would cost the next
 * request. One timer, which keeps no process alive, and none while nothing is open.
 */
export class IdleSweep {
  readonly #maxIdleMs: number
  readonly #open: () => Iterable<Idling>
  readonly #reason: (idle: Idling) => Error
  #timer: NodeJS.Timeout | undefined

  /** Without a limit where `maxIdleMs` is negative. */
  constructor(maxIdleMs: number, open: () => Iterable<Idling>, reason: (idle: Idling) => Error) {
    this.#maxIdleMs = maxIdleMs
    this.#open = open
    this.#reason = reason
  }

  /** Something was opened. */
  opened(): void {
    if (this.#maxIdleMs >= 0) this.#timer ??= this.#arm(this.#maxIdleMs)
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #arm(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#sweep(), timerMs(Math.ceil(ms) + 1)).unref()
  }

  #sweep(): void {
    this.#timer = undefined
    const now = performance.now()
    let next = Infinity
    for (const each of [...this.#open()]) {
      const left = this.#maxIdleMs - each.idleMs(now)
      if (left <= 0) each.close(this.#reason(each))
      else next = Math.min(next, left)
    }
    if (next < Infinity) this.#timer ??= this.#arm(next)
  }
}
