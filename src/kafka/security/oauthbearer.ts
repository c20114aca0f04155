import { SaslAuthenticationError } from './errors.ts'
import type { SaslExchange, SaslMechanism } from './mechanism.ts'

/** A token of OAuth 2, and what is sent along with it (KIP-342). */
export interface BearerToken {
  readonly value: string
  readonly extensions: ReadonlyMap<string, string>
}

/** Between the fields of a message, and alone the answer to a refusal. */
const SEPARATOR = '\u0001'

/** OAUTHBEARER (RFC 7628, KIP-255): `token` gives one that is still good. */
export function oauthBearerMechanism(
  token: (signal: AbortSignal) => Promise<BearerToken>,
): SaslMechanism {
  return {
    name: 'OAUTHBEARER',
    begin: async (signal) => exchangeOf(await token(signal)),
  }
}

function exchangeOf({ value, extensions }: BearerToken): SaslExchange {
  const fields = [
    `auth=Bearer ${value}`,
    ...Array.from(extensions, ([name, text]) => `${name}=${text}`),
  ]
  const first = Buffer.from(['n,,', ...fields, '', ''].join(SEPARATOR))
  let refusal: string | null = null
  return {
    first,
    next: (challenge) => {
      if (refusal !== null) throw new SaslAuthenticationError(`The broker refused: ${refusal}`)
      if (challenge.length === 0) return null
      // It says why, and refuses once that was answered.
      refusal = challenge.toString()
      return Buffer.from(SEPARATOR)
    },
  }
}
