import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { NotFoundError } from '../../src/errors/connect-error.ts'
import { NotAssignedError, NotLeaderError } from '../../src/errors/forwarding-errors.ts'
import type { Herder } from '../../src/herder/herder.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { rememberSecret } from '../../src/util/secrets.ts'
import { FakePeer } from './fake-peer.ts'

let server: RestServer
let origin: string
let peer: FakePeer
/** What the herder of the worker that is asked answers. */
let refusal: Error

beforeEach(async () => {
  setLogSink(() => undefined)
  peer = await FakePeer.start()
  refusal = new NotLeaderError('Only the leader can do that.', peer.url)
  server = createRestServer({
    listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }],
    version: '0.0.0',
    commit: '0123456789abcdef',
  })
  const [listener] = await server.start()
  origin = `http://127.0.0.1:${listener?.port ?? 0}`
  const refuse = (): Promise<never> => Promise.reject(refusal)
  const herder: Partial<Herder> = {
    putConnectorConfig: refuse,
    patchConnectorConfig: refuse,
    deleteConnector: refuse,
    stopConnector: refuse,
    restartConnector: refuse,
    restartTask: refuse,
    modifyConnectorOffsets: refuse,
    fenceZombieSourceTasks: refuse,
  }
  server.attach(herder as Herder)
})

afterEach(async () => {
  await server.stop(1000)
  await peer[Symbol.asyncDispose]()
})

