import { ConsumerTimeoutError } from '../consumer/errors.ts'
import { timeLimit } from '../../util/abort.ts'

/** Does `work` for at most `ms`; then rejects with a ConsumerTimeoutError that names what it was to do. */
export async function limited<T>(
  ms: number,
  signal: AbortSignal,
  doing: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const expired = (): Error =>
    new ConsumerTimeoutError(
      `Could not ${doing} within ${ms} ms: check that the coordinator of the group can be reached.`,
    )
  using limit = timeLimit(ms, signal, expired)
  return await work(limit.signal)
}
