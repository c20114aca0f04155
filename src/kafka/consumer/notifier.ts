import { reasonOf } from '../../util/abort.ts'
import { timerMs } from '../../util/timer-ms.ts'

/** Wakes the one loop that waits. A notification that finds no one waiting is kept for the next wait. */
export class Notifier {
  #notified = false
  #wake: (() => void) | null = null

  readonly notify = (): void => {
    this.#notified = true
    this.#wake?.()
  }

  /** Resolves once notified, or after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(reasonOf(signal))
        return
      }
      if (this.#notified || ms <= 0) {
        this.#notified = false
        resolve()
        return
      }
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        this.#wake = null
        this.#notified = false
      }
      const abort = (): void => {
        end()
        reject(reasonOf(signal))
      }
      const wake = (): void => {
        end()
        resolve()
      }
      const timer = setTimeout(wake, timerMs(ms))
      signal.addEventListener('abort', abort, { once: true })
      this.#wake = wake
    })
  }
}
