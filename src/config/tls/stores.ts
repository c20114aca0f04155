import { X509Certificate, createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { SecureContextOptions } from 'node:tls'
import { ConfigError, asError } from '../../errors/connect-error.ts'
import { Pkcs12Error, pkcs12Certificates } from '../../util/pkcs12.ts'
import { certificatesIn, isPem, privateKeyIn } from './pem.ts'
import type { SslKeys } from './ssl-keys.ts'

/**
 * Key and trust stores as `ssl.keystore.*` and `ssl.truststore.*` name them (`DefaultSslEngineFactory`): PKCS#12 files, PEM
 * files, and PEM text within the configuration. Java's own format, JKS, has to be converted.
 */

/** A private key with its certificates, as Node takes them. */
export interface KeyStore {
  readonly options: SecureContextOptions
  /** All its certificates, in PEM. */
  readonly certificates: readonly string[]
}

type Side = 'keystore' | 'truststore'

/** Null where none is configured. Throws a ConfigError that names the key at fault and no secret. */
export function readKeyStore(keys: SslKeys): KeyStore | null {
  if (keys.has('ssl.keystore.key') || keys.has('ssl.keystore.certificate.chain')) {
    return readKeyText(keys)
  }
  const file = keys.file('ssl.keystore.location')
  const password = keys.text('ssl.keystore.password')
  if (file === null) {
    if (password === null) return null
    throw new ConfigError('SSL key store is not specified, but key store password is specified.')
  }
  if (formatOf(keys, 'keystore', file.bytes) === 'PEM') {
    rejectPassword(keys, 'keystore')
    const text = file.bytes.toString('latin1')
    return pemKeyStore(keys, {
      keyFrom: { key: 'ssl.keystore.location', text },
      chainFrom: { key: 'ssl.keystore.location', text },
    })
  }
  if (password === null) {
    throw new ConfigError('SSL key store is specified, but key store password is not specified.')
  }
  return pkcs12KeyStore(keys, file.bytes, password)
}

/** The certificates to be trusted, in PEM; null where none are configured. Throws a ConfigError likewise. */
export function readTrustStore(keys: SslKeys): readonly string[] | null {
  const text = keys.text('ssl.truststore.certificates')
  if (text !== null) {
    requirePem(keys, 'truststore', 'SSL trust store certs')
    if (keys.text('ssl.truststore.location') !== null) {
      throw new ConfigError(
        'Both SSL trust store location and separate trust certificates are specified.',
      )
    }
    rejectPassword(keys, 'truststore')
    return pemCertificates(keys, { key: 'ssl.truststore.certificates', text })
  }
  const file = keys.file('ssl.truststore.location')
  const password = keys.text('ssl.truststore.password')
  if (file === null) {
    if (password === null) return null
    throw new ConfigError(
      'SSL trust store is not specified, but trust store password is specified.',
    )
  }
  if (formatOf(keys, 'truststore', file.bytes) === 'PEM') {
    rejectPassword(keys, 'truststore')
    const source = { key: 'ssl.truststore.location', text: file.bytes.toString('latin1') }
    return pemCertificates(keys, source)
  }
  return pkcs12Trust(keys, 'truststore', file.bytes, password ?? '')
}

function readKeyText(keys: SslKeys): KeyStore {
  const key = keys.text('ssl.keystore.key')
  const chain = keys.text('ssl.keystore.certificate.chain')
  if (key === null) {
    throw new ConfigError('SSL certificate chain is specified, but private key is not specified')
  }
  requirePem(keys, 'keystore', 'SSL private key')
  if (chain === null) {
    throw new ConfigError('SSL private key is specified, but certificate chain is not specified.')
  }
  if (keys.text('ssl.keystore.location') !== null) {
    throw new ConfigError('Both SSL key store location and separate private key are specified.')
  }
  rejectPassword(keys, 'keystore')
  return pemKeyStore(keys, {
    keyFrom: { key: 'ssl.keystore.key', text: key },
    chainFrom: { key: 'ssl.keystore.certificate.chain', text: chain },
  })
}

/** PEM text and the key it came from. */
interface PemSource {
  readonly key: string
  readonly text: string
}

interface PemSources {
  readonly keyFrom: PemSource
  readonly chainFrom: PemSource
}

function pemKeyStore(keys: SslKeys, { keyFrom, chainFrom }: PemSources): KeyStore {
  const pem = privateKeyIn(keyFrom.text)
  if (pem === null) {
    throw keys.invalidSecret(
      keyFrom.key,
      'it holds no private key. Expected a block of PEM that begins with -----BEGIN PRIVATE KEY----- or -----BEGIN ENCRYPTED PRIVATE KEY-----.',
    )
  }
  const privateKey = openPrivateKey(keys, keyFrom.key, pem)
  const certificates = pemCertificates(keys, chainFrom)
  const [own = ''] = certificates
  if (!new X509Certificate(own).checkPrivateKey(privateKey)) {
    throw keys.invalidSecret(
      chainFrom.key,
      'its first certificate does not belong to the private key. Begin the chain with the certificate of that key.',
    )
  }
  const passphrase = keys.text('ssl.key.password')
  return {
    options: {
      key: pem,
      cert: certificates.join('\n'),
      ...(passphrase !== null && { passphrase }),
    },
    certificates,
  }
}

function openPrivateKey(keys: SslKeys, key: string, pem: string): KeyObject {
  const passphrase = keys.text('ssl.key.password')
  if (passphrase === null && pem.includes('ENCRYPTED')) {
    throw new ConfigError(
      `Missing ${keys.named('ssl.key.password')}: the private key of ${keys.named(key)} is encrypted.`,
    )
  }
  try {
    return createPrivateKey({ key: pem, ...(passphrase !== null && { passphrase }) })
  } catch (error) {
    if (pem.includes('ENCRYPTED')) {
      throw keys.invalidSecret(
        'ssl.key.password',
        `it does not open the private key of ${keys.named(key)}.`,
      )
    }
    throw keys.invalidSecret(key, `its private key cannot be read: ${asError(error).message}.`)
  }
}

function pemCertificates(keys: SslKeys, { key, text }: PemSource): readonly string[] {
  const blocks = certificatesIn(text)
  if (blocks.length === 0) {
    throw keys.invalidSecret(
      key,
      'it holds no certificate. Expected blocks of PEM that begin with -----BEGIN CERTIFICATE-----.',
    )
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block)
    } catch (error) {
      const reason = `its certificate ${index + 1} cannot be read: ${asError(error).message}.`
      throw keys.invalidSecret(key, reason)
    }
  }
  return blocks
}

