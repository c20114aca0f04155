import { createServer, get } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { proxyAgents, proxyOf } from '../../../connectors/s3/proxy-agent.ts'

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return (server.address() as AddressInfo).port
}

test('requests go through the proxy, with its credentials', async () => {
  const store = createServer((_request, response) => response.end('found'))
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', ({ url = '', headers }, socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`)
    const [host = '', port = ''] = url.split(':')
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(target).pipe(socket)
    })
  })
  const storePort = await listening(store)
  const proxyPort = await listening(proxy)
  const found = proxyOf(`http://someone@127.0.0.1:${proxyPort}`, 'user', 'secret')
  if (found === null) throw new Error('There is a proxy.')
  const { http, https } = proxyAgents(found, 4)
  try {
    const body = await new Promise<string>((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port: storePort, agent: http }, (response) => {
        response.setEncoding('utf8').once('data', resolve)
      })
      request.once('error', reject)
    })
    expect(body).toBe('found')
    const credentials = Buffer.from('user:secret').toString('base64')
    expect(asked).toEqual([`127.0.0.1:${storePort} Basic ${credentials}`])
  } finally {
    http.destroy()
    https.destroy()
    store.close()
    proxy.close()
  }
})

test.each([
  ['', null],
  ['proxy', { host: 'proxy', port: 80, credentials: null }],
  ['http://u:p%40@proxy:3128', { host: 'proxy', port: 3128, credentials: 'u:p@' }],
])('%j is read as a proxy', (url, expected) => {
  expect(proxyOf(url, null, null)).toEqual(expected)
})

test('what is no URL is refused', () => {
  expect(() => proxyOf('http://a b', null, null)).toThrow('s3.proxy.url')
})
