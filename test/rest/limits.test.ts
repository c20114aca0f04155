import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bodyLimitBytes, maxConnections } from '../../src/rest/limits.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import type { LogEntry } from '../../src/util/logger.ts'
import { deferred, put, setUp } from '../herder/set-up.ts'
import { sendRaw } from './raw-http.ts'

const options = {
  listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }] as const,
  version: '0.0.0',
  commit: '0123456789abcdef',
}
const logged: LogEntry[] = []
let server: RestServer
let port: number

async function start(herder = setUp({}).herder): Promise<[RestServer, number]> {
  const fresh = createRestServer(options)
  const [listener] = await fresh.start()
  fresh.attach(herder)
  herder.markReady()
  return [fresh, listener?.port ?? 0]
}

beforeAll(async () => {
  setLogSink((entry) => logged.push(entry))
  ;[server, port] = await start()
})
afterAll(() => server.stop(1000))

async function open(to: number, text = ''): Promise<Socket> {
  const socket = connect(to, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return socket
}

const host = 'Host: h\r\n'

describe('what is too large', () => {
  test('a name of 4096 characters is not, escaped as it may be', async () => {
    const name = encodeURIComponent('\u{1f600}'.repeat(4096))
    const { text } = await sendRaw(port, `GET /connectors/${name} HTTP/1.1\r\n${host}\r\n`)
    expect(text).toMatch(/^HTTP\/1.1 404 .*"Connector \u{1f600}+ not found"/su)
  })
  test('headers are 431', async () => {
    const { text, closed } = await sendRaw(
      port,
      `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(70_000)}\r\n\r\n`,
    )
    expect([text.split('\r\n')[0], closed]).toEqual([
      'HTTP/1.1 431 Request Header Fields Too Large',
      true,
    ])
    expect(text).toContain('"error_code":431')
  })
  test('a body is 413, before it is sent where the client asks first', async () => {
    const { text } = await sendRaw(
      port,
      `POST /connectors HTTP/1.1\r\n${host}Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${bodyLimitBytes + 1}\r\n\r\n`,
    )
    expect(text).toMatch(/^HTTP\/1.1 413 /)
  })
})

describe('a connection', () => {
  test('answers requests that come one upon the other in their order', async () => {
    const both = `GET / HTTP/1.1\r\n${host}\r\nGET /health HTTP/1.1\r\n${host}Connection: close\r\n\r\n`
    const { text } = await sendRaw(port, both, () => false)
    const at = ['kafka_cluster_id', 'healthy'].map((word) => text.indexOf(word))
    expect(at[0]).toBeGreaterThan(0)
    expect(at[1]).toBeGreaterThan(at[0] ?? 0)
  })
  test('answers the request before one that is broken', async () => {
    const { text, closed } = await sendRaw(port, `GET / HTTP/1.1\r\n${host}\r\nG@T`, () => false)
    expect(text).toContain('kafka_cluster_id')
    expect(closed).toBe(true)
  })
  test('ends with what is no request, which is logged once', async () => {
    logged.length = 0
    await sendRaw(port, 'nonsense\r\n\r\n')
    await expect.poll(() => logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({ level: 'INFO' })
    expect(logged[0]?.message).toMatch(/^127\.0\.0\.1 - - \[.*\] "-" 400 \d+ "" "" 0$/)
  })
})

test('beyond so many connections further ones are closed, and the others still served', async () => {
  const [crowded, at] = await start()
  const sockets: Socket[] = []
  const served = await open(at)
  sockets.push(served)
  for (let count = 1; count < maxConnections; count++) sockets.push(await open(at))
  const late = await open(at)
  await once(late, 'close')
  served.write(`GET / HTTP/1.1\r\n${host}\r\n`)
  const [answer] = (await once(served, 'data')) as [Buffer]
  expect(answer.toString()).toContain('200 OK')
  expect(logged.filter(({ level }) => level === 'WARN')).toHaveLength(1)
  // All of them rest, so none holds the stop.
  await crowded.stop(60_000)
  expect(sockets).toHaveLength(maxConnections)
})

describe('a stop does not wait', () => {
  const slow = [
    ['that has sent nothing', ''],
    ['that sends its headers slowly', `GET / HTTP/1.1\r\n${host}`],
    [
      'that sends its body slowly',
      `POST /connectors HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
    ],
  ]
  test.each(slow)('for a client %s', async (_what, text) => {
    const [stopping, at] = await start()
    const socket = await open(at, text)
    const closed = once(socket, 'close')
    const [other] = [await open(at, `GET / HTTP/1.1\r\n${host}\r\n`)]
    await once(other, 'data')
    await stopping.stop(60_000)
    await closed
  })

  test('for a client that does not read its answer', async () => {
    const { herder } = setUp({})
    await put(herder, { filler: 'x'.repeat(7_000_000) })
    const [stopping, at] = await start(herder)
    const socket = await open(at)
    socket.pause()
    socket.write(`GET /connectors/a HTTP/1.1\r\n${host}\r\n`)
    await once(socket, 'readable')
    await stopping.stop(60_000)
    socket.destroy()
  })

  test('for less than what is being done for a client', async () => {
    const wait = deferred()
    const { herder, worker } = setUp({ start: () => wait.promise })
    const [stopping, at] = await start(herder)
    const body = '{"name":"s","config":{"connector.class":"Numbers"}}'
    const answered = sendRaw(
      at,
      `POST /connectors HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await expect.poll(() => worker.calls).toContain('start s')
    const stopped = stopping.stop(60_000)
    wait.resolve()
    expect((await answered).text).toMatch(/^HTTP\/1.1 201 .*Connection: close/s)
    await stopped
  })
})
