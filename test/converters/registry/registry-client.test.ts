import { createServer as createHttpServer } from 'node:http'
import type { Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/api/index.ts'
import { RegistryClient } from '../../../src/converters/registry/registry-client.ts'
import { parseRegistryConfig } from '../../../src/converters/registry/registry-config.ts'
import { FakeRegistry } from '../../support/fake-registry.ts'
import { tlsFile, tlsText } from '../../support/tls-files.ts'

let registry: FakeRegistry
const clients: RegistryClient[] = []

beforeEach(async () => {
  registry = await FakeRegistry.start()
  registry.add('s', '"int"')
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await registry[Symbol.asyncDispose]()
})

function clientOf(config: Readonly<Record<string, string>> = {}): RegistryClient {
  const settings = { 'schema.registry.url': registry.url, 'retries.wait.ms': '1', ...config }
  const client = new RegistryClient(parseRegistryConfig(settings), settings)
  clients.push(client)
  return client
}

const authorization = (): unknown => registry.requests.at(-1)?.headers.authorization
const basic = (info: string): string => `Basic ${Buffer.from(info).toString('base64')}`

describe('credentials', () => {
  test('are not sent unless their source is named', async () => {
    await clientOf({ 'basic.auth.user.info': 'u:p' }).latest('s')
    expect(authorization()).toBeUndefined()
  })

  test.each<[string, Record<string, string>, string]>([
    [
      'USER_INFO',
      { 'basic.auth.credentials.source': 'USER_INFO', 'basic.auth.user.info': 'u:p' },
      basic('u:p'),
    ],
    [
      'the old key',
      {
        'basic.auth.credentials.source': 'USER_INFO',
        'schema.registry.basic.auth.user.info': 'o:p',
      },
      basic('o:p'),
    ],
    [
      'SASL_INHERIT',
      {
        'basic.auth.credentials.source': 'SASL_INHERIT',
        'sasl.jaas.config': 'x.PlainLoginModule required username="u" password="p";',
      },
      basic('u:p'),
    ],
    [
      'STATIC_TOKEN',
      { 'bearer.auth.credentials.source': 'STATIC_TOKEN', 'bearer.auth.token': 'abc' },
      'Bearer abc',
    ],
  ])('of %s are sent', async (_name, config, expected) => {
    await clientOf(config).latest('s')
    expect(authorization()).toBe(expected)
  })

  test('in the address are sent as they are, and shown nowhere', async () => {
    for (const userInfo of ['user:p%40ss', 'user:c2VjcmV0==', 'u|s[er]:p^;', 'token']) {
      const url = registry.url.replace('//', `//${userInfo}@`)
      const config = { 'schema.registry.url': url, 'basic.auth.credentials.source': 'URL' }
      await clientOf(config).latest('s')
      expect(authorization()).toBe(basic(userInfo))
    }
    const wrong = (): unknown => clientOf({ 'schema.registry.url': 'ftp://user:my@secret@host' })
    expect(wrong).toThrow('Invalid value ftp://host')
    expect(wrong).not.toThrow(/secret/)
  })

  test('of an issuer are asked for once, and sent with what else is configured', async () => {
    const asked: string[] = []
    const issuer = createHttpServer((request, response) => {
      asked.push(request.headers.authorization ?? '')
      response.end(JSON.stringify({ access_token: 'issued', expires_in: 3600 }))
    })
    await listen(issuer)
    const client = clientOf({
      'bearer.auth.credentials.source': 'OAUTHBEARER',
      'bearer.auth.issuer.endpoint.url': `http://127.0.0.1:${portOf(issuer)}/token`,
      'bearer.auth.client.id': 'id',
      'bearer.auth.client.secret': 'secret',
      'bearer.auth.logical.cluster': 'lsrc-1',
      'request.header.X-Own': 'own',
    })
    await client.latest('s')
    await client.latest('s')
    expect(asked).toEqual([basic('id:secret')])
    expect(registry.requests.at(-1)?.headers).toMatchObject({
      authorization: 'Bearer issued',
      'target-sr-cluster': 'lsrc-1',
      'x-own': 'own',
      accept: expect.stringContaining('application/vnd.schemaregistry.v1+json') as string,
    })
    issuer.close()
    issuer.closeAllConnections()
  })

  test.each<[string, Record<string, string>]>([
    [
      'both kinds',
      { 'basic.auth.credentials.source': 'URL', 'bearer.auth.credentials.source': 'STATIC_TOKEN' },
    ],
    ['no user', { 'basic.auth.credentials.source': 'USER_INFO' }],
    ['no token', { 'bearer.auth.credentials.source': 'STATIC_TOKEN' }],
    ['no login', { 'basic.auth.credentials.source': 'SASL_INHERIT' }],
    ['no issuer', { 'bearer.auth.credentials.source': 'OAUTHBEARER' }],
    ['a source that nobody knows', { 'basic.auth.credentials.source': 'MAGIC' }],
    ['an own provider', { 'bearer.auth.credentials.source': 'CUSTOM' }],
    ['a registry in memory', { 'schema.registry.url': 'mock://x' }],
    ['rules', { 'rule.executors': 'encrypt' }],
    ['a context', { 'context.name.strategy': 'x.MyContext' }],
  ])('of %s are refused', (_name, config) => {
    expect(() => clientOf(config)).toThrow(ConfigError)
  })
})

describe('of several addresses', () => {
  test('the next is asked where one is away or fails, and stays the one that is asked', async () => {
    await using broken = await FakeRegistry.start()
    broken.failing = { status: 500, body: '', times: 99 }
    const client = clientOf({
      'schema.registry.url': `http://127.0.0.1:1,${broken.url},${registry.url}/`,
    })
    await client.latest('s')
    await client.latest('s')
    expect(broken.requests).toHaveLength(1)
    expect(registry.requests).toHaveLength(2)
  })

  test('none is asked again after an answer that will not change', async () => {
    const client = clientOf({ 'schema.registry.url': `${registry.url},${registry.url}` })
    await expect(client.latest('nobody')).rejects.toMatchObject({ errorCode: 40401 })
    expect(registry.requests).toHaveLength(1)
  })
})

describe('over TLS', () => {
  const secure = (): Server =>
    createTlsServer({
      key: tlsText('server.key'),
      cert: tlsText('server.pem'),
      ca: tlsText('ca.pem'),
      requestCert: true,
      rejectUnauthorized: true,
    })
  const trusting = {
    'schema.registry.ssl.truststore.type': 'PEM',
    'schema.registry.ssl.truststore.location': tlsFile('ca.pem'),
    'schema.registry.ssl.keystore.type': 'PEM',
    'schema.registry.ssl.keystore.key': tlsText('client.key').replaceAll('\n', ' '),
    'schema.registry.ssl.keystore.certificate.chain': tlsText('client.pem').replaceAll('\n', ' '),
    // The certificate is not that of an address.
    'schema.registry.ssl.endpoint.identification.algorithm': '',
  }

  test('a registry that asks for a certificate is given one, also through a proxy', async () => {
    await using other = await FakeRegistry.start(secure)
    other.add('s', '"int"')
    const url = `https://127.0.0.1:${other.port}`
    await clientOf({ 'schema.registry.url': url, ...trusting }).latest('s')
    const proxy = createHttpServer()
    proxy.on('connect', (request, client) => {
      const [host = '', port = ''] = (request.url ?? '').split(':')
      const upstream = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(client).pipe(upstream)
      })
      for (const end of [client, upstream]) end.on('error', () => end.destroy())
    })
    await listen(proxy)
    const through = { 'proxy.host': '127.0.0.1', 'proxy.port': String(portOf(proxy)) }
    await clientOf({ 'schema.registry.url': url, ...trusting, ...through }).latest('s')
    expect(other.requests).toHaveLength(2)
    proxy.close()
    proxy.closeAllConnections()
  })

  test('a proxy that refuses is not held on to', async () => {
    const proxy = createHttpServer()
    const left = new Promise<void>((resolve) => {
      proxy.on('connect', (_request, client) => {
        client.once('end', resolve).resume()
        client.write('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n')
      })
    })
    await listen(proxy)
    const through = { 'proxy.host': '127.0.0.1', 'proxy.port': String(portOf(proxy)) }
    const url = { 'schema.registry.url': 'https://registry.example', 'max.retries': '0' }
    await expect(clientOf({ ...url, ...through }).latest('s')).rejects.toThrow(/status 407/)
    await left
    proxy.close()
  })

  test('a registry that is not trusted is not asked', async () => {
    await using other = await FakeRegistry.start(secure)
    const url = `https://127.0.0.1:${other.port}`
    const client = clientOf({ 'schema.registry.url': url, 'max.retries': '0' })
    await expect(client.latest('s')).rejects.toThrow(/cannot be asked/)
  })
})

