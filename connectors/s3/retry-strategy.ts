import type { S3ClientConfig } from '@aws-sdk/client-s3'

type Strategy = Exclude<NonNullable<S3ClientConfig['retryStrategy']>, { retry: unknown }>

interface Token {
  getRetryCount(): number
  getRetryDelay(): number
  getRetryCost(): number | undefined
}

/** Tries a request at most so often; waits twice as long each time, up to `mostDelayMs`, less what chance takes off. */
export function retriesWithin(
  mostAttempts: number,
  backoffMs: number,
  mostDelayMs: number,
): Strategy {
  const token = (count: number, delayMs: number): Token => ({
    getRetryCount: () => count,
    getRetryDelay: () => delayMs,
    getRetryCost: () => undefined,
  })
  return {
    acquireInitialRetryToken: () => Promise.resolve(token(0, 0)),
    refreshRetryTokenForRetry: (
      before: Pick<Token, 'getRetryCount'>,
      { errorType }: { errorType: string },
    ) => {
      const count = before.getRetryCount() + 1
      if (count >= mostAttempts || errorType === 'CLIENT_ERROR') {
        return Promise.reject(new Error('No further try is made.'))
      }
      const delayMs = Math.min(backoffMs * 2 ** (count - 1), mostDelayMs)
      return Promise.resolve(token(count, delayMs * (0.5 + Math.random() / 2)))
    },
    recordSuccess: () => undefined,
  }
}
