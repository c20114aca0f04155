import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { describe, expect, test } from 'vitest'
import {
  clientTlsOptions,
  listenerPrefix,
  serverTlsOptions,
} from '../../../src/config/tls/tls-options.ts'
import { tlsFile, tlsPasswords, tlsText } from '../../support/tls-files.ts'

const { store, key } = tlsPasswords
type Config = Readonly<Record<string, string>>

const pkcs12 = { 'ssl.keystore.location': tlsFile('server.p12'), 'ssl.keystore.password': store }
const trust = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': tlsFile('ca.pem') }
const client: Config = {
  ...trust,
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.key': tlsText('client.key'),
  'ssl.keystore.certificate.chain': tlsText('client.pem'),
}
const stranger: Config = {
  ...client,
  'ssl.keystore.key': tlsText('stranger.key'),
  'ssl.keystore.certificate.chain': tlsText('stranger.pem'),
}

interface Handshake {
  readonly protocol: string | null
  readonly cipher: string
  /** Whether the server took the client for one of its own; null where there was no certificate. */
  readonly authorized: boolean
}

/** Connects a client to a server, both of them configured as Kafka's are. */
async function shakeHands(
  serverConfig: Config,
  clientConfig: Config,
  servername = 'localhost',
): Promise<Handshake> {
  const server = createServer(serverTlsOptions(serverConfig), (socket) => {
    socket.on('error', () => undefined)
    socket.end(socket.authorized ? 'known' : 'unknown')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connect({ port, servername, ...clientTlsOptions(clientConfig) })
  try {
    let said = ''
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await once(socket, 'secureConnect')
    const handshake = { protocol: socket.getProtocol(), cipher: socket.getCipher().standardName }
    await once(socket, 'end')
    if (said === '') throw new Error('turned away')
    return { ...handshake, authorized: said === 'known' }
  } finally {
    socket.destroy()
    server.close()
  }
}

describe('a server with its key', () => {
  test.each<[string, Config]>([
    ['in a PKCS#12 store', pkcs12],
    ['in a PKCS#12 store of the type said', { ...pkcs12, 'ssl.keystore.type': 'PKCS12' }],
    [
      'in a file of PEM',
      { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': tlsFile('server-store.pem') },
    ],
    [
      'in a file of PEM, encrypted',
      {
        'ssl.keystore.type': 'pem',
        'ssl.keystore.location': tlsFile('server-store-encrypted.pem'),
        'ssl.key.password': key,
      },
    ],
    [
      'in the configuration',
      {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.key': tlsText('server-encrypted.key'),
        'ssl.key.password': key,
        'ssl.keystore.certificate.chain': tlsText('server.pem'),
      },
    ],
    [
      'in the configuration, on one line',
      {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.key': tlsText('server.key').replaceAll('\n', ' '),
        'ssl.keystore.certificate.chain': tlsText('server.pem').replaceAll('\n', ''),
      },
    ],
  ])('%s is reached by TLS 1.3', async (_where, config) => {
    expect(await shakeHands(config, trust)).toMatchObject({ protocol: 'TLSv1.3' })
  })
})

describe('a client that trusts', () => {
  test.each<[string, Config]>([
    ['a file of PEM', trust],
    [
      'certificates in the configuration',
      { 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': tlsText('ca.pem') },
    ],
    ['a PKCS#12 store', store12('trust.p12')],
    ['a PKCS#12 store of triple DES', store12('trust-3des.p12')],
    ['a PKCS#12 store that is not encrypted', store12('trust-plain.p12')],
  ])('%s reaches the server', async (_what, config) => {
    expect(await shakeHands(pkcs12, config)).toMatchObject({ protocol: 'TLSv1.3' })
  })

  test('nobody in particular does not know the server', async () => {
    await expect(shakeHands(pkcs12, {})).rejects.toThrow('self-signed certificate')
  })

  test('another name than the certificate has is refused, unless names are not checked', async () => {
    await expect(shakeHands(pkcs12, trust, 'other.example')).rejects.toThrow(
      "Host: other.example. is not in the cert's altnames",
    )
    const unchecked = { ...trust, 'ssl.endpoint.identification.algorithm': '' }
    expect(await shakeHands(pkcs12, unchecked, 'other.example')).toMatchObject({
      protocol: 'TLSv1.3',
    })
  })
})

function store12(name: string): Config {
  return { 'ssl.truststore.location': tlsFile(name), 'ssl.truststore.password': store }
}

describe('ssl.client.auth', () => {
  const asking = (auth: string): Config => ({ ...pkcs12, ...trust, 'ssl.client.auth': auth })

  test('none does not ask', async () => {
    expect((await shakeHands(asking('none'), client)).authorized).toBe(false)
  })
  test('requested knows a client that has a certificate, and lets others in', async () => {
    expect((await shakeHands(asking('requested'), client)).authorized).toBe(true)
    expect((await shakeHands(asking('requested'), trust)).authorized).toBe(false)
  })
  test('required knows a client that has a certificate, and turns others away', async () => {
    expect((await shakeHands(asking('required'), client)).authorized).toBe(true)
    await expect(shakeHands(asking('required'), trust)).rejects.toThrow()
    await expect(shakeHands(asking('required'), stranger)).rejects.toThrow()
  })
  test('without a trust store holds clients against the key store', async () => {
    const config = { ...pkcs12, 'ssl.client.auth': 'required' }
    expect((await shakeHands(config, client)).authorized).toBe(true)
    await expect(shakeHands(config, stranger)).rejects.toThrow()
  })
})

describe('protocols and cipher suites', () => {
  test('are those enabled', async () => {
    const older = { ...trust, 'ssl.enabled.protocols': 'TLSv1.2' }
    expect(await shakeHands(pkcs12, older)).toMatchObject({ protocol: 'TLSv1.2' })
    await expect(
      shakeHands({ ...pkcs12, 'ssl.enabled.protocols': 'TLSv1.3' }, older),
    ).rejects.toThrow()
  })
  test.each([
    ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'TLSv1.2'],
    ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', 'TLSv1.2'],
    ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'TLSv1.2'],
    ['TLS_RSA_WITH_AES_128_GCM_SHA256', 'TLSv1.2'],
    ['TLS_CHACHA20_POLY1305_SHA256', 'TLSv1.3'],
  ])('%s is used where it alone is enabled', async (suite, protocol) => {
    const handshake = await shakeHands({ ...pkcs12, 'ssl.cipher.suites': suite }, trust)
    expect(handshake).toMatchObject({ cipher: suite, protocol })
  })
})

test('keys with the prefix of the listeners replace those without it, all or none', () => {
  expect(listenerPrefix({ 'ssl.client.auth': 'none' }, 'listeners.https.')).toBe('')
  expect(listenerPrefix({ 'listeners.https.ssl.client.auth': 'none' }, 'listeners.https.')).toBe(
    'listeners.https.',
  )
})
