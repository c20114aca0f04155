import { abortable } from '../util/abort.ts'

export interface StopLimits {
  /** What is being asked has so long to be answered before its waits for plugins end. */
  readonly headStartMs: number
  /** From the begin of the stop: connections are closed then, answered or not. */
  readonly restMs: number
  /** Connectors and tasks, and the store after them. */
  readonly herderMs: number
}

/**
 * All of it fits the 45 s that the manifests give a pod. Java waits up to 60 s for requests before its herder stops, and one
 * that waits for a plugin would keep the tasks from draining.
 */
export const stopLimits: StopLimits = { headStartMs: 2000, restMs: 35_000, herderMs: 30_000 }

export interface StoppedInOrder {
  readonly rest: { stop(graceMs: number): Promise<void> }
  readonly herder: { stop(signal: AbortSignal): Promise<void> }
  readonly offsets: { stop(signal: AbortSignal): Promise<void> }
}

/**
 * Invariant 7: no more requests, connectors and tasks drained, and only then the store. A request that waits for a plugin keeps
 * nobody from draining: it ends with the herder's stop.
 */
export async function stopInOrder(
  { rest, herder, offsets }: StoppedInOrder,
  { headStartMs, restMs, herderMs }: StopLimits = stopLimits,
): Promise<void> {
  const answered = rest.stop(restMs)
  await abortable(answered, AbortSignal.timeout(headStartMs)).catch(() => undefined)
  const signal = AbortSignal.timeout(herderMs)
  await Promise.all([answered, herder.stop(signal)])
  await offsets.stop(signal)
}
