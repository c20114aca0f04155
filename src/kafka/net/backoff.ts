/** Waits that grow by two from `firstMs` to `maxMs`, each spread by a fifth so that clients do not move in step. */
export interface Backoff {
  readonly firstMs: number
  readonly maxMs: number
}

/** How long to wait after the failure numbered `failures`, which counts from one. */
export function backoffMs(backoff: Backoff, failures: number): number {
  const exponent = Math.min(Math.max(failures, 1) - 1, 30)
  const base = Math.min(backoff.firstMs * 2 ** exponent, backoff.maxMs)
  return base * (0.8 + Math.random() * 0.4)
}
