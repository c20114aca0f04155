/** Why requests are held back: the connection authenticates anew (KIP-368), or its broker asked for a pause (KIP-219). */
export type HoldReason = 'renewal' | 'throttle'

/** Holds back what is to be sent on a connection, for one reason or several; it goes in its order once there is none. */
export class RequestGate {
  readonly #reasons = new Set<HoldReason>()
  #waiting: (() => void)[] = []

  get isShut(): boolean {
    return this.#reasons.size > 0
  }

  shut(reason: HoldReason): void {
    this.#reasons.add(reason)
  }

  /** Sends what has waited, where nothing else holds it back. True where that is so. */
  open(reason: HoldReason): boolean {
    this.#reasons.delete(reason)
    if (this.isShut) return false
    const waiting = this.#waiting
    this.#waiting = []
    for (const send of waiting) send()
    return true
  }

  /** Calls `send` when it may go. */
  wait(send: () => void): void {
    if (this.isShut) this.#waiting.push(send)
    else send()
  }

  /** Lets all go: their connection is closed, and they will find it so. */
  end(): void {
    this.#reasons.clear()
    const waiting = this.#waiting
    this.#waiting = []
    for (const send of waiting) send()
  }
}
