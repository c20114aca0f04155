/** After a change has been seen: how long to let more of them come, so that many small writes are one read. */
const SETTLE_MS = 5

/** Waits for a change, a time, or an abort, whichever comes first; a change before the wait counts as well. */
export class Wakeup {
  #changed = false
  #onChange: (() => void) | null = null

  /** Something changed: ends the wait, or makes the next one short. */
  notify(): void {
    this.#changed = true
    this.#onChange?.()
  }

  /** What has changed so far has been, or is about to be, looked at. */
  clear(): void {
    this.#changed = false
  }

  /** Never rejects: an abort ends the wait too. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve()
        return
      }
      const finish = (): void => {
        clearTimeout(timer)
        this.#onChange = null
        signal.removeEventListener('abort', finish)
        resolve()
      }
      let timer = setTimeout(finish, this.#changed ? SETTLE_MS : ms)
      if (!this.#changed) {
        this.#onChange = () => {
          this.#onChange = null
          clearTimeout(timer)
          timer = setTimeout(finish, SETTLE_MS)
        }
      }
      signal.addEventListener('abort', finish, { once: true })
    })
  }
}
