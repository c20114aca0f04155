import http from 'node:http'
import https from 'node:https'
import { clientTlsOptions } from '../../config/tls/tls-options.ts'
import { asError, ConfigError } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import { backoffMs } from '../net/backoff.ts'
import type { Backoff } from '../net/backoff.ts'
import { intOf } from '../config-values.ts'
import type { ClientConfig } from '../types.ts'
import type { IssuedToken } from './bearer-tokens.ts'
import { SaslAuthenticationError } from './errors.ts'
import { claimsOf } from './tokens.ts'

interface Endpoint {
  readonly url: URL
  readonly options: https.RequestOptions
  readonly body: string
  readonly timeoutMs: number
  readonly backoff: Backoff
}

/** Where nothing is said of `sasl.login.read.timeout.ms`. */
const TIMEOUT_MS = 10_000
const MOST_ANSWER_BYTES = 1024 * 1024

/** What is worth another try: the endpoint is away, or says itself that it may work later. */
class EndpointAwayError extends SaslAuthenticationError {}

/**
 * Asks an identity provider for tokens by client credentials (RFC 6749 4.4), whose id and secret stand in the login module's
 * options or in keys of their own (KIP-1139). Throws a ConfigError where one is missing.
 */
export function requestToken(
  url: URL,
  config: ClientConfig,
  jaas: ReadonlyMap<string, string>,
): (signal: AbortSignal) => Promise<IssuedToken> {
  const endpoint = endpointOf(url, config, jaas)
  return async (signal) => {
    for (let failures = 1; ; failures++) {
      try {
        return await ask(endpoint, signal)
      } catch (error) {
        if (!(error instanceof EndpointAwayError) || signal.aborted) throw error
        // The last error says more than that the time is over.
        await delay(backoffMs(endpoint.backoff, failures), signal).catch(() => {
          throw error
        })
      }
    }
  }
}

function endpointOf(url: URL, config: ClientConfig, jaas: ReadonlyMap<string, string>): Endpoint {
  const setting = (key: string, option: string): string => config[key] ?? jaas.get(option) ?? ''
  const id = setting('sasl.oauthbearer.client.credentials.client.id', 'clientId')
  const secret = setting('sasl.oauthbearer.client.credentials.client.secret', 'clientSecret')
  const scope = setting('sasl.oauthbearer.scope', 'scope')
  if (id === '' || secret === '') {
    const missing = id === '' ? 'clientId' : 'clientSecret'
    throw new ConfigError(`Invalid "sasl.jaas.config": OAuthBearerLoginModule has no ${missing}.`)
  }
  const encode = config['sasl.oauthbearer.header.urlencode']?.trim().toLowerCase() === 'true'
  const [user, password] = encode
    ? [encodeURIComponent(id), encodeURIComponent(secret)]
    : [id, secret]
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== '' && { scope }),
  })
  const ssl = Object.fromEntries([...jaas].filter(([key]) => key.startsWith('ssl.')))
  return {
    url,
    options: {
      method: 'POST',
      headers: {
        Accept: 'application/json',
        Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        'Cache-Control': 'no-cache',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      ...(url.protocol === 'https:' && clientTlsOptions(ssl)),
    },
    body: body.toString(),
    timeoutMs: intOf(config, 'sasl.login.read.timeout.ms', TIMEOUT_MS, 1),
    backoff: {
      firstMs: intOf(config, 'sasl.login.retry.backoff.ms', 100),
      maxMs: intOf(config, 'sasl.login.retry.backoff.max.ms', 10_000),
    },
  }
}

async function ask(endpoint: Endpoint, signal: AbortSignal): Promise<IssuedToken> {
  const askedAt = Date.now()
  const { status, text } = await post(endpoint, signal)
  const from = `The token endpoint ${endpoint.url.origin}${endpoint.url.pathname}`
  if (status >= 500 || status === 429 || status === 408) {
    throw new EndpointAwayError(`${from} answered with status ${status}.`)
  }
  const answer = parse(text)
  if (status !== 200) {
    const error = [answer.error, answer.error_description].filter(
      (part) => typeof part === 'string',
    )
    throw new SaslAuthenticationError(
      `${from} refused with status ${status}${error.length > 0 ? `: ${error.join(', ')}` : ''}. Check clientId, clientSecret and scope.`,
    )
  }
  const value = answer.access_token
  if (typeof value !== 'string' || value === '') {
    throw new SaslAuthenticationError(`${from} answered without an access_token.`)
  }
  const { exp } = claimsOf(value)
  if (typeof exp === 'number') return { value, expiresAt: exp * 1000 }
  const seconds = Number(answer.expires_in)
  return { value, expiresAt: seconds > 0 ? askedAt + seconds * 1000 : null }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null ? { ...answer } : {}
  } catch {
    return {}
  }
}

function post(
  { url, options, body, timeoutMs }: Endpoint,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  return new Promise((resolve, reject) => {
    const away = (error: unknown): void => {
      const why =
        signal.aborted || !limit.aborted
          ? asError(error).message
          : `no answer within ${timeoutMs} ms`
      reject(new EndpointAwayError(`The token endpoint ${url.origin} cannot be asked: ${why}`))
    }
    const open = url.protocol === 'https:' ? https.request : http.request
    const request = open(url, { ...options, signal: limit, agent: false }, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MOST_ANSWER_BYTES) request.destroy(new Error('its answer is too long'))
        else chunks.push(chunk)
      })
      response.on('error', away)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() })
      })
    })
    request.on('error', away)
    request.end(body)
  })
}
