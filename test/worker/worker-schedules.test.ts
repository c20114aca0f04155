import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import { behaving, buildThreadEntry, openWorker, sourceConfig } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

let built: ThreadEntry
beforeAll(async () => {
  built = await buildThreadEntry()
})
afterAll(() => built.remove())

const command = fc.record({
  what: fc.constantFrom('start', 'startAndKill', 'startAndThrow', 'stop', 'pause', 'resume'),
  connector: fc.constantFrom('a', 'b', 'c'),
  waitMs: fc.constantFrom(0, 0, 0, 5, 30),
})
const behaviours: Record<string, string> = { startAndKill: 'kill', startAndThrow: 'throw' }

/** What may follow what in the statuses of one task; `start` marks a call of `startTask`. */
function checkStatuses(events: readonly string[]): void {
  let alive = false
  let starts = 0
  for (const event of events) {
    if (event === 'start') starts++
    else {
      if (!alive) expect(starts, `${event} in ${events.join()}`).toBeGreaterThan(0)
      alive = event === 'RUNNING' || event === 'PAUSED'
      starts = alive ? 0 : starts
    }
  }
  expect(alive, events.join()).toBe(false)
}

test(
  'whatever is asked of tasks at once, every call ends, statuses make sense, and the end is quiet',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (plan) => {
        await using open = await openWorker(built, { threads: 2 })
        const { worker, events } = open
        const calls: Promise<unknown>[] = []
        for (const { what, connector, waitMs } of plan) {
          const id = { connector, task: 0 }
          if (what === 'stop') calls.push(worker.stopTasks([id]))
          else if (what === 'pause') calls.push(worker.setTaskState(id, 'PAUSED').catch(String))
          else if (what === 'resume') calls.push(worker.setTaskState(id, 'STARTED').catch(String))
          else {
            events.push(`task ${connector}-0 start`)
            const config = behaving(behaviours[what] ?? 'well')
            calls.push(worker.startTask(id, sourceConfig, config, 'STARTED').catch(String))
          }
          if (waitMs > 0) await delay(waitMs)
        }
        await Promise.all(calls)
        const ids = ['a', 'b', 'c'].map((connector) => ({ connector, task: 0 }))
        await worker.stopTasks(ids)
        const settled = events.length
        for (const id of ids) {
          expect(worker.taskCounters(id)).toBeNull()
          const subject = `task ${id.connector}-0 `
          const own = events.filter((event) => event.startsWith(subject))
          checkStatuses(own.map((event) => event.slice(subject.length)))
        }
        await delay(20)
        expect(events).toHaveLength(settled)
      }),
      { numRuns: 15 },
    )
  },
)

const connectorCommand = fc.record({
  what: fc.constantFrom('start', 'start', 'kill', 'stop', 'PAUSED', 'STARTED', 'STOPPED', 'ask'),
  name: fc.constantFrom('a', 'b', 'c'),
  waitMs: fc.constantFrom(0, 0, 0, 5, 30),
})
/** Threads that die one soon after another are replaced ever later: two deaths keep the test short. */
const connectorPlan = fc
  .array(connectorCommand, { minLength: 5, maxLength: 25 })
  .filter((plan) => plan.filter(({ what }) => what === 'kill').length <= 2)

const stoppedWhileStarting = ['start a', 'kill b', 'start a', 'STOPPED a', 'stop a', 'start a'].map(
  (text) => {
    const [what = '', name = ''] = text.split(' ')
    return { what, name, waitMs: text === 'start a' ? 5 : 0 }
  },
)

test(
  'whatever is asked of connectors at once, every call ends, none is lost with its thread, and the end is quiet',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(connectorPlan, async (plan) => {
        await using open = await openWorker(built)
        const { worker, events } = open
        const { signal } = new AbortController()
        const calls: Promise<unknown>[] = []
        const start = (name: string, behave: string): Promise<unknown> => {
          const config = { ...sourceConfig, 'connector.behave': behave }
          return worker.startConnector(name, config, 'STARTED').catch(String)
        }
        await start('steady', 'well')
        for (const { what, name, waitMs } of plan) {
          if (what === 'start') calls.push(start(name, 'well'))
          else if (what === 'kill') calls.push(start(name, 'dieOnStart'))
          else if (what === 'stop') calls.push(worker.stopConnector(name))
          else if (what === 'ask') calls.push(worker.taskConfigs(name, 1, signal).catch(String))
          else calls.push(worker.setConnectorState(name, what).catch(String))
          if (waitMs > 0) await delay(waitMs)
        }
        await Promise.all(calls)
        // No command was for this one: it came through every death.
        expect(events).not.toContain('connector steady FAILED')
        expect(await worker.taskConfigs('steady', 1, signal)).toHaveLength(1)
        const names = ['a', 'b', 'c', 'steady']
        await Promise.all(names.map((name) => worker.stopConnector(name)))
        const settled = events.length
        for (const name of names) {
          const last = events.findLast((event) => event.startsWith(`connector ${name} `))
          expect([undefined, `connector ${name} UNASSIGNED`]).toContain(last)
          await expect(worker.taskConfigs(name, 1, signal)).rejects.toThrow('not found')
        }
        await delay(20)
        expect(events).toHaveLength(settled)
      }),
      // Seen to fail once: a state asked for while its connector was being stopped.
      { numRuns: 10, examples: [[stoppedWhileStarting]] },
    )
  },
)
