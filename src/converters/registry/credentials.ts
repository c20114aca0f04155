import { ConfigError, asError } from '../../api/index.ts'
import { objectEntries, parseJson } from '../json/json-node.ts'
import type { HttpClient } from './http-request.ts'
import type { RegistryConfig } from './registry-config.ts'
import { RegistryAwayError, RestClientError } from './registry-errors.ts'

/** An address of a registry. */
export interface RegistryAddress {
  readonly url: URL
  /** User and password as they stand in its text, which a URL would encode; empty where there are none. A secret. */
  readonly userInfo: string
}

/** The headers by which a registry is told who asks. Secrets leave this module in headers alone (invariant 8). */
export interface Credentials {
  /** For a request to `address`, whose user info counts where it is the source. */
  headersFor(address: RegistryAddress): Promise<Readonly<Record<string, string>>>
}

/** As the configuration says; a source that is not given is not used. Throws a ConfigError. */
export function credentialsOf(config: RegistryConfig, http: HttpClient): Credentials {
  const basic = config['basic.auth.credentials.source']
  const bearer = config['bearer.auth.credentials.source']
  if (basic !== null && bearer !== null) {
    throw new ConfigError(
      "Only one of 'basic.auth.credentials.source' and 'bearer.auth.credentials.source' may be specified",
    )
  }
  if (basic !== null) return basicCredentials(basic.trim().toUpperCase(), config)
  if (bearer !== null) return bearerCredentials(bearer.trim().toUpperCase(), config, http)
  return { headersFor: () => Promise.resolve({}) }
}

function basicCredentials(source: string, config: RegistryConfig): Credentials {
  if (source === 'URL') {
    return {
      // Verbatim: Java does not decode it.
      headersFor: ({ userInfo }) => Promise.resolve(userInfo === '' ? {} : basic(userInfo)),
    }
  }
  if (source === 'USER_INFO') {
    const old = config['schema.registry.basic.auth.user.info'].value
    const info = old === '' ? config['basic.auth.user.info'].value : old
    if (info === '') {
      throw new ConfigError(
        'UserInfo must be provided when basic.auth.credentials.source is set to USER_INFO',
      )
    }
    return { headersFor: () => Promise.resolve(basic(info)) }
  }
  if (source === 'SASL_INHERIT') {
    const info = jaasUserInfo(config['sasl.jaas.config']?.value ?? '')
    return { headersFor: () => Promise.resolve(basic(info)) }
  }
  throw new ConfigError(
    `Invalid value ${source} for configuration basic.auth.credentials.source: expected URL, USER_INFO or SASL_INHERIT.`,
  )
}

function basic(userInfo: string): Readonly<Record<string, string>> {
  return { Authorization: `Basic ${Buffer.from(userInfo).toString('base64')}` }
}

/** User and password of a login module, as clients of Kafka have it. */
function jaasUserInfo(jaas: string): string {
  const option = (name: string): string | undefined =>
    new RegExp(`\\b${name}\\s*=\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(jaas)?.[1]
  const user = option('username')
  const password = option('password')
  if (user === undefined || password === undefined) {
    throw new ConfigError(
      'Invalid "sasl.jaas.config": basic.auth.credentials.source=SASL_INHERIT needs its username and password.',
    )
  }
  return `${user}:${password}`
}

function bearerCredentials(source: string, config: RegistryConfig, http: HttpClient): Credentials {
  const own: Record<string, string> = {}
  const cluster = config['bearer.auth.logical.cluster']
  const pool = config['bearer.auth.identity.pool.id']
  if (cluster !== null) own['target-sr-cluster'] = cluster
  if (pool !== null) own['Confluent-Identity-Pool-Id'] = pool
  if (source === 'STATIC_TOKEN') {
    const token = config['bearer.auth.token'].value
    if (token === '') {
      throw new ConfigError(
        'Token must be provided via bearer.auth.token config when bearer.auth.credentials.source is set to STATIC_TOKEN',
      )
    }
    return { headersFor: () => Promise.resolve({ ...own, Authorization: `Bearer ${token}` }) }
  }
  if (source === 'OAUTHBEARER') {
    const tokens = new IssuedTokens(config, http)
    return {
      async headersFor() {
        return { ...own, Authorization: `Bearer ${await tokens.current()}` }
      },
    }
  }
  throw new ConfigError(
    `Invalid value ${source} for configuration bearer.auth.credentials.source: this worker supports STATIC_TOKEN and OAUTHBEARER.`,
  )
}

/** Tokens for client credentials (RFC 6749 4.4), each used until shortly before it ends. */
class IssuedTokens {
  readonly #http: HttpClient
  readonly #url: URL
  readonly #body: string
  readonly #authorization: string
  readonly #bufferMs: number
  #token = ''
  #renewAt = 0
  #asking: Promise<string> | null = null

  constructor(config: RegistryConfig, http: HttpClient) {
    const required = (key: 'bearer.auth.issuer.endpoint.url' | 'bearer.auth.client.id'): string => {
      const value = config[key] ?? ''
      if (value !== '') return value
      throw new ConfigError(
        `Missing "${key}": bearer.auth.credentials.source=OAUTHBEARER needs it.`,
      )
    }
    const issuer = required('bearer.auth.issuer.endpoint.url')
    if (!URL.canParse(issuer)) {
      throw new ConfigError(
        `Invalid value ${issuer} for configuration bearer.auth.issuer.endpoint.url: expected an address.`,
      )
    }
    const secret = config['bearer.auth.client.secret']?.value ?? ''
    const user = `${required('bearer.auth.client.id')}:${secret}`
    const scope = config['bearer.auth.scope'] ?? ''
    this.#http = http
    this.#url = new URL(issuer)
    this.#body = new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope !== '' && { scope }),
    }).toString()
    this.#authorization = `Basic ${Buffer.from(user).toString('base64')}`
    this.#bufferMs = config['bearer.auth.cache.expiry.buffer.seconds'] * 1000
  }

  async current(): Promise<string> {
    if (Date.now() < this.#renewAt) return this.#token
    this.#asking ??= this.#ask().finally(() => (this.#asking = null))
    return this.#asking
  }

  async #ask(): Promise<string> {
    const askedAt = Date.now()
    const { status, text } = await this.#http.ask({
      method: 'POST',
      url: this.#url,
      headers: {
        Accept: 'application/json',
        Authorization: this.#authorization,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: this.#body,
    })
    const from = `The token endpoint ${this.#url.origin}${this.#url.pathname}`
    if (status !== 200)
      throw new RestClientError(`${from} answered with status ${status}`, status, status)
    const answer = new Map(objectEntries(parsed(text, from)))
    const token = answer.get('access_token')
    if (typeof token !== 'string' || token === '') {
      throw new RegistryAwayError(`${from} answered without an access_token.`)
    }
    const seconds = Number(answer.get('expires_in') ?? 0)
    this.#token = token
    // A token that ends sooner than the buffer is used for half of its time.
    this.#renewAt = askedAt + Math.max(seconds * 1000 - this.#bufferMs, seconds * 500)
    return token
  }
}

function parsed(text: string, from: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new RegistryAwayError(`${from} answered with no JSON: ${asError(cause).message}`, {
      cause,
    })
  }
}