function pkcs12KeyStore(keys: SslKeys, pfx: Buffer, passphrase: string): KeyStore {
  const certificates = pkcs12Trust(keys, 'keystore', pfx, passphrase)
  try {
    createSecureContext({ pfx, passphrase })
  } catch (error) {
    throw keys.invalid(
      'ssl.keystore.location',
      `no private key can be read from it with the password of ${keys.named('ssl.keystore.password')} (${asError(error).message}).`,
    )
  }
  return { options: { pfx, passphrase }, certificates }
}

function pkcs12Trust(
  keys: SslKeys,
  side: Side,
  store: Buffer,
  password: string,
): readonly string[] {
  const location = `ssl.${side}.location`
  try {
    const certificates = pkcs12Certificates(store, password)
    if (certificates.length > 0) {
      return certificates.map((der) => new X509Certificate(der).toString())
    }
  } catch (error) {
    if (!(error instanceof Pkcs12Error)) throw error
    if (error.reason === 'password') {
      throw keys.invalidSecret(
        `ssl.${side}.password`,
        `it does not open the store of ${keys.named(location)}.`,
      )
    }
    if (error.reason === 'algorithm') {
      throw keys.invalid(
        location,
        'it is encrypted in a way that is no longer supported (RC2). Write it anew by keytool -importkeystore of Java 17, or by openssl pkcs12 of version 3.',
      )
    }
    throw keys.invalid(location, 'it is broken: expected a whole PKCS#12 store.')
  }
  throw keys.invalid(location, 'it holds no certificate.')
}

function formatOf(keys: SslKeys, side: Side, bytes: Buffer): 'PEM' | 'PKCS12' {
  const location = `ssl.${side}.location`
  const declared = typeOf(keys, side)
  const found = sniff(bytes)
  if (found === 'JKS') {
    const path = keys.text(location) ?? ''
    const target = `${path.replace(/\.\w+$/, '')}.p12`
    throw keys.invalid(
      location,
      `found a store in a format of Java's own, expected PKCS#12 or PEM. Convert it by keytool -importkeystore -srckeystore ${path} -destkeystore ${target} -deststoretype PKCS12, and set ${target}.`,
    )
  }
  const expected = declared === 'PEM' ? 'PEM' : 'PKCS12'
  if (found === expected) return found
  if (found === null) throw keys.invalid(location, `expected a store in the format ${expected}.`)
  throw keys.invalid(
    location,
    `found ${found}, expected ${expected}. Set ${keys.named(`ssl.${side}.type`)} to ${found}.`,
  )
}

/** `JKS`, the default, means PKCS#12 as well: Java reads either by it. */
function typeOf(keys: SslKeys, side: Side): string {
  const key = `ssl.${side}.type`
  const type = (keys.text(key) ?? 'JKS').toUpperCase()
  if (['JKS', 'PKCS12', 'PEM'].includes(type)) return type
  throw keys.invalid(key, 'expected PKCS12 or PEM.')
}

function sniff(bytes: Buffer): 'JKS' | 'PEM' | 'PKCS12' | null {
  const magic = bytes.subarray(0, 4).toString('hex')
  if (magic === 'feedfeed' || magic === 'cececece') return 'JKS'
  if (isPem(bytes.toString('latin1'))) return 'PEM'
  return bytes[0] === 0x30 ? 'PKCS12' : null
}

function requirePem(keys: SslKeys, side: Side, what: string): void {
  const type = typeOf(keys, side)
  if (type === 'PEM') return
  const store = side === 'keystore' ? 'key store' : 'trust store'
  throw new ConfigError(`${what} can be specified only for PEM, but ${store} type is ${type}.`)
}

function rejectPassword(keys: SslKeys, side: Side): void {
  if (keys.text(`ssl.${side}.password`) === null) return
  throw new ConfigError(
    side === 'keystore'
      ? 'SSL key store password cannot be specified with PEM format, only key password may be specified.'
      : 'SSL trust store password cannot be specified for PEM format.',
  )
}