test('a plain proxy is given the whole address', async () => {
  const through = { 'proxy.host': '127.0.0.1', 'proxy.port': String(registry.port) }
  await clientOf({ 'schema.registry.url': 'http://registry.example:8081', ...through }).latest('s')
  expect(registry.requests[0]?.headers.host).toBe('registry.example:8081')
})

test('a registry that is silent is given up, and closing ends what is asked', async () => {
  const silent = createHttpServer(() => undefined)
  await listen(silent)
  const url = { 'schema.registry.url': `http://127.0.0.1:${portOf(silent)}` }
  const quick = clientOf({ ...url, 'http.read.timeout.ms': '50', 'max.retries': '0' })
  await expect(quick.latest('s')).rejects.toThrow(/no answer within 50 ms/)
  const patient = clientOf(url)
  const asking = patient.latest('s')
  setTimeout(() => patient.close(), 20)
  await expect(asking).rejects.toThrow(/closed/)
  silent.close()
  silent.closeAllConnections()
})

test('an answer that is no JSON says that the address may be wrong', async () => {
  registry.failing = { status: 200, body: '<html>', times: 1 }
  const client = clientOf({ 'max.retries': '0' })
  await expect(client.latest('s')).rejects.toThrow(
    /check that schema.registry.url names a schema registry/,
  )
})

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
