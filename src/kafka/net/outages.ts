import { backoffMs } from './backoff.ts'
import type { Backoff } from './backoff.ts'

/** Failures of one address since it last worked, and when it may be tried again. */
interface Outage {
  readonly failures: number
  /** Of `performance.now()`. */
  readonly until: number
}

/** Which addresses have not worked lately: could not be connected to, or left a request without an answer. */
export class Outages {
  readonly #backoff: Backoff
  readonly #outages = new Map<string, Outage>()

  constructor(backoff: Backoff) {
    this.#backoff = backoff
  }

  /** Since the address last worked. */
  failures(address: string): number {
    return this.#outages.get(address)?.failures ?? 0
  }

  /** How long to wait before it is tried again. */
  pauseMs(address: string): number {
    return Math.max((this.#outages.get(address)?.until ?? 0) - performance.now(), 0)
  }

  failed(address: string): void {
    const failures = this.failures(address) + 1
    const until = performance.now() + backoffMs(this.#backoff, failures)
    this.#outages.set(address, { failures, until })
  }

  worked(address: string): void {
    this.#outages.delete(address)
  }
}
