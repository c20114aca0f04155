import { afterEach, describe, expect, test } from 'vitest'
import type {
  ConnectRestExtension,
  ConnectRestExtensionContext,
  RestExtensionRequest,
  RestExtensionResponse,
} from '../../src/api/rest-extension.ts'
import { NotFoundError } from '../../src/errors/connect-error.ts'
import { RestExtensions } from '../../src/rest/extensions/rest-extensions.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { put, reach, setUp } from '../herder/set-up.ts'

const signal = AbortSignal.timeout(120_000)
const localhost = { scheme: 'http', host: '127.0.0.1', port: 0 } as const
let server: RestServer | undefined

afterEach(async () => {
  await server?.stop(1000)
  server = undefined
  setLogSink(() => undefined)
})

interface Served {
  readonly url: string
  readonly herder: ReturnType<typeof setUp>['herder']
}

/** A worker with extensions that do what `register` says, named one, two and so on. */
async function serve(
  register: readonly ((context: ConnectRestExtensionContext) => void)[],
  more: Partial<ConnectRestExtension> = {},
  answerMs = 60_000,
): Promise<Served> {
  setLogSink(() => undefined)
  const named = register.map((each, at) => ({
    className: ['one', 'two'][at] ?? 'more',
    extension: { ...more, register: each },
  }))
  const extensions = await RestExtensions.open(named, { worker: 'key' }, signal, {
    answerMs,
    closeMs: 1000,
  })
  server = createRestServer({
    ...{ listeners: [localhost], version: '0.0.0', commit: '0123456789abcdef', extensions },
  })
  const [listener] = await server.start()
  const { herder } = setUp({})
  server.attach(herder)
  herder.markReady()
  return { url: `http://127.0.0.1:${listener?.port ?? 0}`, herder }
}

async function get(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init)
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type'), text }
}

describe('a filter', () => {
  const teapot: RestExtensionResponse = { status: 418, text: 'no coffee' }

  test('answers in the worker’s place, in the type that the resource has', async () => {
    const { url } = await serve([({ addFilter }) => addFilter(() => teapot)])
    const json = { status: 418, type: 'application/json', text: 'no coffee' }
    expect(await get(`${url}/`)).toEqual(json)
    expect(await get(`${url}/connectors`)).toEqual(json)
    expect((await get(`${url}/metrics`)).type).toMatch(/^text\/plain/)
    expect(await get(`${url}/`, { method: 'OPTIONS' })).toEqual({ ...json, type: 'text/plain' })
  })

  test('is not asked about what is not served', async () => {
    const { url } = await serve([({ addFilter }) => addFilter(() => teapot)])
    expect((await get(`${url}/nothing`)).status).toBe(404)
    expect((await get(`${url}/`, { method: 'DELETE' })).status).toBe(405)
    expect((await get(`${url}/`, { headers: { accept: 'image/png' } })).status).toBe(406)
  })

  test('is told of the request, and the next one only where it lets it pass', async () => {
    const seen: string[] = []
    const note = (name: string) => (context: ConnectRestExtensionContext) =>
      context.addFilter((request) => {
        const { method, path, route, query, body } = request
        const { x } = { x: request.header('X-Test') }
        seen.push(
          [
            name,
            method,
            path,
            route,
            query.get('q'),
            x,
            body.length,
            request.param('connector'),
          ].join(' '),
        )
        return name === 'one' && query.get('q') === 'stop' ? teapot : undefined
      })
    const { url } = await serve([note('one'), note('two')])
    await get(`${url}/connectors/a%20b/config?q=1`, {
      method: 'PUT',
      body: '{}',
      headers: { 'X-Test': 'yes', 'Content-Type': 'application/json' },
    })
    await get(`${url}/connectors?q=stop`)
    const first = 'PUT /connectors/a%20b/config /connectors/:connector/config 1 yes 2 a b'
    expect(seen).toEqual([
      `one ${first}`,
      `two ${first}`,
      'one GET /connectors /connectors stop  0 ',
    ])
  })

  test('sees the path that is served, whatever stands behind a #', async () => {
    const routes: string[] = []
    const { url } = await serve([
      ({ addFilter }) =>
        addFilter(({ path, route }) => {
          routes.push(`${path} ${route}`)
          return undefined
        }),
    ])
    const { request } = await import('node:http')
    await new Promise<void>((resolve, reject) => {
      const path = '/connectors/#/tasks'
      const outgoing = request(url, { path, method: 'GET' }, (incoming) => {
        incoming.resume().once('end', resolve)
      })
      outgoing.once('error', reject).end()
    })
    expect(routes).toEqual(['/connectors/ /connectors'])
  })

  test.each([
    ['throws', () => Promise.reject(new Error('broken')), 'broken'],
    ['answers nonsense', () => ({ status: 7 }), 'The REST extension one has answered what is no'],
    ['has a bad header', () => ({ status: 200, headers: { a: 'b\nc' } }), 'what is no response'],
    ['never answers', () => new Promise<undefined>(() => undefined), 'has not answered in time'],
  ])('that %s refuses the request', async (_, filter, message) => {
    const { url } = await serve([({ addFilter }) => addFilter(filter)], {}, 200)
    const { status, text } = await get(`${url}/`)
    expect(status).toBe(500)
    expect(text).toContain(message)
  })

  test('does not see the listeners of /admin', async () => {
    setLogSink(() => undefined)
    const one = {
      className: 'one',
      extension: {
        register: ({ addFilter }: ConnectRestExtensionContext) => addFilter(() => teapot),
      },
    }
    const extensions = await RestExtensions.open([one], {}, signal)
    const lines: string[] = []
    setLogSink(({ message }) => lines.push(message))
    server = createRestServer({
      ...{ listeners: [localhost], admin: { listeners: [localhost] }, extensions },
      ...{ version: '0.0.0', commit: '0123456789abcdef' },
    })
    await server.start()
    const { herder } = setUp({})
    server.attach(herder)
    const [, admin] = lines.map((line) => /http:\S+/.exec(line)?.[0])
    expect((await get(`${admin ?? ''}admin/loggers`)).status).toBe(200)
  })
})

