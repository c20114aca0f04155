/**
 * A moment by two clocks. The monotonic one never jumps, but on some systems stands still while the machine is
 * suspended; the wall clock goes on then, but may be set. Which of them was right, nobody can tell afterwards.
 */
export interface Moment {
  /** Of `performance.now()`. */
  readonly monotonicMs: number
  /** Of `Date.now()`. */
  readonly wallMs: number
}

export function thisMoment(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() }
}

/** Milliseconds since `moment`, by the clock that says more: who must not act too late trusts that one. */
export function mostMsSince(moment: Moment): number {
  return Math.max(performance.now() - moment.monotonicMs, Date.now() - moment.wallMs)
}
