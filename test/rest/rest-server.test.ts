import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import type { LogEntry } from '../../src/util/logger.ts'
import { deferred, setUp } from '../herder/set-up.ts'

const options = {
  listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }] as const,
  version: '9.8.7',
  commit: '0123456789abcdef',
}

let server: RestServer
let port: number
const slow = deferred()
const { herder, worker } = setUp({
  start: (config) => (config.slow === undefined ? undefined : slow.promise),
})

beforeAll(async () => {
  setLogSink(() => undefined)
  server = createRestServer(options)
  const [listener] = await server.start()
  port = listener?.port ?? 0
  server.attach(herder)
  herder.markReady()
})
afterAll(() => server.stop(1000))

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
}

function call(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', method, path, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const messageOf = ({ text }: Answer): string =>
  (JSON.parse(text) as { readonly message: string }).message

const create = (config: string, name = '"n"'): Promise<Answer> =>
  call('POST', '/connectors', `{"name":${name},"config":${config}}`)

describe('the body of a request', () => {
  const prefix = '"connector.class":"Numbers"'

  test('keeps numbers and booleans as they were written', async () => {
    const { status, text } = await create(
      `{${prefix},"a":1.50,"b":1e3,"c":12345678901234567890,"d":true,"e":-0}`,
    )
    expect(status).toBe(201)
    expect(JSON.parse(text)).toMatchObject({
      config: { a: '1.50', b: '1e3', c: '12345678901234567890', d: 'true', e: '-0', name: 'n' },
    })
    await call('DELETE', '/connectors/n')
  })

  test('may hold members of any name', async () => {
    const { text } = await create(`{${prefix},"__proto__":"x","constructor":"y","7":"z"}`)
    expect(text).toContain('"__proto__":"x"')
    expect(text).toContain('"constructor":"y"')
    expect(text).toContain('"7":"z"')
    await call('DELETE', '/connectors/n')
  })

  test.each([
    ['', 'The request has no body: expected an object with "name" and "config".'],
    ['[]', 'Invalid request body: found an array, expected an object with "name" and "config".'],
    [
      '{"name":',
      'Malformed JSON at line 1, column 9: found the end of the body, expected a value.',
    ],
    ['{"name":\n tru}', 'Malformed JSON at line 2, column 2: found "t", expected a value.'],
    [
      '{x',
      'Malformed JSON at line 1, column 2: found "x", expected a member name in double quotes.',
    ],
    ['{"a":01}', 'Malformed JSON at line 1, column 7: found "1", expected "," or "}".'],
    ['{} x', 'Malformed JSON at line 1, column 4: found "x", expected the end of the body.'],
    [
      '{"a":"\\x"}',
      'Malformed JSON at line 1, column 6: found """, expected a string without control characters and unknown escapes.',
    ],
    ['{"a":"b', 'Malformed JSON at line 1, column 6: found """, expected the end of a string.'],
    [
      '{"name":"a"}',
      'Invalid "config": found null, expected an object with the keys of the connector.',
    ],
    [
      '{"name":"a","config":{"b":{}}}',
      'Invalid value for "b": found an object, expected a string.',
    ],
    [
      '{"name":"a","config":{},"x":1}',
      'Unknown field "x": a connector is created with "name", "config" and "initial_state".',
    ],
    [
      '{"name":"a","config":{},"initial_state":"GONE"}',
      'Invalid value "GONE" for "initial_state": expected RUNNING, PAUSED or STOPPED.',
    ],
  ])('%j is refused with a reason', async (body, message) => {
    const answer = await call('POST', '/connectors', body)
    expect([answer.status, messageOf(answer)]).toEqual([400, message])
  })

  test('of a depth that would exhaust the stack is refused', async () => {
    const answer = await call('POST', '/connectors', '['.repeat(100_000))
    expect(answer.status).toBe(400)
    expect(messageOf(answer)).toContain('expected at most 500 nested values')
  })

  test('that is not UTF-8 is refused', async () => {
    const answer = await call('POST', '/connectors', '{"name":"\xff"}', {
      'Content-Type': 'application/json',
      'Content-Length': '12',
    })
    expect(answer.status).toBe(400)
  })

  test('beyond the limit is refused', async () => {
    const answer = await call('POST', '/connectors', ' '.repeat(9 * 1024 * 1024))
    expect(answer.status).toBe(413)
  })
})

describe('a name that needs escaping', () => {
  test.each(['a/b', 'a%b', '100%25', 'a b ü?;', '..', '+', '"\u{1f600}"', '#', 'x'.repeat(300)])(
    '%s can be created, read and deleted',
    async (name) => {
      const created = await create('{"connector.class":"Numbers"}', JSON.stringify(name))
      expect(created.status).toBe(201)
      const location = new URL(String(created.headers.location))
      const path = name === '..' ? '/connectors/%2e%2e' : location.pathname
      const read = await call('GET', path)
      expect(JSON.parse(read.text)).toMatchObject({ name })
      expect((await call('DELETE', path)).status).toBe(204)
    },
  )

  test('and is escaped wrongly is refused as JSON', async () => {
    const answer = await call('GET', '/connectors/%zz')
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/json'])
  })
})

test.each([
  ['*/*', 200],
  ['text/html, application/*;q=0.5', 200],
  ['application/json;q=0', 406],
  ['application/json;q=0.1', 200],
  ['text/html', 406],
])('Accept: %s is answered with %i', async (accept, status) => {
  expect((await call('GET', '/connectors', undefined, { Accept: accept })).status).toBe(status)
})

test('every answer names us, and the release we stand for', async () => {
  const { headers, text } = await call('GET', '/')
  expect(headers.server).toBe('Sluice/9.8.7')
  expect(JSON.parse(text)).toEqual({
    version: '4.3.1',
    commit: '0123456789abcdef',
    kafka_cluster_id: 'cluster',
  })
})

test('a request is logged as Jetty logs it, when it has been answered', async () => {
  const entries: LogEntry[] = []
  setLogSink((entry) => entries.push(entry))
  try {
    await call('GET', '/connectors?x=1', undefined, { 'User-Agent': 'curl/8' })
    await vi.waitFor(() => expect(entries).toHaveLength(1))
  } finally {
    setLogSink(() => undefined)
  }
  expect(entries[0]).toMatchObject({
    level: 'INFO',
    logger: 'org.apache.kafka.connect.runtime.rest.RestServer',
  })
  expect(entries[0]?.message).toMatch(
    /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/connectors\?x=1 HTTP\/1\.1" 200 2 "" "curl\/8" \d+$/,
  )
})

test('a method that HTTP knows and the resource does not is 405', async () => {
  for (const method of ['TRACE', 'PROPFIND', 'PATCH']) {
    expect((await call(method, '/connectors')).status).toBe(405)
  }
})

test('a request without a Host header gets a Location all the same', async () => {
  const body = '{"name":"old","config":{"connector.class":"Numbers"}}'
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `POST /connectors HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    })
    let received = ''
    socket.on('data', (chunk) => (received += chunk.toString()))
    socket.on('end', () => resolve(received))
    socket.on('error', reject)
  })
  expect(text).toContain(`Location: http://127.0.0.1:${port}/connectors/old`)
  await call('DELETE', '/connectors/old')
})

test('until the herder is there, requests are told that the worker is starting', async () => {
  const early = createRestServer(options)
  const [listener] = await early.start()
  const health = await fetch(`http://127.0.0.1:${listener?.port ?? 0}/health`)
  expect([health.status, await health.json()]).toEqual([
    503,
    { status: 'starting', message: 'Worker is still starting up.' },
  ])
  const list = await fetch(`http://127.0.0.1:${listener?.port ?? 0}/connectors`)
  expect([list.status, await list.json()]).toEqual([
    503,
    { error_code: 503, message: 'Worker is still starting up.' },
  ])
  await early.stop()
})

test('a port in use is said in one sentence', async () => {
  const second = createRestServer({
    ...options,
    listeners: [{ scheme: 'http', host: '127.0.0.1', port }],
  })
  await expect(second.start()).rejects.toThrow(
    `Cannot listen on http://127.0.0.1:${port}: the port is in use. Set "listeners" to another address or port.`,
  )
  await second.stop()
})

test('a stop waits for the request that is being answered', async () => {
  const last = createRestServer(options)
  const [listener] = await last.start()
  last.attach(herder)
  const answered = fetch(`http://127.0.0.1:${listener?.port ?? 0}/connectors`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"name":"slow","config":{"connector.class":"Numbers","slow":"yes"}}',
  })
  await expect.poll(() => worker.calls).toContain('start slow')
  const stopped = last.stop()
  slow.resolve()
  expect((await answered).status).toBe(201)
  await stopped
  await call('DELETE', '/connectors/slow')
})