describe('a route', () => {
  const audit = (handle: (request: RestExtensionRequest) => RestExtensionResponse) => {
    return ({ addRoute }: ConnectRestExtensionContext) =>
      addRoute({ method: 'GET', path: '/audit/:connector', handle })
  }

  test('is served beside the worker’s own', async () => {
    const { url } = await serve([
      audit(({ param }) => ({ status: 200, body: { of: param('connector') } })),
    ])
    const headers = { accept: 'application/json' }
    expect(await get(`${url}/audit/a%2Fb`, { headers })).toEqual({
      ...{ status: 200, type: 'application/json', text: '{"of":"a/b"}' },
    })
    expect((await get(`${url}/audit/a`, { method: 'POST' })).status).toBe(405)
  })

  test('is text, or whatever it says it is', async () => {
    const { url } = await serve([
      audit(({ query }) =>
        query.has('csv')
          ? { status: 200, text: 'a,b', headers: { 'content-type': 'text/csv' } }
          : { status: 200, text: 'a' },
      ),
    ])
    expect((await get(`${url}/audit/a`)).type).toBe('text/plain')
    expect((await get(`${url}/audit/a?csv`)).type).toBe('text/csv')
  })

  test('answers its errors as the worker does', async () => {
    const { url } = await serve([
      audit(() => {
        throw new NotFoundError('no such connector')
      }),
    ])
    expect(await get(`${url}/audit/a`)).toMatchObject({
      ...{ status: 404, text: '{"error_code":404,"message":"no such connector"}' },
    })
  })

  test.each([
    ['the worker serves', '/connectors/:name', '/connectors/:name is served already'],
    ['is served by another', '/audit/:connector', '/audit/:connector is served already'],
    ['is none', 'audit', 'Invalid path audit'],
  ])('on a path that %s fails the start', async (_, path, message) => {
    const again = ({ addRoute }: ConnectRestExtensionContext): void =>
      addRoute({ method: 'GET', path, handle: () => ({ status: 200 }) })
    await expect(serve([audit(() => ({ status: 200 })), again])).rejects.toThrow(message)
  })
})

test('an extension reads what connectors there are and how they do', async () => {
  const { url, herder } = await serve([
    ({ addRoute, clusterState }) =>
      addRoute({
        method: 'GET',
        path: '/state',
        handle: async () => {
          const { tasksState, ...health } = clusterState.connectorHealth('a')
          const config = await clusterState.connectorConfig('a')
          return {
            status: 200,
            body: {
              ...{ connectors: clusterState.connectors(), health, tasks: [...tasksState.keys()] },
              ...{ class: config['connector.class'], cluster: clusterState.clusterDetails() },
            },
          }
        },
      }),
  ])
  expect((await get(`${url}/state`)).status).toBe(404)
  await put(herder)
  await reach(herder, 'RUNNING RUNNING RUNNING')
  expect(JSON.parse((await get(`${url}/state`)).text)).toEqual({
    connectors: ['a'],
    health: {
      ...{ name: 'a', type: 'source' },
      connectorState: { state: 'RUNNING', workerId: 'host:8083', traceMessage: null },
    },
    tasks: [0, 1],
    class: 'Numbers',
    cluster: { kafkaClusterId: herder.kafkaClusterId },
  })
})

test('an extension is configured with the worker’s file, and closed with the server', async () => {
  const calls: unknown[] = []
  await serve([() => void calls.push('register')], {
    configure: (config) => void calls.push(config),
    close: () => void calls.push('close'),
  })
  await server?.stop(1000)
  server = undefined
  expect(calls).toEqual([{ worker: 'key' }, 'register', 'close'])
})

test('an extension that cannot be started fails the start, and those before it are closed', async () => {
  let closed = 0
  const opening = serve(
    [
      () => undefined,
      ({ clusterState }) => {
        clusterState.connectors()
      },
    ],
    {
      close: () => {
        closed++
      },
    },
  )
  await expect(opening).rejects.toThrow('The REST extension two cannot be started: The worker is')
  expect(closed).toBe(2)
})
