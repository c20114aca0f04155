import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { hiveSessions } from '../../../connectors/hdfs/hive/driver-session.ts'
import { HiveAwayError } from '../../../connectors/hdfs/hive/hive-session.ts'
import type { OpenHiveSession } from '../../../connectors/hdfs/hive/hive-session.ts'
import { waitFor } from '../../support/wait-for.ts'

const never = new AbortController().signal

/** A server at a port of its own, and how many connections it has. */
async function listen(server: Server): Promise<AsyncDisposable & { port: number; open(): number }> {
  let open = 0
  server.on('connection', (socket) => {
    open++
    socket.on('error', () => undefined).resume()
    socket.on('close', () => open--)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    open: () => open,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
  }
}

async function sessionsAt(
  port: number,
  httpPath: string | null,
  timeoutMs: number,
): Promise<OpenHiveSession> {
  const hosts = [{ host: '127.0.0.1', port }]
  const endpoint = { ...{ hosts, httpPath, tls: false, sasl: true }, user: null, password: null }
  return await hiveSessions({ endpoint, user: 'me', password: 'secret', timeoutMs })
}

describe.each([
  { name: 'its own protocol', httpPath: null },
  { name: 'HTTP', httpPath: '/cliservice' },
])('HiveServer2 over $name', ({ httpPath }) => {
  test('that is not there is said to be away', async () => {
    const gone = await listen(createServer())
    await gone[Symbol.asyncDispose]()
    const open = await sessionsAt(gone.port, httpPath, 30_000)
    const error: unknown = await open(never).catch((each: unknown) => each)
    expect(error).toBeInstanceOf(HiveAwayError)
    expect(String(error)).toContain(`HiveServer2 at 127.0.0.1:${gone.port} cannot be asked: `)
  })

  test('that says nothing is waited for no longer than is set, and no connection is left', async () => {
    await using silent = await listen(createServer())
    const open = await sessionsAt(silent.port, httpPath, 200)
    await expect(open(never)).rejects.toThrow('no answer in 200 ms')
    await waitFor('the connection to end', () => silent.open() === 0)
  })

  test('is not waited for once the task ends', async () => {
    await using silent = await listen(createServer())
    const open = await sessionsAt(silent.port, httpPath, 60_000)
    const stop = new AbortController()
    const opening = open(stop.signal)
    await waitFor('a connection', () => silent.open() === 1)
    stop.abort(new Error('the task ends'))
    await expect(opening).rejects.toThrow('the task ends')
    await waitFor('the connection to end', () => silent.open() === 0)
  })
})

test('a user that HiveServer2 does not know is told which keys to look at, and no secret', async () => {
  const server = createHttpServer((_request, response) => {
    response.writeHead(401).end()
  })
  await using strict = await listen(server)
  const open = await sessionsAt(strict.port, '/cliservice', 30_000)
  const error: unknown = await open(never).catch((each: unknown) => each)
  expect(String(error)).toContain('Check hive.server2.user and hive.server2.password')
  expect(String(error)).not.toContain('secret')
})
