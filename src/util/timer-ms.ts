/** Of a longer wait, of more than 24 days, Node's timers make 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** `ms` as far as a timer goes. Whoever has to wait longer looks at the time when it fires, and sets it again. */
export function timerMs(ms: number): number {
  return Math.min(ms, MAX_TIMER_MS)
}
