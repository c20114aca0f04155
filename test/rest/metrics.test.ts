import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { deferred, put, reach, setUp } from '../herder/set-up.ts'
import { parsePrometheusText, valueOf } from '../support/prometheus-text.ts'

let server: RestServer
let url: string
const slow = deferred()
const { herder } = setUp({
  start: (config) => (config.slow === undefined ? undefined : slow.promise),
  failAfterStart: (config) => config.id === '1',
})

beforeAll(async () => {
  const listeners = [{ scheme: 'http', host: '127.0.0.1', port: 0 }] as const
  server = createRestServer({ listeners, version: '9.8.7', commit: '0123456789abcdef' })
  const [listener] = await server.start()
  url = `http://127.0.0.1:${listener?.port ?? 0}/metrics`
})
afterAll(() => server.stop(1000))

const get = (accept?: string): Promise<Response> =>
  fetch(url, { headers: accept === undefined ? {} : { Accept: accept } })

test('until the worker has started, there is nothing to measure', async () => {
  const response = await get()
  expect(response.status).toBe(503)
  server.attach(herder)
})

test('answers in the text format of Prometheus, with what the connectors do', async () => {
  await put(herder)
  await reach(herder, 'RUNNING RUNNING FAILED')
  const response = await get()
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const families = parsePrometheusText(await response.text())
  const count = (state: string): number =>
    valueOf(families, `kafka_connect_worker_connector_${state}_task_count`, { connector: 'a' })
  expect([count('total'), count('running'), count('failed')]).toEqual([2, 1, 1])
  expect(valueOf(families, 'kafka_connect_version_info', { version: '4.3.1' })).toBe(1)
  expect(valueOf(families, 'kafka_connect_connector_status', { status: 'running' })).toBe(1)
})

test('answers while a connector takes its time to start', async () => {
  const creating = put(herder, { slow: 'yes' })
  await reach(herder, 'UNASSIGNED RUNNING FAILED')
  expect((await get()).status).toBe(200)
  slow.resolve()
  await creating
})

test.each([
  ['application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', 200],
  ['text/plain', 200],
  ['text/*', 200],
  ['application/json', 406],
])('Accept: %s is answered with %i', async (accept, status) => {
  const response = await get(accept)
  await response.arrayBuffer()
  expect(response.status).toBe(status)
})

test('nothing but reading is allowed', async () => {
  expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
})
