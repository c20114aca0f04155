import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { peerTarget } from '../../src/rest/peers/forward.ts'
import { askPeer } from '../../src/rest/peers/peer-request.ts'
import type { PeerAnswer } from '../../src/rest/peers/peer-request.ts'
import { peerTls } from '../../src/rest/rest-config.ts'
import { FakePeer } from './fake-peer.ts'

let peer: FakePeer

beforeEach(async () => {
  peer = await FakePeer.start()
})
afterEach(() => peer[Symbol.asyncDispose]())

function ask(workerUrl: string, path: string, tls = peerTls({})): Promise<PeerAnswer> {
  const request = { method: 'PUT', headers: {}, body: new Uint8Array(), tls }
  return askPeer({ ...request, ...peerTarget(workerUrl, path) }, AbortSignal.timeout(30_000))
}

test.each(['.', '..', '%2E', '%2e%2E'])(
  'a connector called %s is no way through the paths',
  async (name) => {
    const path = `/connectors/${name}/offsets?forward=true`
    await ask(peer.url, path)
    expect(peer.asked).toMatchObject([{ url: path }])
  },
)

test('a worker whose URL has a path is asked below that', async () => {
  await ask(`${peer.url}base/`, '/connectors/a/stop')
  expect(peer.asked).toMatchObject([{ url: '/base/connectors/a/stop' }])
})

test('the Location of the longest name there may be is read', async () => {
  const location = `${peer.url}connectors/${'%F0%9F%90%AC'.repeat(4000)}`
  peer.answer = { status: 201, headers: { Location: location }, body: '{}' }
  expect(await ask(peer.url, '/connectors')).toMatchObject({ status: 201, location })
})

test('what answers in another protocol is no worker', async () => {
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'
  await using server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(upgrade))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await expect(ask(`http://127.0.0.1:${port}/`, '/')).rejects.toMatchObject({
    status: 500,
    message:
      'IO Error trying to forward REST request: the answer is in another protocol than HTTP.',
  })
})

test('stores that cannot be read are in the way of https alone', async () => {
  const tls = peerTls({ 'ssl.truststore.location': '/nowhere/trust.jks' })
  expect(await ask(peer.url, '/connectors/a/stop', tls)).toMatchObject({ status: 204 })
  await expect(ask('https://127.0.0.1:1/', '/', tls)).rejects.toMatchObject({
    status: 500,
    message: expect.stringContaining('"ssl.truststore.location"') as unknown,
  })
})
