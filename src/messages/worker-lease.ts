import type { Moment } from '../util/moment.ts'

/** In this unit a word has room for six years of a process; a lease is rounded down to it. */
const tickMs = 100
const endless = 2 ** 31 - 1

/**
 * Until when the worker may act as a member of its group (invariant 4), in memory that every thread sees: the main thread
 * extends it with each heartbeat that the group confirms, tasks ask before they send, put or commit. A thread needs no
 * message for it, so that a main thread that hangs, or a process that was stopped, holds nothing longer than its session.
 *
 * It ends by the monotonic or the wall clock, whichever is there first: the former may stand still during a suspend. A
 * worker without a group has one that never ends.
 */
export class WorkerLease {
  /** Give this to the other thread and construct a WorkerLease over it there. */
  readonly shared: SharedArrayBuffer
  /** When it was made: monotonic, then wall. */
  readonly #base: Float64Array
  /** When it ends, in ticks from then on, by either clock. */
  readonly #ends: Int32Array

  /** Without `shared` a new one, that never ends. */
  constructor(shared?: SharedArrayBuffer) {
    this.shared = shared ?? new SharedArrayBuffer(24)
    this.#base = new Float64Array(this.shared, 0, 2)
    this.#ends = new Int32Array(this.shared, 16, 2)
    if (shared !== undefined) return
    this.#base.set([monotonicMs(), Date.now()])
    this.#ends.fill(endless)
  }

  /** Whether a task may act now. */
  get held(): boolean {
    const end = Atomics.load(this.#ends, 0)
    if (end === endless) return true
    return (
      monotonicMs() < this.#timeOf(0, end) &&
      Date.now() < this.#timeOf(1, Atomics.load(this.#ends, 1))
    )
  }

  /** It lasts `ms` from `from` on: when the heartbeat was sent that the group has confirmed, and the session's length. */
  extend(from: Moment, ms: number): void {
    const passed = performance.now() - from.monotonicMs
    this.#set(1, from.wallMs + ms)
    this.#set(0, monotonicMs() - passed + ms)
  }

  /** It is over now: the group has said so. */
  end(): void {
    Atomics.store(this.#ends, 0, 0)
    Atomics.store(this.#ends, 1, 0)
  }

  #set(clock: 0 | 1, time: number): void {
    const ticks = Math.floor((time - (this.#base[clock] ?? 0)) / tickMs)
    Atomics.store(this.#ends, clock, Math.min(ticks, endless - 1))
  }

  #timeOf(clock: 0 | 1, ticks: number): number {
    return (this.#base[clock] ?? 0) + ticks * tickMs
  }
}

/** The same in every thread, which `performance.now()` is not. */
function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
