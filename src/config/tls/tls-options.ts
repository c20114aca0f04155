import type { ConnectionOptions, SecureContextOptions, SecureVersion, TlsOptions } from 'node:tls'
import { ConfigError } from '../../errors/connect-error.ts'
import { opensslCipher } from './cipher-suites.ts'
import { SslKeys } from './ssl-keys.ts'
import type { SslConfig } from './ssl-keys.ts'
import { readKeyStore, readTrustStore } from './stores.ts'
import type { KeyStore } from './stores.ts'

/**
 * Kafka's `ssl.*` keys as options of `node:tls`. Files are read here, once; whoever wants a changed certificate asks anew.
 * `ssl.provider`, `ssl.keymanager.algorithm` and the like, which configure a JVM, have no effect.
 */

/** For a client: to be spread into `tls.connect`. Throws a ConfigError that names the key at fault and no secret. */
export function clientTlsOptions(config: SslConfig, prefix = ''): ConnectionOptions {
  const keys = new SslKeys(config, prefix)
  const trusted = readTrustStore(keys)
  return {
    ...versionsAndCiphers(keys),
    ...readKeyStore(keys)?.options,
    ...(trusted !== null && { ca: [...trusted] }),
    ...(!checksHostNames(keys) && { checkServerIdentity: () => undefined }),
  }
}

/**
 * For a server: to be spread into `https.createServer`. With `ssl.client.auth=requested` the caller still has to
 * turn away a client whose certificate is not trusted: `node:tls` admits it, as unauthorized. Throws a ConfigError.
 */
export function serverTlsOptions(config: SslConfig, prefix = ''): TlsOptions {
  const keys = new SslKeys(config, prefix)
  const store = readKeyStore(keys)
  if (store === null) {
    throw new ConfigError(
      `Missing ${keys.named('ssl.keystore.location')}: a listener of https needs a private key and its certificate. Name a PKCS#12 store, or a PEM file with ${keys.named('ssl.keystore.type')} set to PEM.`,
    )
  }
  return {
    ...versionsAndCiphers(keys),
    ...store.options,
    ...clientAuthentication(keys, store),
  }
}

/** Java's rule for listeners: where one key has the prefix, those without it do not count. */
export function listenerPrefix(config: SslConfig, prefix: string): string {
  return Object.keys(config).some((key) => key.startsWith(prefix)) ? prefix : ''
}

const clientAuths = ['none', 'requested', 'required']

/** Clients are held against the trust store, and where there is none against the key store, as in Jetty. */
function clientAuthentication(keys: SslKeys, store: KeyStore): TlsOptions {
  const auth = keys.text('ssl.client.auth') ?? 'none'
  if (!clientAuths.includes(auth)) {
    throw keys.invalid('ssl.client.auth', `expected one of ${clientAuths.join(', ')}.`)
  }
  const trusted = readTrustStore(keys)
  if (auth === 'none') return {}
  const ca = [...(trusted ?? store.certificates)]
  return { requestCert: true, rejectUnauthorized: auth === 'required', ca }
}

/** Oldest first. */
const versions = new Map<string, SecureVersion>([
  ['TLSv1', 'TLSv1'],
  ['TLSv1.1', 'TLSv1.1'],
  ['TLSv1.2', 'TLSv1.2'],
  ['TLSv1.3', 'TLSv1.3'],
])

function versionsAndCiphers(keys: SslKeys): SecureContextOptions {
  const enabled = keys.list('ssl.enabled.protocols') ?? ['TLSv1.2', 'TLSv1.3']
  const unknown = enabled.find((name) => !versions.has(name))
  if (unknown !== undefined) {
    throw keys.invalid(
      'ssl.enabled.protocols',
      `${unknown} is not known. Expected some of ${[...versions.keys()].join(', ')}.`,
    )
  }
  const suites = cipherNames(keys)
  const range = [...versions.values()].filter(
    (version) => enabled.includes(version) && hasCipherFor(version, suites),
  )
  const [minVersion] = range
  const maxVersion = range.at(-1)
  if (minVersion === undefined || maxVersion === undefined) {
    throw keys.invalid(
      'ssl.cipher.suites',
      `none of them is of a protocol in ${keys.named('ssl.enabled.protocols')} (${enabled.join(', ')}).`,
    )
  }
  return { minVersion, maxVersion, ...(suites !== null && { ciphers: suites.join(':') }) }
}

/** TLS 1.3 has suites of its own, and Node would add them where none is named. */
function hasCipherFor(version: SecureVersion, suites: readonly string[] | null): boolean {
  if (suites === null) return true
  return suites.some((suite) => suite.startsWith('TLS_') === (version === 'TLSv1.3'))
}

function cipherNames(keys: SslKeys): readonly string[] | null {
  const suites = keys.list('ssl.cipher.suites')
  return (
    suites?.map((suite) => {
      const name = opensslCipher(suite)
      if (name !== null) return name
      throw keys.invalid(
        'ssl.cipher.suites',
        `${suite} is not supported. Expected names such as TLS_AES_256_GCM_SHA384 or TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.`,
      )
    }) ?? null
  )
}

/** Unless `ssl.endpoint.identification.algorithm` is given and empty. */
function checksHostNames(keys: SslKeys): boolean {
  const key = 'ssl.endpoint.identification.algorithm'
  const algorithm = keys.text(key)
  if (algorithm !== null && algorithm.toLowerCase() !== 'https') {
    throw keys.invalid(key, 'expected https, or nothing to leave host names unchecked.')
  }
  return algorithm !== null || !keys.has(key)
}
