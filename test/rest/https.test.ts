import { once } from 'node:events'
import { request } from 'node:https'
import type { RequestOptions } from 'node:https'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { readStandaloneConfig } from '../../src/config/standalone-config.ts'
import { restConfig } from '../../src/rest/rest-config.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { setUp } from '../herder/set-up.ts'
import { tlsFile, tlsPasswords, tlsText } from '../support/tls-files.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
const store = (prefix: string): Record<string, string> => ({
  [`${prefix}ssl.keystore.location`]: tlsFile('server.p12'),
  [`${prefix}ssl.keystore.password`]: tlsPasswords.store,
})
const logged: string[] = []
let server: RestServer | undefined

/** A server as a worker file describes it; answers with the ports of its listeners and of those of /admin. */
async function start(properties: Readonly<Record<string, string>>): Promise<number[]> {
  const least = { 'bootstrap.servers': 'broker:9092', 'key.converter': json }
  const worker = { ...least, 'value.converter': json, ...properties }
  const { config, originals } = readStandaloneConfig(worker, { source: 'worker.properties' })
  logged.length = 0
  setLogSink(({ message }) => logged.push(message))
  const options = restConfig(config, originals)
  server = createRestServer({ ...options, version: '0.0.0', commit: '0123456789abcdef' })
  await server.start()
  const { herder } = setUp({})
  server.attach(herder)
  herder.markReady()
  return logged
    .filter((line) => line.startsWith('REST '))
    .map((line) => Number(/:(\d+)\/$/.exec(line)?.[1]))
}
afterEach(async () => {
  await server?.stop(1000)
  server = undefined
  setLogSink(() => undefined)
})

const known = { ca: tlsText('ca.pem') }
const client = { ...known, cert: tlsText('client.pem'), key: tlsText('client.key') }
const stranger = { ...known, cert: tlsText('stranger.pem'), key: tlsText('stranger.key') }

function call(
  port: number | undefined,
  options: RequestOptions,
  body?: string,
): Promise<{ readonly status: number; readonly location: string | undefined }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, host: 'localhost', agent: false, ...options }, (incoming) => {
      incoming.resume()
      const { location } = incoming.headers
      resolve({ status: incoming.statusCode ?? 0, location })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const https = 'https://localhost:0'

describe('a listener of https', () => {
  test('serves beside one of http, and says its own address in a Location', async () => {
    const [plain, secure] = await start({ listeners: `http://localhost:0,${https}`, ...store('') })
    expect((await fetch(`http://localhost:${plain ?? 0}/`)).status).toBe(200)
    const created = await call(
      secure,
      {
        ...known,
        method: 'POST',
        path: '/connectors',
        headers: { 'Content-Type': 'application/json' },
      },
      '{"name":"a","config":{"connector.class":"Numbers"}}',
    )
    expect(created).toEqual({
      status: 201,
      location: `https://localhost:${secure ?? 0}/connectors/a`,
    })
  })

  test('takes the keys of its prefix, and then none without it', async () => {
    const both = { 'ssl.client.auth': 'required', ...store('listeners.https.') }
    const [port] = await start({ listeners: https, ...both })
    expect((await call(port, known)).status).toBe(200)
  })

  test('has no key where the prefix has only others', async () => {
    const only = { ...store(''), 'listeners.https.ssl.client.auth': 'none' }
    await expect(start({ listeners: https, ...only })).rejects.toThrow(
      'Missing "listeners.https.ssl.keystore.location"',
    )
  })

  const pem = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': tlsFile('ca.pem') }
  const pkcs12 = {
    'ssl.truststore.location': tlsFile('trust.p12'),
    'ssl.truststore.password': tlsPasswords.store,
  }

  test.each([
    ['required', 'PEM', pem, { nobody: false, client: true, stranger: false }],
    ['required', 'PKCS#12', pkcs12, { nobody: false, client: true, stranger: false }],
    ['requested', 'PEM', pem, { nobody: true, client: true, stranger: false }],
    ['requested', 'PKCS#12', pkcs12, { nobody: true, client: true, stranger: false }],
    ['none', 'PEM', pem, { nobody: true, client: true, stranger: true }],
  ])('with ssl.client.auth=%s and a trust store in %s', async (auth, _, trust, expected) => {
    const [port] = await start({
      listeners: https,
      ...{ ...store(''), ...trust, 'ssl.client.auth': auth },
    })
    const isIn = (options: RequestOptions): Promise<boolean> =>
      call(port, options).then(
        ({ status }) => status === 200,
        () => false,
      )
    expect({
      nobody: await isIn(known),
      client: await isIn(client),
      stranger: await isIn(stranger),
    }).toEqual(expected)
  })

  test('goes on after a client that speaks no TLS', async () => {
    const [port] = await start({ listeners: https, ...store('') })
    await expect(fetch(`http://localhost:${port ?? 0}/`)).rejects.toThrow()
    expect((await call(port, known)).status).toBe(200)
    expect(logged.filter((line) => line.startsWith('No TLS with '))).toHaveLength(1)
  })
})

test('a client that never agrees on TLS holds up no stop', async () => {
  const [port] = await start({ listeners: https, ...store('') })
  const silent = connect(port ?? 0, 'localhost')
  await once(silent, 'connect')
  const closed = once(silent, 'close')
  const began = performance.now()
  await server?.stop(60_000)
  await closed
  // Of its own accord the server would wait for the handshake's limit of 30 s.
  expect(performance.now() - began).toBeLessThan(20_000)
})

describe('admin.listeners', () => {
  test('serve /admin alone, and the others no longer do', async () => {
    const [main, admin] = await start({
      listeners: 'http://localhost:0',
      'admin.listeners': https,
      ...store('admin.listeners.https.'),
    })
    expect((await fetch(`http://localhost:${main ?? 0}/admin/loggers`)).status).toBe(404)
    expect((await call(admin, { ...known, path: '/admin/loggers' })).status).toBe(200)
    expect((await call(admin, { ...known, path: '/connectors' })).status).toBe(404)
  })

  test('that are empty leave /admin nowhere', async () => {
    const [main] = await start({ listeners: 'http://localhost:0', 'admin.listeners': '' })
    expect((await fetch(`http://localhost:${main ?? 0}/admin/loggers`)).status).toBe(404)
    expect((await fetch(`http://localhost:${main ?? 0}/connectors`)).status).toBe(200)
  })

  test('that are not given leave /admin with the others', async () => {
    const [main] = await start({ listeners: 'http://localhost:0' })
    expect((await fetch(`http://localhost:${main ?? 0}/admin/loggers`)).status).toBe(200)
  })

  test('that are none are refused by their name', async () => {
    await expect(start({ 'admin.listeners': 'ftp://x:1' })).rejects.toThrow(
      'Invalid value ftp://x:1 for configuration admin.listeners: Listener protocol must be either "http" or "https".',
    )
  })
})
