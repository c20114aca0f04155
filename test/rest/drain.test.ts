import { afterEach, expect, test } from 'vitest'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import type { Herder } from '../../src/herder/herder.ts'
import { noWork } from '../../src/herder/distributed/work.ts'
import { running, stopAll } from '../herder/distributed/set-up.ts'
import { setUp } from '../herder/set-up.ts'

const anyPort = { scheme: 'http' as const, host: '127.0.0.1', port: 0 }
const servers: RestServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(1000)))
  await stopAll()
})

async function ask(herder: Herder) {
  const server = createRestServer({
    listeners: [anyPort],
    version: '0.0.0',
    commit: '0123456789abcdef',
  })
  servers.push(server)
  const [listener] = await server.start()
  server.attach(herder)
  return async (method: string): Promise<unknown[]> => {
    const response = await fetch(`http://127.0.0.1:${listener?.port ?? 0}/admin/drain`, { method })
    return [response.status, await response.json()]
  }
}

test('/admin/drain gives what a worker of a cluster runs to others, tells what is left, and can be undone', async () => {
  const { herder, group } = await running()
  const call = await ask(herder)
  const all = { connectors: ['a'], tasks: [0, 1].map((task) => ({ connector: 'a', task })) }
  expect(await call('GET')).toMatchObject([200, { state: 'active', ...all }])
  expect(await call('POST')).toMatchObject([202, { state: 'draining', ...all }])
  group.revoke(all)
  group.assign({ work: noWork })
  await expect
    .poll(() => call('GET'), { timeout: 30_000 })
    .toMatchObject([200, { state: 'drained', ...noWork }])
  expect(await call('DELETE')).toMatchObject([202, { state: 'active' }])
})

test.each(['GET', 'POST', 'DELETE'])(
  '%s /admin/drain of a worker that stands alone is 404, and says what to do',
  async (method) => {
    const call = await ask(setUp({}).herder)
    const message = expect.stringContaining('stands alone and cannot be drained') as string
    expect(await call(method)).toEqual([404, { error_code: 404, message }])
  },
)
