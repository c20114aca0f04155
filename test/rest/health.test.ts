import { expect, test } from 'vitest'
import { StandaloneHerder } from '../../src/herder/standalone/standalone-herder.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { FakeWorker } from '../support/fake-worker.ts'

test('GET /health tells the start, the work and what keeps the worker from it by status and sentence', async () => {
  setLogSink(() => undefined)
  let problem: string | null = null
  const herder = new StandaloneHerder({
    worker: (listener) => new FakeWorker([], listener),
    resolver: { resolve: (config) => config },
    workerId: 'host:8083',
    workerConfig: {},
    stalledMs: 30_000,
    problem: () => problem,
    topicTracking: { enabled: true, resettable: true },
  })
  const server = createRestServer({
    listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }],
    version: '0.0.0',
    commit: '0123456789abcdef',
  })
  const [listener] = await server.start()
  server.attach(herder)
  const health = async (): Promise<unknown[]> => {
    const response = await fetch(`http://127.0.0.1:${listener?.port ?? 0}/health`)
    return [response.status, await response.json()]
  }
  const starting = { status: 'starting', message: 'Worker is still starting up.' }
  const healthy = {
    status: 'healthy',
    message: 'Worker has completed startup and is ready to handle requests.',
  }
  expect(await health()).toEqual([503, starting])
  herder.markReady()
  expect(await health()).toEqual([200, healthy])
  problem = 'Topic connect-offsets can no longer be read: gone'
  expect(await health()).toEqual([500, { status: 'unhealthy', message: problem }])
  problem = null
  expect(await health()).toEqual([200, healthy])
  await server.stop(1000)
})
