import { readFile } from 'node:fs/promises'
import { asError, ConfigError } from '../../errors/connect-error.ts'
import { intOf } from '../config-values.ts'
import type { ClientConfig } from '../types.ts'
import { bearerTokens } from './bearer-tokens.ts'
import type { IssuedToken } from './bearer-tokens.ts'
import { SaslAuthenticationError } from './errors.ts'
import type { BearerToken } from './oauthbearer.ts'
import { requestToken } from './token-endpoint.ts'
import { claimsOf, unsecuredToken } from './tokens.ts'

type JaasOptions = ReadonlyMap<string, string>
/** Gives a token that is good for some time yet. */
export type TokenSource = (signal: AbortSignal) => Promise<BearerToken>

const loginHandlerKey = 'sasl.login.callback.handler.class'
const urlKey = 'sasl.oauthbearer.token.endpoint.url'

/**
 * Where tokens come from: the endpoint of `sasl.oauthbearer.token.endpoint.url` by client credentials (KIP-768), the file it
 * names, or where there is none made here and not signed, as for development. Throws a ConfigError.
 */
export function tokenSource(config: ClientConfig, options: JaasOptions): TokenSource {
  const issue = issuerOf(config, options)
  return bearerTokens({
    issue,
    extensions: extensionsOf(options),
    windowFactor: numberOf(config, 'sasl.login.refresh.window.factor', 0.8),
    windowJitter: numberOf(config, 'sasl.login.refresh.window.jitter', 0.05),
    leastMs: intOf(config, 'sasl.login.refresh.min.period.seconds', 60) * 1000,
    bufferMs: intOf(config, 'sasl.login.refresh.buffer.seconds', 300) * 1000,
  })
}

function issuerOf(
  config: ClientConfig,
  options: JaasOptions,
): (signal: AbortSignal) => Promise<IssuedToken> {
  const handler = config[loginHandlerKey]?.trim() ?? ''
  const url = config[urlKey]?.trim() ?? ''
  const unsecured = handler.endsWith('.OAuthBearerUnsecuredLoginCallbackHandler')
  if (handler !== '' && !unsecured && !handler.endsWith('.OAuthBearerLoginCallbackHandler')) {
    throw new ConfigError(
      `Invalid value ${handler} for "${loginHandlerKey}": a Java class cannot run here. Kafka's own OAuthBearerLoginCallbackHandler is built in: set "${urlKey}".`,
    )
  }
  if (unsecured || (handler === '' && url === '')) {
    return () => Promise.resolve(unsecuredToken(options, Date.now()))
  }
  const endpoint = URL.canParse(url) ? new URL(url) : null
  if (endpoint?.protocol === 'file:') return () => readToken(endpoint)
  if (endpoint?.protocol === 'https:' || endpoint?.protocol === 'http:') {
    return requestToken(endpoint, config, options)
  }
  throw new ConfigError(
    `Invalid value ${url} for "${urlKey}": expected an https, http or file URL that gives tokens.`,
  )
}

async function readToken(url: URL): Promise<IssuedToken> {
  try {
    const value = (await readFile(url, 'utf8')).trim()
    const { exp } = claimsOf(value)
    return { value, expiresAt: typeof exp === 'number' ? exp * 1000 : null }
  } catch (cause) {
    throw new SaslAuthenticationError(
      `Cannot read a token from ${url.pathname}, which "${urlKey}" names: ${asError(cause).message}`,
      { cause },
    )
  }
}

/** `unsecuredLoginExtension_name` and `extension_name` of the login module (KIP-342). */
function extensionsOf(options: JaasOptions): ReadonlyMap<string, string> {
  const extensions = new Map<string, string>()
  for (const [key, value] of options) {
    const name = /^(?:unsecuredLoginExtension_|extension_)([A-Za-z]+)$/.exec(key)?.[1]
    if (name === 'auth') {
      throw new ConfigError('Invalid "sasl.jaas.config": no extension may be called auth.')
    }
    if (name !== undefined) extensions.set(name, value)
  }
  return extensions
}

function numberOf(config: ClientConfig, key: string, fallback: number): number {
  const text = config[key]?.trim() ?? ''
  const value = text === '' ? fallback : Number(text)
  if (value >= 0 && value <= 1) return value
  throw new ConfigError(`Invalid value ${text} for "${key}": expected a number from 0 to 1.`)
}