/** Status and body as JSON, null where there is none. */
async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown[]> {
  const response = await fetch(origin + path, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return [response.status, text === '' ? null : (JSON.parse(text) as unknown)]
}

describe('a request that the leader is to answer', () => {
  const created = { name: 'a b/ü', config: { name: 'a b/ü' }, tasks: [], type: 'source' }

  test('is asked of it, and its answer handed on as one of this worker', async () => {
    peer.answer = {
      status: 201,
      headers: {
        'Content-Type': 'application/json',
        Location: `${peer.url}connectors/a%20b%2F%C3%BC`,
      },
      body: JSON.stringify(created),
    }
    const body = { name: 'a b/ü', config: { 'connector.class': 'X' } }
    const response = await fetch(`${origin}/connectors`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Basic eDp5', Cookie: 'no' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('location')).toBe(`${origin}/connectors/a%20b%2F%C3%BC`)
    expect(await response.json()).toEqual(created)
    const [asked] = peer.asked
    expect(asked).toMatchObject({
      method: 'POST',
      url: '/connectors?forward=true',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': 'kafka-connect',
        authorization: 'Basic eDp5',
        connection: 'close',
      },
      body: JSON.stringify(body),
    })
    expect(asked?.headers).not.toHaveProperty('cookie')
  })

  test.each([
    ['PUT', '/connectors/a%2Fb/config', { x: '1' }],
    ['PATCH', '/connectors/a%2Fb/config', { x: null }],
    ['DELETE', '/connectors/a%2Fb', undefined],
    ['PUT', '/connectors/a%2Fb/stop', undefined],
    ['POST', '/connectors/a%2Fb/restart', undefined],
    ['POST', '/connectors/a%2Fb/tasks/3/restart', undefined],
    ['DELETE', '/connectors/a%2Fb/offsets', undefined],
    ['PUT', '/connectors/a%2Fb/fence', undefined],
  ])('%s %s goes there as it came', async (method, path, body) => {
    expect(await ask(method, path, body)).toEqual([204, null])
    expect(peer.asked).toMatchObject([
      { method, url: `${path}?forward=true`, body: body === undefined ? '' : JSON.stringify(body) },
    ])
    expect(peer.asked[0]?.headers['content-type']).toBe(
      body === undefined ? undefined : 'application/json',
    )
  })

  test('keeps its parameters', async () => {
    peer.answer = { status: 202, body: '{"name":"a"}' }
    const path = '/connectors/a/restart?includeTasks=true&onlyFailed=false'
    expect(await ask('POST', path)).toEqual([202, { name: 'a' }])
    expect(peer.asked[0]?.url).toBe(
      '/connectors/a/restart?forward=true&includeTasks=true&onlyFailed=false',
    )
  })

  test('goes by two hops and no more', async () => {
    expect(await ask('PUT', '/connectors/a/stop?forward=true')).toEqual([204, null])
    expect(peer.asked[0]?.url).toBe('/connectors/a/stop?forward=false')
    expect(await ask('PUT', '/connectors/a/stop?forward=false')).toEqual([
      409,
      {
        error_code: 409,
        message:
          'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
      },
    ])
    expect(peer.asked).toHaveLength(1)
  })

  test('is asked of whoever has the connector, where the herder says so', async () => {
    refusal = new NotAssignedError('Not here.', peer.url)
    expect(await ask('POST', '/connectors/a/restart')).toEqual([204, null])
    expect(peer.asked).toHaveLength(1)
  })

  test.each<[Error, string]>([
    [
      new NotLeaderError('', null),
      'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
    ],
    [
      new NotAssignedError('', null),
      'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
    ],
  ])('is a conflict while nobody is known to answer it: %s', async (error, message) => {
    refusal = error
    expect(await ask('DELETE', '/connectors/a')).toEqual([409, { error_code: 409, message }])
    expect(peer.asked).toEqual([])
  })

  test('any other error is answered here', async () => {
    refusal = new NotFoundError('Connector a not found')
    const message = 'Connector a not found'
    expect(await ask('DELETE', '/connectors/a')).toEqual([404, { error_code: 404, message }])
  })

  test('has the status, code and message of its error', async () => {
    peer.answer = { status: 404, body: '{"error_code":40401,"message":null}' }
    expect(await ask('DELETE', '/connectors/a')).toEqual([
      404,
      { error_code: 40401, message: null },
    ])
  })

  test('tells nothing of its error but that, and no secret', async () => {
    rememberSecret('leader-told-it')
    const body = { error_code: 400, trace: 'x', message: 'Invalid value leader-told-it' }
    peer.answer = { status: 400, body: JSON.stringify(body) }
    expect(await ask('DELETE', '/connectors/a')).toEqual([
      400,
      { error_code: 400, message: 'Invalid value [hidden]' },
    ])
  })

  test.each([
    [
      'a redirect',
      { status: 302, headers: { Location: '/elsewhere' } },
      'Unexpected status code when handling forwarded request: 302',
    ],
    [
      'an error that is no JSON',
      { status: 404, body: '<html>' },
      'IO Error trying to forward REST request: ORIGIN answered 404, but not with an error of Kafka Connect.',
    ],
    [
      'half an object',
      { status: 200, body: '{"name":' },
      'IO Error trying to forward REST request: ORIGIN answered with something else than JSON.',
    ],
    [
      'half an answer',
      { status: 200, isCut: true },
      'IO Error trying to forward REST request: aborted',
    ],
    [
      'more than an answer may be',
      { status: 200, body: ' '.repeat(17 * 1024 * 1024) },
      'IO Error trying to forward REST request: the answer is larger than 16777216 bytes.',
    ],
  ])('fails where the leader answers with %s', async (_, answer, message) => {
    peer.answer = answer
    const told = message.replace('ORIGIN', new URL(peer.url).origin)
    expect(await ask('DELETE', '/connectors/a')).toEqual([500, { error_code: 500, message: told }])
  })

  test.each(['ftp://127.0.0.1/', 'nowhere', 'http://127.0.0.1:99999/'])(
    'fails where the leader’s URL is %s',
    async (url) => {
      refusal = new NotLeaderError('', url)
      const message = `IO Error trying to forward REST request: the other worker's URL is ${url}, which is none of http or https.`
      expect(await ask('DELETE', '/connectors/a')).toEqual([500, { error_code: 500, message }])
    },
  )

  test('fails where the leader cannot be reached', async () => {
    await using gone = await FakePeer.start()
    refusal = new NotLeaderError('', gone.url)
    await gone[Symbol.asyncDispose]()
    const [status, body] = await ask('DELETE', '/connectors/a')
    expect(status).toBe(500)
    expect(body).toHaveProperty(
      'message',
      expect.stringMatching(/^IO Error trying to forward REST request: .*ECONNREFUSED/),
    )
  })
})
