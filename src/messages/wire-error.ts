import { asError, isRetriable, javaNameOf, RemoteError, traceOf } from '../errors/connect-error.ts'
import type { WireError } from './protocol.ts'

/** `error` as it crosses between threads. */
export function toWireError(error: unknown): WireError {
  const raised = asError(error)
  return {
    javaName: javaNameOf(raised),
    message: raised.message,
    trace: traceOf(raised),
    retriable: isRetriable(raised),
  }
}

/** What crossed, as an error to throw: a ConnectError with the name and trace it had on the other side. */
export function fromWireError(error: WireError): RemoteError {
  return new RemoteError(error)
}
