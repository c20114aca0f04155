import { describe, expect, test } from 'vitest'
import { clientTlsOptions, serverTlsOptions } from '../../../src/config/tls/tls-options.ts'
import { ConfigError } from '../../../src/errors/connect-error.ts'
import { tlsFile, tlsPasswords, tlsText } from '../../support/tls-files.ts'

const { store } = tlsPasswords
type Config = Readonly<Record<string, string>>

const pkcs12 = { 'ssl.keystore.location': tlsFile('server.p12'), 'ssl.keystore.password': store }
const trust = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': tlsFile('ca.pem') }

describe('a configuration that cannot be used says which key is wrong', () => {
  const pem = { 'ssl.keystore.type': 'PEM' }
  test.each<[string, Config, string]>([
    ['no key store', {}, 'Missing "ssl.keystore.location": a listener of https needs'],
    [
      'a store in Java’s own format',
      { ...pkcs12, 'ssl.keystore.location': tlsFile('server.jks') },
      `Convert it by keytool -importkeystore -srckeystore ${tlsFile('server.jks')} -destkeystore ${tlsFile('server.p12')} -deststoretype PKCS12`,
    ],
    [
      'a wrong password of a store',
      { ...pkcs12, 'ssl.keystore.password': 'guessed' },
      'Invalid value for "ssl.keystore.password": it does not open the store of "ssl.keystore.location".',
    ],
    [
      'a wrong password of a trust store',
      { ...pkcs12, ...store12('trust.p12'), 'ssl.truststore.password': 'guessed' },
      'Invalid value for "ssl.truststore.password": it does not open',
    ],
    [
      'a wrong password of a trust store that is not encrypted',
      { ...pkcs12, ...store12('trust-plain.p12'), 'ssl.truststore.password': 'guessed' },
      'Invalid value for "ssl.truststore.password": it does not open',
    ],
    [
      'no password of a store',
      { 'ssl.keystore.location': tlsFile('server.p12') },
      'SSL key store is specified, but key store password is not specified.',
    ],
    [
      'a store that is encrypted as in old times',
      { ...pkcs12, 'ssl.keystore.location': tlsFile('server-legacy.p12') },
      'it is encrypted in a way that is no longer supported (RC2).',
    ],
    [
      'a file that is not there',
      { ...pkcs12, 'ssl.keystore.location': '/nowhere.p12' },
      'Invalid value /nowhere.p12 for "ssl.keystore.location": there is no such file.',
    ],
    [
      'PEM where PKCS#12 is said',
      { ...pkcs12, 'ssl.keystore.location': tlsFile('server-store.pem') },
      'found PEM, expected PKCS12. Set "ssl.keystore.type" to PEM.',
    ],
    [
      'PKCS#12 where PEM is said',
      { ...pkcs12, ...pem },
      'found PKCS12, expected PEM. Set "ssl.keystore.type" to PKCS12.',
    ],
    [
      'something else',
      { ...pkcs12, 'ssl.keystore.location': tlsFile('generate.sh') },
      'expected a store in the format PKCS12.',
    ],
    [
      'an unknown type',
      { ...pkcs12, 'ssl.keystore.type': 'BKS' },
      'Invalid value BKS for "ssl.keystore.type": expected PKCS12 or PEM.',
    ],
    [
      'an encrypted key without its password',
      { ...pem, 'ssl.keystore.location': tlsFile('server-store-encrypted.pem') },
      'Missing "ssl.key.password": the private key of "ssl.keystore.location" is encrypted.',
    ],
    [
      'a wrong password of a key',
      {
        ...pem,
        'ssl.keystore.location': tlsFile('server-store-encrypted.pem'),
        'ssl.key.password': 'guessed',
      },
      'Invalid value for "ssl.key.password": it does not open the private key of "ssl.keystore.location".',
    ],
    [
      'the certificate of another key',
      {
        ...pem,
        'ssl.keystore.key': tlsText('server.key'),
        'ssl.keystore.certificate.chain': tlsText('client.pem'),
      },
      'Invalid value for "ssl.keystore.certificate.chain": its first certificate does not belong to the private key.',
    ],
    [
      'a key without a certificate',
      { ...pem, 'ssl.keystore.key': tlsText('server.key') },
      'SSL private key is specified, but certificate chain is not specified.',
    ],
    [
      'a certificate without its key',
      { ...pem, 'ssl.keystore.certificate.chain': tlsText('server.pem') },
      'SSL certificate chain is specified, but private key is not specified',
    ],
    [
      'a key in the configuration that is not said to be PEM',
      { 'ssl.keystore.key': 'secret', 'ssl.keystore.certificate.chain': 'x' },
      'SSL private key can be specified only for PEM, but key store type is JKS.',
    ],
    [
      'a key that is none',
      { ...pem, 'ssl.keystore.key': 'guessed', 'ssl.keystore.certificate.chain': 'x' },
      'Invalid value for "ssl.keystore.key": it holds no private key.',
    ],
    [
      'a broken certificate',
      {
        ...pem,
        'ssl.keystore.key': tlsText('server.key'),
        'ssl.keystore.certificate.chain':
          '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      },
      'Invalid value for "ssl.keystore.certificate.chain": its certificate 1 cannot be read',
    ],
    [
      'an unknown protocol',
      { ...pkcs12, 'ssl.enabled.protocols': 'TLSv1.2,SSLv3' },
      'SSLv3 is not known. Expected some of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3.',
    ],
    [
      'an unknown cipher suite',
      { ...pkcs12, 'ssl.cipher.suites': 'TLS_NULL_WITH_NULL_NULL' },
      'TLS_NULL_WITH_NULL_NULL is not supported.',
    ],
    [
      'an unknown way of authentication',
      { ...pkcs12, 'ssl.client.auth': 'maybe' },
      'Invalid value maybe for "ssl.client.auth": expected one of none, requested, required.',
    ],
  ])('%s', (_what, config, message) => {
    const error = thrownBy(() => serverTlsOptions(config))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toContain(message)
    // Invariant 8.
    expect(error.message).not.toMatch(/guessed|store-secret|key-secret/)
    expect(error.message).not.toContain(tlsText('server.key').split('\n')[1])
  })

  test('as it stands behind a prefix', () => {
    const config = { 'listeners.https.ssl.keystore.location': '/nowhere' }
    const error = thrownBy(() => serverTlsOptions(config, 'listeners.https.'))
    expect(error.message).toContain('for "listeners.https.ssl.keystore.location"')
  })

  test('a trust store without certificates', () => {
    const config = { ...trust, 'ssl.truststore.location': tlsFile('server.key') }
    expect(() => clientTlsOptions(config)).toThrow(
      'Invalid value for "ssl.truststore.location": it holds no certificate.',
    )
  })

  test('a password without a trust store', () => {
    const config = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.password': 'x' }
    expect(() => clientTlsOptions(config)).toThrow(
      'SSL trust store is not specified, but trust store password is specified.',
    )
  })
})

function store12(name: string): Config {
  return { 'ssl.truststore.location': tlsFile(name), 'ssl.truststore.password': store }
}

function thrownBy(action: () => unknown): Error {
  try {
    action()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown.')
}
