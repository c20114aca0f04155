import type { Pending } from './pending-request.ts'

/** The requests of a connection that are not answered, in the order they were sent, which is that of the answers. */
export class InFlight {
  readonly #pending: Pending[] = []
  #head = 0
  #answeredAt = 0

  get count(): number {
    return this.#pending.length - this.#head
  }

  get oldest(): Pending | undefined {
    return this.#pending[this.#head]
  }

  /** When something was sent or answered last, of `performance.now()`. */
  get usedAt(): number {
    return Math.max(this.#pending.at(-1)?.sentAt ?? 0, this.#answeredAt)
  }

  /** When the oldest must be answered: the broker serves a connection's requests one after another. */
  get deadline(): number {
    const { oldest } = this
    if (oldest === undefined) return Infinity
    return Math.max(oldest.sentAt, this.#answeredAt) + oldest.timeoutMs
  }

  add(pending: Pending): void {
    this.#pending.push(pending)
  }

  /** Takes the oldest out: it is answered. */
  take(): Pending | undefined {
    const { oldest } = this
    if (oldest === undefined) return undefined
    this.#head++
    if (this.#head === this.#pending.length || this.#head >= 64) {
      this.#pending.splice(0, this.#head)
      this.#head = 0
    }
    this.#answeredAt = performance.now()
    return oldest
  }

  /** Takes out all. */
  drain(): Pending[] {
    const all = this.#pending.splice(0).slice(this.#head)
    this.#head = 0
    return all
  }
}
