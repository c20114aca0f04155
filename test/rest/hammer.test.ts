import fc from 'fast-check'
import { afterAll, beforeAll, test } from 'vitest'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { setUp } from '../herder/set-up.ts'
import { expectTruth, hammer, hammerActions, hammerNames } from '../support/hammer.ts'
import type { Hammered } from '../support/hammer.ts'

let server: RestServer
let hammered: Hammered

beforeAll(async () => {
  setLogSink(() => undefined)
  server = createRestServer({
    listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }],
    version: '0.0.0',
    commit: '0123456789abcdef',
  })
  const [listener] = await server.start()
  const { herder } = setUp({})
  server.attach(herder)
  herder.markReady()
  const config = (name: string): Record<string, string> => ({
    ...{ 'connector.class': 'Numbers', 'tasks.max': '2' },
    name,
  })
  hammered = { port: listener?.port ?? 0, config }
})
afterAll(() => server.stop(1000))

const call = fc.record({
  name: fc.constantFrom(...hammerNames),
  action: fc.constantFrom(...hammerActions),
})

// The seed is printed where it fails.
test('a hundred calls at once, of any kind and order, leave nothing hanging and the status true', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 100, maxLength: 100 }), async (calls) => {
      await hammer(hammered, calls)
      await expectTruth(hammered)
    }),
    { numRuns: 15, interruptAfterTimeLimit: 20_000, endOnFailure: true },
  )
})
