import { ConfigError } from '../../errors/connect-error.ts'
import type { IssuedToken } from './bearer-tokens.ts'

const stringClaim = 'unsecuredLoginStringClaim_'
const numberClaim = 'unsecuredLoginNumberClaim_'
const listClaim = 'unsecuredLoginListClaim_'

/**
 * A JSON Web Token that nobody signed, of the claims that the login module's options name
 * (`OAuthBearerUnsecuredLoginCallbackHandler`). Throws a ConfigError where its subject is missing.
 */
export function unsecuredToken(options: ReadonlyMap<string, string>, now: number): IssuedToken {
  const lifetimeSeconds = Number(options.get('unsecuredLoginLifetimeSeconds') ?? '3600')
  if (!(lifetimeSeconds > 0)) {
    throw new ConfigError(
      'Invalid "sasl.jaas.config": unsecuredLoginLifetimeSeconds is no number above 0.',
    )
  }
  const expiresAt = now + lifetimeSeconds * 1000
  const claims = { ...claimsFrom(options), iat: now / 1000, exp: expiresAt / 1000 }
  const principal = options.get('unsecuredLoginPrincipalClaimName') ?? 'sub'
  if (!(principal in claims)) {
    throw new ConfigError(
      `Invalid "sasl.jaas.config": OAuthBearerLoginModule has no ${stringClaim}${principal}. Set it, or "sasl.oauthbearer.token.endpoint.url" where an identity provider gives the tokens.`,
    )
  }
  const parts = [{ alg: 'none' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return { value: `${parts.join('.')}.`, expiresAt }
}

/** The claims of a token, not verified; none where it is no JSON Web Token. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    )
    return typeof claims === 'object' && claims !== null ? { ...claims } : {}
  } catch {
    // An opaque token is one too.
    return {}
  }
}

function claimsFrom(options: ReadonlyMap<string, string>): Record<string, unknown> {
  const claims: [string, unknown][] = []
  for (const [key, value] of options) {
    if (key.startsWith(stringClaim)) claims.push([key.slice(stringClaim.length), value])
    else if (key.startsWith(numberClaim))
      claims.push([key.slice(numberClaim.length), Number(value)])
    else if (key.startsWith(listClaim)) {
      // Its first character separates the others.
      const items = value.slice(1).split(value.slice(0, 1))
      claims.push([key.slice(listClaim.length), items.filter((item) => item !== '')])
    }
  }
  return Object.fromEntries(claims)
}
