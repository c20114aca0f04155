/** Waits for a notification, a time, or an abort, whichever comes first; a notification before the wait counts as well. */
export class Wakeup {
  #notified = false
  #wake: (() => void) | null = null

  notify(): void {
    this.#notified = true
    this.#wake?.()
  }

  /** Never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', finish)
        this.#wake = null
        this.#notified = false
        resolve()
      }
      // A timer takes no more than 2^31 ms.
      const timer = setTimeout(finish, Math.max(0, Math.min(ms, 2_147_483_647)))
      signal.addEventListener('abort', finish, { once: true })
      this.#wake = finish
      if (this.#notified || signal.aborted) finish()
    })
  }
}
