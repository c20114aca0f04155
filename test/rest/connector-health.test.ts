import { afterAll, beforeAll, expect, test } from 'vitest'
import { TaskCounters } from '../../src/messages/counters.ts'
import { taskStages } from '../../src/messages/stages.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { put, reach, setUp } from '../herder/set-up.ts'

let server: RestServer
let url: string
const { herder, worker } = setUp({ type: 'sink' })

beforeAll(async () => {
  const listeners = [{ scheme: 'http', host: '127.0.0.1', port: 0 }] as const
  server = createRestServer({ listeners, version: '9.8.7', commit: '0123456789abcdef' })
  const [listener] = await server.start()
  url = `http://127.0.0.1:${listener?.port ?? 0}/connectors`
  server.attach(herder)
  await put(herder)
  await reach(herder, 'RUNNING RUNNING RUNNING')
})
afterAll(() => server.stop(1000))

async function get(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/${path}`)
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
  }
}

const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string
const age = expect.any(Number) as number
const well = { healthy: true, status: 'healthy', reason: null, stalled: null, call: null }
const running = { state: 'RUNNING', worker_id: 'host:8083', ...well }
const nothingYet = {
  ...{ last_record: null, last_poll: null, last_put: null },
  ...{ last_commit: null, last_error: null, lag: null },
}

test('a connector that does its work is healthy', async () => {
  const taskThread = { name: 'task-thread-1', late_ms: 0 }
  expect(await get('a/health')).toEqual({
    status: 200,
    body: {
      name: 'a',
      type: 'sink',
      healthy: true,
      status: 'healthy',
      reason: null,
      checked_at: iso,
      connector: { ...running, thread: { name: 'connector-thread-1', late_ms: 0 } },
      tasks: [0, 1].map((id) => ({ id, ...running, thread: taskThread, ...nothingYet })),
      restarts: {
        ...{ policy: 'none', count: 0, attempts_in_window: 0, max_attempts: 10 },
        ...{ window_ms: 3_600_000, last: null, next: null, history: [] },
      },
    },
  })
})

test('one that hangs says in what, while Java’s status says RUNNING; probes are told by the status code', async () => {
  const counters = new TaskCounters()
  const hungAt = Date.now() - 40_000
  counters.set('callStage', taskStages.indexOf('put'))
  counters.set('callSince', hungAt)
  counters.set('lastPutAt', hungAt)
  counters.setLag(9, 9, false)
  worker.counters.set('a-1', counters)
  const at = new Date(hungAt).toISOString()
  const reason = `Its put was called and has not returned since ${at}.`
  const { status, body } = await get('a/health')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    healthy: false,
    status: 'unhealthy',
    reason: `Task 1: ${reason}`,
    tasks: [
      { id: 0, healthy: true },
      {
        id: 1,
        state: 'RUNNING',
        healthy: false,
        reason,
        stalled: { at, age_ms: age, stage: 'put' },
        call: { at, age_ms: age, stage: 'put' },
        last_put: { at, age_ms: age },
        lag: { at: iso, age_ms: age, value: 9, unit: 'records' },
      },
    ],
  })
  expect((await get('a/status')).body).toMatchObject({ tasks: [{}, { state: 'RUNNING' }] })
  expect((await get('a/health?fail=false')).status).toBe(200)
  const probed = await get('a/health?fail=true')
  expect([probed.status, probed.body.healthy]).toEqual([503, false])
  worker.counters.delete('a-1')
  expect((await get('a/health?fail=true')).status).toBe(200)
})

test('one that is not there is not found', async () => {
  expect(await get('none/health')).toEqual({
    status: 404,
    body: { error_code: 404, message: 'Connector none not found' },
  })
})
