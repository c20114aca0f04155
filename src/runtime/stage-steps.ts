import type { MaybePromise } from '../util/maybe-promise.ts'
import type { Stage } from './record-errors.ts'
import type { Retries } from './retries.ts'

/** Takes a record through one stage. */
export type Step = <T>(stage: Stage, operation: () => MaybePromise<T>) => MaybePromise<T>

/**
 * What `attempt` makes of a record that failed with `error` in `failedAt`, where `error` asks for another try, as may what its
 * steps fail with; in `failedAt` the first attempt counts as made. Rejects with the record's last error, or with how its wait
 * ended where the task stops: `retries.rethrowAbort` knows which.
 */
export async function tryAgain<T>(
  retries: Retries,
  once: Step,
  { failedAt, error }: { readonly failedAt: Stage; readonly error: unknown },
  attempt: (step: Step) => Promise<T>,
): Promise<T> {
  retries.rethrowAbort(error)
  if (!retries.appliesTo(error)) throw error
  let first = error
  const retrying: Step = (stage, operation) => {
    const failure = stage === failedAt ? first : undefined
    if (stage === failedAt) first = undefined
    return retries.run(() => once(stage, operation), failure)
  }
  return attempt(retrying)
}
