import type { Clock } from '../../src/herder/restart-supervisor.ts'

/** A clock that stands still until the test moves it. */
export class FakeClock implements Clock {
  #now = Date.parse('2026-01-01T12:00:00Z')
  readonly #waits = new Set<{ readonly at: number; readonly resolve: () => void }>()

  now(): number {
    return this.#now
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waits.size
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error)
        return
      }
      const wait = { at: this.#now + ms, resolve }
      this.#waits.add(wait)
      signal.addEventListener('abort', () => {
        this.#waits.delete(wait)
        reject(signal.reason as Error)
      })
    })
  }

  /** Moves on, and lets what was due by then take its turn. */
  async advance(ms: number): Promise<void> {
    this.#now += ms
    for (const wait of this.#waits) {
      if (wait.at > this.#now) continue
      this.#waits.delete(wait)
      wait.resolve()
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
