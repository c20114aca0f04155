import { timerMs } from '../../util/timer-ms.ts'

/** Something with requests in flight, the first of which must be answered by `deadline` (of `performance.now()`). */
export interface Timed {
  deadline(): number
  expire(): void
}

const SLACK_MS = 10
const watched = new Set<Timed>()
let timer: NodeJS.Timeout | undefined
let firesAt = Infinity

/**
 * Expires `timed` once its deadline has passed, late by a few milliseconds. One timer serves every connection of
 * the thread, and none is armed while nothing is in flight. A deadline may move on without a call.
 */
export function watch(timed: Timed): void {
  watched.add(timed)
  const deadline = timed.deadline()
  if (deadline + SLACK_MS < firesAt) arm(deadline)
}

export function unwatch(timed: Timed): void {
  watched.delete(timed)
}

function arm(deadline: number): void {
  clearTimeout(timer)
  firesAt = deadline + SLACK_MS
  timer = setTimeout(sweep, timerMs(Math.max(firesAt - performance.now(), SLACK_MS)))
  timer.unref()
}

function sweep(): void {
  timer = undefined
  firesAt = Infinity
  const now = performance.now()
  let next = Infinity
  for (const timed of [...watched]) {
    if (timed.deadline() <= now) timed.expire()
    else next = Math.min(next, timed.deadline())
  }
  if (next < Infinity) arm(next)
}
