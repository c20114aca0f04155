import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import type { LogEntry } from '../../src/util/logger.ts'
import { setUp } from '../herder/set-up.ts'
import { send } from './replay/client.ts'

const entries: LogEntry[] = []
let server: RestServer
let port: number

beforeAll(async () => {
  setLogSink((entry) => entries.push(entry))
  server = createRestServer({
    listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }],
    version: '0.0.0',
    commit: '0123456789abcdef',
  })
  const [listener] = await server.start()
  port = listener?.port ?? 0
  server.attach(setUp({}).herder)
})
afterAll(() => server.stop(1000))

const put = async (path: string, reqBody: object): Promise<[number, unknown]> => {
  const { status, body } = await send(port, {
    method: 'PUT',
    path: `/admin/loggers/${path}`,
    reqBody,
  })
  return [status, body === '' ? null : JSON.parse(body)]
}

// Each as a Java worker answered it, but for the empty level.
test.each([
  ['a number', 'com.a', { level: 1 }, [404, error(404, "invalid log level '1'.")]],
  ['nothing', 'com.a', { level: '' }, [404, error(404, "invalid log level ''.")]],
  ['blanks around it', 'com.b', { level: ' debug ' }, [200, ['com.b']]],
  ['members beside it', 'com.c', { level: 'ALL', more: 'x' }, [200, ['com.c']]],
  ['the cluster in capitals', 'com.d?scope=CLUSTER', { level: 'ERROR' }, [204, null]],
])('a level with %s', async (_, path, body, answer) => {
  expect(await put(path, body)).toEqual(answer)
})

test('a scope that is none counts as the worker, with a warning', async () => {
  expect(await put('com.e?scope=', { level: 'DEBUG' })).toEqual([200, ['com.e']])
  expect(entries.filter(({ level }) => level === 'WARN').map(({ message }) => message)).toEqual([
    "Received invalid scope '' in request to adjust logging level; will default to worker",
  ])
})

function error(status: number, message: string): object {
  return { error_code: status, message }
}
