import { ConnectError, RetriableError } from 'sluice/api'
import { ConditionError, UnsupportedConditionError } from './object-store.ts'

/** What may pass by itself, by the codes of S3's errors. */
const passing = new Set([
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'BandwidthLimitExceeded',
  'ConditionalRequestConflict',
  'NoSuchUpload',
  'InvalidPart',
  'TimeoutError',
])

/** The status of HTTP that an error of the SDK came with; null where there was no answer. */
export function statusOf(error: unknown): number | null {
  if (!hasMember(error, '$metadata')) return null
  const { $metadata: metadata } = error
  return hasMember(metadata, 'httpStatusCode') && typeof metadata.httpStatusCode === 'number'
    ? metadata.httpStatusCode
    : null
}

/** What the SDK threw, as one of ours. What may pass becomes retriable; what it was tried for is in the message. */
export function connectErrorOf(cause: unknown, action: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  const name = cause instanceof Error ? cause.name : 'error'
  const text = cause instanceof Error ? cause.message : String(cause)
  const status = statusOf(cause)
  if (status === 412 || name === 'PreconditionFailed') {
    return new ConditionError(`Cannot ${action}: the object is there already.`, { cause })
  }
  if (status === 501) {
    return new UnsupportedConditionError(`Cannot ${action}: the store has no such request.`, {
      cause,
    })
  }
  const said = `Cannot ${action}: ${name}${status === null ? '' : ` (${status})`}: ${text}`
  if (status === null || status >= 500 || status === 429 || status === 409 || passing.has(name)) {
    return isConfiguration(name)
      ? new ConnectError(`${said}. Check the credentials.`, { cause })
      : new RetriableError(said, { cause })
  }
  return new ConnectError(
    `${said}. Check s3.bucket.name, s3.region and what the credentials allow.`,
    { cause },
  )
}

function isConfiguration(name: string): boolean {
  return name === 'CredentialsProviderError'
}

function hasMember<K extends string>(
  value: unknown,
  name: K,
): value is Readonly<Record<K, unknown>> {
  return typeof value === 'object' && value !== null && name in value
}
