import { ConnectError, asError, javaNameOf } from '../errors/connect-error.ts'

/** What Connect itself says is passed on as it is; anything else becomes the cause of `message` (Java's `maybeWrap`). */
export function inConnectWords(cause: unknown, message: string): Error {
  const error = asError(cause)
  if (javaNameOf(error).startsWith('org.apache.kafka.connect.')) return error
  return new ConnectError(message, { cause })
}
