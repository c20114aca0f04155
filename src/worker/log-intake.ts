/** In each period the lines of all threads have so much of the main thread's time: REST and the watchdog have the rest. */
const periodMs = 10
const shareMs = 5

/**
 * Has what plugin threads log handled in bounded turns, in the order it came. A few lines are handled at once; a
 * thread that logs in a loop waits for its turn, and its gate closes meanwhile.
 */
export class LogIntake {
  #waiting: (() => void)[] = []
  #next = 0
  #timer: NodeJS.Timeout | null = null
  #periodAt = 0
  #spentMs = 0

  /** Calls `handle` now, or when there is time for it. */
  take(handle: () => void): void {
    if (this.#timer === null && this.#hasTime()) {
      this.#run(handle)
      return
    }
    this.#waiting.push(handle)
    this.#timer ??= setTimeout(() => this.#turn(), periodMs)
  }

  /** Handles everything that waits. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const waiting = this.#waiting.slice(this.#next)
    this.#waiting = []
    this.#next = 0
    for (const handle of waiting) handle()
  }

  #turn(): void {
    for (;;) {
      const handle = this.#waiting[this.#next]
      if (handle === undefined || !this.#hasTime()) break
      this.#next++
      this.#run(handle)
    }
    const isDone = this.#next === this.#waiting.length
    this.#timer = isDone ? null : setTimeout(() => this.#turn(), periodMs)
    if (!isDone && this.#next < 1000) return
    this.#waiting = this.#waiting.slice(this.#next)
    this.#next = 0
  }

  #hasTime(): boolean {
    const now = performance.now()
    if (now - this.#periodAt >= periodMs) {
      this.#periodAt = now
      this.#spentMs = 0
    }
    return this.#spentMs < shareMs
  }

  #run(handle: () => void): void {
    const before = performance.now()
    handle()
    this.#spentMs += performance.now() - before
  }
}
