import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import type { LogEntry } from '../../src/util/logger.ts'
import { config, put, setUp, signal } from '../herder/set-up.ts'
import { waitFor } from '../support/wait-for.ts'

const { herder } = setUp()
let server: RestServer
let url: string
let port: number

beforeAll(async () => {
  setLogSink(() => undefined)
  server = createRestServer({
    listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }],
    version: '0.0.0',
    commit: '0123456789abcdef',
  })
  const [listener] = await server.start()
  port = listener?.port ?? 0
  url = `http://127.0.0.1:${port}`
  server.attach(herder)
  await put(herder)
  herder.logs.begin({ connector: 'a', task: 0 })
  log('first', { timestamp: Date.UTC(2026, 0, 1), thread: 'task-thread-1' })
  log('second', { level: 'WARN', timestamp: Date.UTC(2026, 0, 2), trace: 'E: x\n' })
})
afterAll(() => server.stop(1000))

function log(message: string, more: Partial<LogEntry> = {}): void {
  const context = '[a|task-0] '
  herder.logs.keep({ timestamp: Date.now(), level: 'INFO', logger: 'l', context, message, ...more })
}

async function get(
  path: string,
  accept = '*/*',
): Promise<{ readonly status: number; readonly type: string; readonly text: string }> {
  const response = await fetch(url + path, {
    headers: { accept },
    signal: AbortSignal.timeout(10_000),
  })
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, text: await response.text() }
}

test('a task shows its last lines as JSON', async () => {
  const { status, type, text } = await get('/connectors/a/tasks/0/logs')
  expect([status, type]).toEqual([200, 'application/json'])
  const of = { logger: 'l', connector: 'a', task: 0, run: 1 }
  expect(JSON.parse(text)).toEqual([
    {
      ...of,
      timestamp: '2026-01-01T00:00:00.000Z',
      level: 'INFO',
      message: 'first',
      thread: 'task-thread-1',
    },
    {
      ...of,
      timestamp: '2026-01-02T00:00:00.000Z',
      level: 'WARN',
      message: 'second',
      thread: 'main',
      trace: 'E: x\n',
    },
  ])
})

test('or as text, as they stand in the log', async () => {
  const { type, text } = await get('/connectors/a/logs', 'text/plain')
  expect(type).toBe('text/plain; charset=utf-8')
  expect(text).toBe(
    '[2026-01-01 00:00:00,000] INFO [a|task-0] first (l)\n' +
      '[2026-01-02 00:00:00,000] WARN [a|task-0] second (l)\nE: x\n',
  )
})

test('by level, time and count', async () => {
  const messages = async (query: string): Promise<string[]> =>
    (
      JSON.parse((await get(`/connectors/a/tasks/0/logs?${query}`)).text) as { message: string }[]
    ).map(({ message }) => message)
  expect(await messages('level=warn')).toEqual(['second'])
  expect(await messages('since=2026-01-01T12:00:00Z')).toEqual(['second'])
  expect(await messages(`since=${Date.UTC(2026, 0, 3)}`)).toEqual([])
  expect(await messages('limit=1')).toEqual(['second'])
})

test.each([
  [
    '/connectors/a/tasks/0/logs?level=loud',
    400,
    'Invalid value "loud" for the parameter "level": expected one of OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE, ALL.',
  ],
  [
    '/connectors/a/tasks/0/logs?since=noon',
    400,
    'Invalid value "noon" for the parameter "since": expected an ISO 8601 time or milliseconds since 1970.',
  ],
  [
    '/connectors/a/tasks/0/logs?limit=0',
    400,
    'Invalid value "0" for the parameter "limit": expected a whole number of at least 1.',
  ],
  ['/connectors/nope/logs', 404, 'Connector nope not found'],
  ['/connectors/a/tasks/9/logs', 404, 'No status found for task a-9'],
  ['/connectors/a/tasks/x/logs', 404, 'HTTP 404 Not Found'],
])('%s is answered %d', async (path, status, message) => {
  const answer = await get(path)
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.text)).toEqual({ error_code: status, message })
})

test('what is neither text nor JSON is not to be had', async () => {
  expect((await get('/connectors/a/logs', 'image/png')).status).toBe(406)
})

interface Follower extends Disposable {
  readonly socket: Socket
  text(): string
  readonly ended: Promise<unknown>
}

function follow(path: string, accept: string): Follower {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  const ended = new Promise((resolve) => socket.once('close', resolve))
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`)
  return { socket, ended, text: () => text, [Symbol.dispose]: () => socket.destroy() }
}

describe('who follows is sent each line as it is logged', () => {
  test.each([
    ['text/plain', 'INFO [a|task-0] live (l)\n'],
    ['application/json', '"message":"live","thread":"main"}\n'],
    ['text/event-stream', '"message":"live","thread":"main"}\n\n'],
  ])('as %s', async (accept, line) => {
    using follower = follow('/connectors/a/tasks/0/logs?follow=true&since=2026-01-02', accept)
    await waitFor('the lines there are', () => follower.text().includes('second'))
    log('live')
    await waitFor('the new line', () => follower.text().includes(line))
    expect(follower.text()).not.toContain('first')
  })

  test('of the level it wants', async () => {
    using follower = follow('/connectors/a/logs?follow=true&level=WARN', 'text/plain')
    await waitFor('the lines there are', () => follower.text().includes('second'))
    log('unwanted')
    log('wanted', { level: 'ERROR' })
    await waitFor('the new line', () => follower.text().includes('wanted (l)'))
    expect(follower.text()).not.toContain('unwanted')
  })
})

test('who does not read is sent away, with a word', async () => {
  using follower = follow('/connectors/a/tasks/0/logs?follow=true', 'text/plain')
  await waitFor('the lines there are', () => follower.text().includes('second'))
  follower.socket.pause()
  // More than the sockets of both sides take.
  for (let i = 0; i < 1500; i++) log('x'.repeat(16_000))
  follower.socket.resume()
  await follower.ended
  expect(follower.text()).toContain('This stream ends here: the lines were not read as fast')
})

test('it ends when the connector is deleted', async () => {
  await herder.putConnectorConfig('b', config({ name: 'b' }), { allowReplace: true }, signal)
  using follower = follow('/connectors/b/logs?follow=true', 'text/plain')
  await waitFor('the answer', () => follower.text().includes('200 OK'))
  await herder.deleteConnector('b', signal)
  await follower.ended
})

test('too many are refused, and make room when they leave', async () => {
  const followers = Array.from({ length: 32 }, () =>
    follow('/connectors/a/logs?follow=true', '*/*'),
  )
  await waitFor('all follow', () => followers.every((each) => each.text().includes('200 OK')))
  const refused = await get('/connectors/a/logs?follow=true')
  expect(refused.status).toBe(429)
  for (const follower of followers) follower.socket.destroy()
  await waitFor('there is room', async () => {
    using follower = follow('/connectors/a/logs?follow=true', '*/*')
    await waitFor('an answer', () => follower.text().includes('HTTP/1.1'))
    return follower.text().includes('200 OK')
  })
})

test('a worker that stops does not wait for those who follow', async () => {
  using follower = follow('/connectors/a/logs?follow=true', 'text/plain')
  await waitFor('the answer', () => follower.text().includes('200 OK'))
  herder.logs.close()
  await follower.ended
})
