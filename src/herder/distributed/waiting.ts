import { abortable } from '../../util/abort.ts'

/** Those who wait for something that is told to all of them at once. */
export class Waiting {
  readonly #waiting = new Set<() => void>()

  /** Resolves when it is told next; rejects with the signal's reason. */
  async wait(signal: AbortSignal): Promise<void> {
    let wake = (): void => undefined
    const told = new Promise<void>((resolve) => {
      wake = resolve
    })
    this.#waiting.add(wake)
    try {
      await abortable(told, signal)
    } finally {
      this.#waiting.delete(wake)
    }
  }

  tell(): void {
    for (const wake of this.#waiting) wake()
  }
}
