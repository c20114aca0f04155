import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { setLogSink } from '../../src/util/logger.ts'
import { config, setUp, signal } from './set-up.ts'

const names = ['a', 'b'] as const

const kinds = [
  'put',
  'pause',
  'resume',
  'stop',
  'restart',
  'restartTask',
  'reconfigure',
  'delete',
] as const

/** Sent `afterMs` after the one before, whether that is answered or not. */
interface Request {
  readonly what: (typeof kinds)[number]
  readonly name: string
  readonly tasks: number
  readonly afterMs: number
}

const requests: fc.Arbitrary<Request[]> = fc.array(
  fc.record({
    what: fc.constantFrom(...kinds),
    name: fc.constantFrom(...names),
    tasks: fc.integer({ min: 1, max: 3 }),
    afterMs: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 25 },
)

type Setup = ReturnType<typeof setUp>

function send({ herder, worker }: Setup, { what, name, tasks }: Request): Promise<unknown> {
  switch (what) {
    case 'put':
      return herder.putConnectorConfig(
        name,
        config({ name, 'tasks.max': String(tasks) }),
        { allowReplace: true },
        signal,
      )
    case 'pause':
      return herder.pauseConnector(name, signal)
    case 'resume':
      return herder.resumeConnector(name, signal)
    case 'stop':
      return herder.stopConnector(name, signal)
    case 'restart':
      return herder.restartConnector(
        { connector: name, includeTasks: tasks > 1, onlyFailed: tasks > 2 },
        signal,
      )
    case 'restartTask':
      return herder.restartTask({ connector: name, task: tasks - 1 }, signal)
    case 'reconfigure':
      worker.listener.taskReconfigurationRequested(name)
      return Promise.resolve()
    case 'delete':
      return herder.deleteConnector(name, signal)
  }
}

/** What a request may be refused with: its connector or task is not there, or a later request has overtaken it. */
const expected =
  /not found|Unknown connector|No connector|recognizable type|has overtaken|was deleted meanwhile/

test('whatever is asked in whatever order, every request is answered and the last word holds', async () => {
  setLogSink(() => undefined)
  await fc.assert(
    fc.asyncProperty(requests, fc.integer({ min: 0, max: 4 }), async (asked, paceMs) => {
      const setup = setUp()
      const { herder, worker } = setup
      let calls = 0
      worker.pace = () => setTimeout(++calls % (paceMs + 1))
      const answers: Promise<string>[] = []
      const ask = (request: Request): void => {
        answers.push(send(setup, request).then(() => '', String))
      }
      for (const request of asked) {
        await setTimeout(request.afterMs)
        ask(request)
      }
      // Requests that overlap have no order; one that follows an answer has.
      await Promise.all(answers)
      for (const name of names) ask({ what: 'put', name, tasks: 2, afterMs: 0 })
      await Promise.all(answers)
      for (const name of names) ask({ what: 'resume', name, tasks: 2, afterMs: 0 })
      const refused = (await Promise.all(answers)).filter((answer) => answer !== '')
      expect(refused.filter((answer) => !expected.test(answer))).toEqual([])
      for (const name of names) {
        await vi.waitFor(() => {
          const { connector, tasks } = herder.connectorStatus(name)
          const states = [connector, ...tasks].map(({ state }) => state)
          expect(states).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
        })
      }
      expect([...worker.tasks.keys()].sort()).toEqual(['a-0', 'a-1', 'b-0', 'b-1'])
      expect(worker.violations).toEqual([])
    }),
    { numRuns: 60 },
  )
}, 60_000)
