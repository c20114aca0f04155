import type { ThreadBoard } from '../messages/thread-board.ts'

/** A thread as the watchdog sees it. */
export interface WatchedThread {
  readonly board: Pick<ThreadBoard, 'turnedAt'>
}

/** A thread that has not yet turned loads its first code; it is given at least this long. */
const loadMs = 60_000

interface Seen {
  turn: number
  heldMs: number
}

/**
 * Looks for threads whose event loops do not turn. What counts is time in which this watchdog itself was run: of a pause of the
 * whole process (SIGSTOP, a laptop asleep, a machine without a free core) no more than one look counts, so that its threads
 * can show that they live.
 */
export class Watchdog<T extends WatchedThread> {
  /** To be called this often, in ms. */
  static readonly lookMs = 250
  readonly #limitMs: number
  readonly #seen = new Map<T, Seen>()
  #lastLook: number | null = null

  /** `limitMs`: how long an event loop may stand still; 0 for ever. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** The threads that have stood still for too long, each told once, and how long. `now` is of a monotonic clock. */
  look(
    threads: readonly T[],
    now: number,
  ): readonly { readonly thread: T; readonly heldMs: number }[] {
    const passed = Math.min(now - (this.#lastLook ?? now), 2 * Watchdog.lookMs)
    this.#lastLook = now
    const alive = new Set(threads)
    for (const thread of this.#seen.keys()) if (!alive.has(thread)) this.#seen.delete(thread)
    return threads.flatMap((thread) => {
      const before = this.heldMs(thread)
      const heldMs = this.#stood(thread, passed)
      const limitMs = this.#limitOf(thread)
      return before < limitMs && heldMs >= limitMs ? { thread, heldMs } : []
    })
  }

  /** For how long the thread has stood still, as of the last look. */
  heldMs(thread: T): number {
    return this.#seen.get(thread)?.heldMs ?? 0
  }

  #stood(thread: T, passed: number): number {
    const turn = thread.board.turnedAt()
    const seen = this.#seen.get(thread)
    const heldMs = seen?.turn === turn ? seen.heldMs + passed : 0
    this.#seen.set(thread, { turn, heldMs })
    return heldMs
  }

  #limitOf({ board }: T): number {
    if (this.#limitMs === 0) return Number.POSITIVE_INFINITY
    return board.turnedAt() === 0 ? Math.max(this.#limitMs, loadMs) : this.#limitMs
  }
}
