import { SaslAuthenticationError } from './errors.ts'
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

/** Messages that any mechanism exchanges at most: a broker that goes on asks for no authentication. */
const MOST_ROUNDS = 10

/**
 * Authenticates: `send` takes each message to the broker and brings its answer. Rejects with what either throws, and with a
 * {@link SaslAuthenticationError} where the broker finds no end.
 */
export async function converse(
  mechanism: SaslMechanism,
  send: (message: Buffer) => Promise<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  const exchange = await mechanism.begin(signal)
  let message = exchange.first
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const reply = await exchange.next(await send(message))
    if (reply === null) return
    message = reply
  }
  throw new SaslAuthenticationError(
    `Authentication by ${mechanism.name} did not come to an end within ${MOST_ROUNDS} messages.`,
  )
}
