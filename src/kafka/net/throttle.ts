import type { RequestGate } from './request-gate.ts'

/** A broker's quotas are windows of seconds: a longer pause is a mistake, which should not silence a connection for days. */
const LONGEST_MS = 60_000

/**
 * The pause a broker asks for in `throttle_time_ms` of an answer, because a quota is used up: it reads nothing from the connection
 * meanwhile, so that a request sent all the same would only run into its time limit (KIP-219).
 */
export class Throttle {
  readonly #gate: RequestGate
  readonly #over: () => void
  #until = 0
  #timer: NodeJS.Timeout | undefined

  /** `over` follows what has waited. */
  constructor(gate: RequestGate, over: () => void) {
    this.#gate = gate
    this.#over = over
  }

  /** Looks for a pause in a decoded answer. */
  heed(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null || !('throttleTimeMs' in answer)) return
    const { throttleTimeMs } = answer
    if (typeof throttleTimeMs !== 'number' || throttleTimeMs <= 0) return
    const until = performance.now() + Math.min(throttleTimeMs, LONGEST_MS)
    if (until <= this.#until) return
    this.#until = until
    this.#gate.shut('throttle')
    clearTimeout(this.#timer)
    // Rounded up, as a timer may fire a little early.
    this.#timer = setTimeout(
      () => {
        if (this.#gate.open('throttle')) this.#over()
      },
      Math.ceil(until - performance.now()) + 1,
    )
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}
