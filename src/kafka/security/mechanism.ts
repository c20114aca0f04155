import type { MaybePromise } from '../../util/maybe-promise.ts'

/** One authentication from the client's side (RFC 4422): it speaks first. */
export interface SaslExchange {
  readonly first: Buffer
  /** What to answer to the broker; null where nothing more is to be said. Throws where the broker cannot be believed. */
  next(challenge: Buffer): MaybePromise<Buffer | null>
}

/** A way to authenticate. Holds the credentials. */
export interface SaslMechanism {
  /** As in `sasl.mechanism`. */
  readonly name: string
  begin(signal: AbortSignal): MaybePromise<SaslExchange>
}
