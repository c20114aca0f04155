import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judgeTask } from '../../src/herder/health-verdict.ts'
import { behaving, buildThreadEntry, openWorker, sourceConfig } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

let built: ThreadEntry
beforeAll(async () => {
  built = await buildThreadEntry()
})
afterAll(() => built.remove())

const id = { connector: 'c', task: 0 }
const running = { state: 'RUNNING', worker_id: 'w', version: null } as const

describe('of a task in a real thread', () => {
  test('that holds its event loop, it is told who holds it, and since when', async () => {
    await using open = await openWorker(built, { graceMs: 500 })
    const { worker } = open
    await worker.startTask(id, sourceConfig, behaving('spin'), 'STARTED')
    const held = { of: 'task c-0', stage: 'poll' }
    await expect.poll(() => worker.taskFacts(id)?.thread.running).toEqual(held)
    const facts = worker.taskFacts(id)
    const turnedAt = facts?.thread.turnedAt ?? 0
    expect(turnedAt).toBeGreaterThan(0)
    await expect
      .poll(() => worker.taskFacts(id)?.thread.lateMs, { timeout: 5000 })
      .toBeGreaterThan(200)
    const verdict = judgeTask('source', running, worker.taskFacts(id), {
      now: Date.now(),
      stalledMs: 200,
    })
    expect(verdict).toMatchObject({ status: 'unhealthy', stalled: { stage: 'poll' } })
    expect(verdict.reason).toContain('is held by its own poll since')
    expect(open.events).toEqual(['task c-0 RUNNING'])
  })

  test('that waits in poll for ever, it is told that, and that is healthy', async () => {
    await using open = await openWorker(built, { graceMs: 500 })
    const { worker } = open
    await worker.startTask(id, sourceConfig, behaving('wait'), 'STARTED')
    await expect.poll(() => worker.taskFacts(id)?.counters.polled).toBe(2)
    await expect.poll(() => worker.taskFacts(id)?.counters.callSince).toBeGreaterThan(0)
    const hour = { now: Date.now() + 1000, stalledMs: 200 }
    expect(judgeTask('source', running, worker.taskFacts(id), hour).status).toBe('healthy')
  })

  test('that is not there, nothing is told', async () => {
    await using open = await openWorker(built)
    expect(open.worker.taskFacts(id)).toBeNull()
    expect(open.worker.connectorFacts('c')).toBeNull()
  })
})
