import { ConsumerTimeoutError } from '../consumer/errors.ts'
import { reasonOf } from '../../util/abort.ts'

/** Does `work` for at most `ms`; then rejects with a ConsumerTimeoutError that names what it was to do. */
export async function limited<T>(
  ms: number,
  signal: AbortSignal,
  doing: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const limit = new AbortController()
  const abort = (): void => limit.abort(reasonOf(signal))
  const timer = setTimeout(() => {
    limit.abort(
      new ConsumerTimeoutError(
        `Could not ${doing} within ${ms} ms: check that the coordinator of the group can be reached.`,
      ),
    )
  }, ms)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await work(limit.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
