import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { signRequest } from '../../src/herder/distributed/request-signature.ts'
import type { RequestSignature } from '../../src/herder/distributed/request-signature.ts'
import type { Herder } from '../../src/herder/herder.ts'
import { RestPeerClient } from '../../src/rest/peers/rest-peer-client.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { FakePeer } from './fake-peer.ts'

describe('what a worker asks of the leader', () => {
  let peer: FakePeer

  beforeEach(async () => {
    peer = await FakePeer.start()
  })

  afterEach(() => peer[Symbol.asyncDispose]())

  const sessionKey = {
    key: Buffer.alloc(32, 7).toString('base64'),
    algorithm: 'HmacSHA256',
    createdAt: 0,
  }
  const client = new RestPeerClient({ signatureAlgorithm: 'HmacSHA512', tls: () => ({}) })
  const signal = AbortSignal.timeout(30_000)

  test('task configurations are signed over the bytes that are sent', async () => {
    const configs = [{ 'task.class': 'T', of: 'ü' }, {}]
    await client.putTaskConfigs(peer.url, 'a/b', configs, sessionKey, signal)
    const body = JSON.stringify(configs)
    expect(peer.asked).toMatchObject([
      {
        method: 'POST',
        url: '/connectors/a%2Fb/tasks',
        headers: {
          'content-type': 'application/json',
          ...signRequest(Buffer.alloc(32, 7), 'HmacSHA512', Buffer.from(body)),
        },
        body,
      },
    ])
  })

  test('a request to fence has no body and is signed all the same', async () => {
    await client.fenceZombies(peer.url, 'a', sessionKey, signal)
    expect(peer.asked).toMatchObject([
      {
        method: 'PUT',
        url: '/connectors/a/fence',
        headers: signRequest(Buffer.alloc(32, 7), 'HmacSHA512', Buffer.alloc(0)),
        body: '',
      },
    ])
    expect(peer.asked[0]?.headers).not.toHaveProperty('content-type')
  })

  test('nothing is signed without a key', async () => {
    await client.fenceZombies(peer.url, 'a', null, signal)
    expect(peer.asked[0]?.headers).not.toHaveProperty('x-connect-authorization')
  })

  test('an error has the status and message of the leader', async () => {
    peer.answer = {
      status: 403,
      body: '{"error_code":403,"message":"Internal request contained invalid signature."}',
    }
    await expect(
      client.putTaskConfigs(peer.url, 'a', [], sessionKey, signal),
    ).rejects.toMatchObject({
      status: 403,
      message: 'Internal request contained invalid signature.',
    })
  })

  test('a leader that does not answer is waited for as long as the caller says', async () => {
    peer.answer = null
    const ending = new AbortController()
    const asked = client.fenceZombies(peer.url, 'a', null, ending.signal)
    await expect.poll(() => peer.asked.length, { timeout: 30_000 }).toBe(1)
    const reason = new Error('enough')
    ending.abort(reason)
    await expect(asked).rejects.toBe(reason)
  })
})

describe('what the leader is asked by a worker', () => {
  let server: RestServer
  let origin: string
  let internal: unknown[]

  beforeEach(async () => {
    setLogSink(() => undefined)
    internal = []
    server = createRestServer({
      listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }],
      version: '0.0.0',
      commit: '0123456789abcdef',
    })
    const [listener] = await server.start()
    origin = `http://127.0.0.1:${listener?.port ?? 0}`
    const herder: Partial<Herder> = {
      putTaskConfigs: (name: string, configs: unknown, signature: RequestSignature | null) => {
        internal.push({ name, configs, body: String(signature?.body) })
        return Promise.resolve()
      },
    }
    server.attach(herder as Herder)
  })

  afterEach(() => server.stop(1000))

  test('the herder is given the bytes that were signed', async () => {
    const body = '[ {"a":1.50, "b":null} ]'
    const response = await fetch(`${origin}/connectors/a/tasks`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...signRequest(Buffer.alloc(32), 'HmacSHA256', Buffer.from(body)),
      },
      body,
    })
    expect(response.status).toBe(204)
    expect(internal).toEqual([{ name: 'a', configs: [{ a: '1.50' }], body }])
  })

  test.each([
    [
      '{}',
      'Invalid request body: found an object, expected an array with a configuration for each task.',
    ],
    ['["x"]', 'Invalid task: found a string, expected an object with its keys.'],
    ['', 'The request has no body: expected an array with a configuration for each task.'],
  ])('task configurations that are %j are refused', async (body, message) => {
    const response = await fetch(`${origin}/connectors/a/tasks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    })
    expect([response.status, await response.json()]).toEqual([400, { error_code: 400, message }])
    expect(internal).toEqual([])
  })
})
