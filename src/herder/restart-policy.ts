import type { RestartSettings } from '../config/restart-keys.ts'

/** Whether a failure is one to restart after. */
export function restartsAfter(
  { policy }: RestartSettings,
  failure: { readonly retriable: boolean },
): boolean {
  switch (policy) {
    case 'none':
      return false
    case 'on-failure':
      return true
    case 'on-retriable-failure':
      return failure.retriable
  }
}

/** Those of `attempts`, in ms since the epoch and ascending, that count at `now`. */
export function attemptsInWindow(
  { windowMs }: RestartSettings,
  attempts: readonly number[],
  now: number,
): readonly number[] {
  return attempts.filter((at) => at > now - windowMs)
}

/**
 * When to restart next after a failure at `now`: the pause doubles with each attempt of the window, and loses up to
 * half of itself by `random` (0 to 1), so that what failed together does not come back together. Where the window is
 * full, not before its oldest attempt has left it.
 */
export function nextAttemptAt(
  settings: RestartSettings,
  attempts: readonly number[],
  now: number,
  random: number,
): number {
  const { backoffMs, maxBackoffMs, maxAttempts, windowMs } = settings
  const recent = attemptsInWindow(settings, attempts, now)
  const pauseMs = Math.min(maxBackoffMs, backoffMs * 2 ** recent.length)
  const at = now + Math.round(pauseMs * (1 - random / 2))
  const oldest = recent[recent.length - maxAttempts]
  return oldest === undefined ? at : Math.max(at, oldest + windowMs)
}
