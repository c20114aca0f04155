import { asError } from '../../errors/connect-error.ts'
import { abortable } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import type { BearerToken } from './oauthbearer.ts'

export interface IssuedToken {
  readonly value: string
  /** Milliseconds since the epoch; null where that is not known. */
  readonly expiresAt: number | null
}

export interface TokenOptions {
  readonly issue: (signal: AbortSignal) => Promise<IssuedToken>
  readonly extensions: ReadonlyMap<string, string>
  /** A token is renewed when this part of its life is over, and up to `windowJitter` more. */
  readonly windowFactor: number
  readonly windowJitter: number
  /** Between two tokens, and before one ends; where its life is too short for both they do not count. */
  readonly leastMs: number
  readonly bufferMs: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Milliseconds that no setting of the clock changes. */
  readonly elapsed?: () => number
}

interface Held {
  readonly token: BearerToken
  readonly expiresAt: number | null
  readonly renewAt: number
  /** As `renewAt`, of `elapsed`: a clock that is set back makes no token last longer. */
  readonly renewAfter: number
}

/** Most time that a token may take, retries included. */
const ISSUE_LIMIT_MS = 30_000
/** How long a token is used whose end is not known. */
const UNKNOWN_LIFE_MS = 300_000

const log = createLogger(
  'org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerRefreshingLogin',
)

/**
 * Keeps one token and renews it before it ends, when it is asked for (`sasl.login.refresh.*`). Where that fails the old one is
 * given as long as it is good.
 */
export function bearerTokens(options: TokenOptions): (signal: AbortSignal) => Promise<BearerToken> {
  const { issue, extensions, now = Date.now, elapsed = () => performance.now() } = options
  let held: Held | null = null
  let renewing: Promise<Held> | null = null
  const renew = async (): Promise<Held> => {
    const startedAt = now()
    const { value, expiresAt } = await issue(AbortSignal.timeout(ISSUE_LIMIT_MS))
    const renewAt = renewalOf(options, startedAt, expiresAt ?? startedAt + UNKNOWN_LIFE_MS)
    const renewAfter = elapsed() + renewAt - now()
    held = { token: { value, extensions }, expiresAt, renewAt, renewAfter }
    return held
  }
  return async (signal) => {
    if (held !== null && now() < held.renewAt && elapsed() < held.renewAfter) return held.token
    const last = held
    renewing ??= renew().finally(() => {
      renewing = null
    })
    try {
      return (await abortable(renewing, signal)).token
    } catch (error) {
      signal.throwIfAborted()
      if (last === null || now() >= (last.expiresAt ?? 0)) throw error
      log.warn(`The token could not be renewed; the one at hand is used: ${asError(error).message}`)
      return last.token
    }
  }
}

/** As Java's ExpiringCredentialRefreshingLogin decides it. */
function renewalOf(options: TokenOptions, startedAt: number, expiresAt: number): number {
  const { windowFactor, windowJitter, leastMs, bufferMs } = options
  const life = expiresAt - startedAt
  const wanted = startedAt + life * (windowFactor + windowJitter * Math.random())
  if (leastMs + bufferMs > life) return wanted
  return Math.max(startedAt + leastMs, Math.min(wanted, expiresAt - bufferMs))
}
