import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { behaving, buildThreadEntry, openWorker, sourceConfig } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

let built: ThreadEntry
beforeAll(async () => {
  built = await buildThreadEntry()
})
afterAll(() => built.remove())

const waitLong = { timeout: 15_000 }

const id = (connector: string, task = 0) => ({ connector, task })

describe('the death of a task thread', () => {
  test.each([
    ['grow', 'ran out of memory: its heap may hold 64 MB'],
    ['kill', 'ended with exit code 3'],
  ])(
    '(%s) fails its tasks with the reason; others go on, and the next start uses a new thread',
    async (behave, reason) => {
      await using open = await openWorker(built, { threads: 2 })
      const { worker, events, errors } = open
      await worker.startTask(id('good'), sourceConfig, behaving('well'), 'STARTED')
      await worker.startTask(id('bad'), sourceConfig, behaving(behave), 'STARTED')
      await expect.poll(() => events).toContain('task bad-0 FAILED')
      expect(errors.get('task bad-0')?.trace).toContain(
        'org.apache.kafka.connect.errors.ConnectException: Task bad-0 ended with its thread: The thread task-thread-2',
      )
      expect(errors.get('task bad-0')?.trace).toContain(reason)
      const before = worker.taskCounters(id('good'))?.get('polled') ?? 0
      await expect
        .poll(() => worker.taskCounters(id('good'))?.get('polled'))
        .toBeGreaterThan(before)
      await worker.startTask(id('bad'), sourceConfig, behaving('well'), 'STARTED')
      expect(events.at(-1)).toBe('task bad-0 RUNNING')
    },
  )

  test('moves a task that was starting beside it, whose start is answered when it is done', async () => {
    await using open = await openWorker(built, { threads: 1 })
    const { worker } = open
    const waiting = worker.startTask(id('w'), sourceConfig, behaving('startWaits'), 'STARTED')
    await worker.startTask(id('bad'), sourceConfig, behaving('kill'), 'STARTED')
    await waiting
    expect(open.events).toEqual(['task bad-0 RUNNING', 'task bad-0 FAILED', 'task w-0 RUNNING'])
  })

  test('fails the one whose call it was in; its neighbours go on from their last offsets elsewhere', async () => {
    await using open = await openWorker(built, { threads: 1 })
    const { worker, events, errors } = open
    await worker.startTask(id('good'), sourceConfig, behaving('known'), 'STARTED')
    await worker.startTask(id('paused'), sourceConfig, behaving('well'), 'PAUSED')
    await worker.startTask(id('bad'), sourceConfig, behaving('kill'), 'STARTED')
    await expect.poll(() => events).toContain('task bad-0 FAILED')
    expect(errors.get('task bad-0')?.trace).toContain(
      'The thread task-thread-1 ended with exit code 3. It was in poll of UnrulySource.',
    )
    await expect
      .poll(() => events.slice(4).sort())
      .toEqual(['task good-0 RUNNING', 'task paused-0 PAUSED'])
    expect(worker.taskCounters(id('good'))).not.toBeNull()
    expect(open.cleaned).toEqual(['good-0 [{"groupId":"g","memberId":"m"}]'])
    await worker.stopTasks([id('good')])
    expect(open.offsets.get('good')).toHaveLength(1)
  })

  test('of a heap that is full fails nobody for the call it was in: who filled it shows on a thread of its own', async () => {
    await using open = await openWorker(built, { threads: 1 })
    const { worker, events, errors } = open
    await worker.startTask(id('a'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('b'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('bad'), sourceConfig, behaving('grow'), 'STARTED')
    await expect.poll(() => events, waitLong).toContain('task bad-0 FAILED')
    expect(errors.get('task bad-0')?.trace).toContain('its heap may hold 64 MB')
    expect(events.filter((event) => event === 'task bad-0 RUNNING')).toHaveLength(2)
    expect(events.filter((event) => event.includes('FAILED'))).toEqual(['task bad-0 FAILED'])
    expect(worker.taskFacts(id('a'))?.thread.name).not.toBe(worker.taskFacts(id('b'))?.thread.name)
  })

  test('in no call at all gives each task a thread of its own, and the next time its task has failed', async () => {
    await using open = await openWorker(built, { threads: 1 })
    const { worker, events, errors } = open
    await worker.startTask(id('a'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('b'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('bad'), sourceConfig, behaving('killLater'), 'STARTED')
    await expect.poll(() => events).toContain('task bad-0 FAILED')
    expect(errors.get('task bad-0')?.trace).toContain('ended with exit code 3')
    expect(events.filter((event) => event.includes('FAILED'))).toEqual(['task bad-0 FAILED'])
    expect(worker.taskFacts(id('a'))?.thread.name).not.toBe(worker.taskFacts(id('b'))?.thread.name)
  })
})

describe('a task has a thread of its own', () => {
  test.each([
    ['task.isolation', 'thread', '64 MB'],
    ['task.heap.mb', '32', '32 MB'],
  ])('where its connector says %s=%s, with a heap of that size', async (key, value, limit) => {
    await using open = await openWorker(built, { threads: 1 })
    const { worker, events, errors } = open
    const isolated = { ...sourceConfig, [key]: value }
    await worker.startTask(id('good'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('other'), isolated, behaving('well'), 'STARTED')
    await worker.startTask(id('bad'), isolated, behaving('grow'), 'STARTED')
    const threads = ['good', 'other', 'bad'].map((name) => worker.taskFacts(id(name))?.thread.name)
    expect(new Set(threads).size).toBe(3)
    await expect.poll(() => events, waitLong).toContain('task bad-0 FAILED')
    expect(errors.get('task bad-0')?.trace).toContain(`its heap may hold ${limit}`)
    expect(events.filter((event) => event.includes('RUNNING'))).toHaveLength(3)
  })

  test('and a connector that asks for another kind is refused', async () => {
    await using open = await openWorker(built)
    const config = { ...sourceConfig, 'task.isolation': 'process' }
    await expect(open.worker.startConnector('c', config, 'STARTED')).rejects.toThrow(
      /Invalid value process for configuration task\.isolation/,
    )
  })
})

describe('a thread that does not turn', () => {
  test.each([
    ['spin', 'It was in poll of UnrulySource.'],
    ['microtasks', 'task.watchdog.ms is 1000.'],
    ['stopSpins', null],
  ])(
    '(%s) is ended: the task that held it has failed, the other goes on',
    async (behave, cause) => {
      await using open = await openWorker(built, { threads: 1, watchdogMs: 1000, graceMs: 200 })
      const { worker, events, errors } = open
      await worker.startTask(id('good'), sourceConfig, behaving('well'), 'STARTED')
      await worker.startTask(id('bad'), sourceConfig, behaving(behave), 'STARTED')
      if (cause === null) await worker.stopTasks([id('bad')])
      else {
        await expect.poll(() => events, waitLong).toContain('task bad-0 FAILED')
        expect(errors.get('task bad-0')?.trace).toMatch(
          /its event loop had stood still for 1\d\d\d ms, and task.watchdog.ms is 1000/,
        )
        expect(errors.get('task bad-0')?.trace).toContain(cause)
      }
      await expect
        .poll(() => events.filter((event) => event === 'task good-0 RUNNING').length, waitLong)
        .toBeGreaterThan(1)
      expect(events).not.toContain('task good-0 FAILED')
    },
    20_000,
  )
})

test('a thread in a native call that does not end is reported by name; its tasks go on elsewhere', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'fifo-'))
  const fifo = path.join(folder, 'fifo')
  execFileSync('mkfifo', [fifo])
  await using open = await openWorker(built, { threads: 1, watchdogMs: 1000 })
  const { worker, events, lines } = open
  try {
    await worker.startTask(id('good'), sourceConfig, behaving('well'), 'STARTED')
    const blocking = { ...behaving('block'), fifo }
    await worker.startTask(id('bad'), sourceConfig, blocking, 'STARTED')
    await expect.poll(() => events, waitLong).toContain('task bad-0 FAILED')
    await expect.poll(() => worker.stuckThreads(), waitLong).toEqual(['task-thread-1'])
    expect(lines.join('\n')).toContain('The thread task-thread-1 does not end')
    await expect.poll(() => events.at(-1)).toBe('task good-0 RUNNING')
    await worker.startTask(id('bad'), sourceConfig, behaving('well'), 'STARTED')
  } finally {
    closeSync(openSync(fifo, 'w'))
  }
  await expect.poll(() => worker.stuckThreads()).toEqual([])
}, 20_000)
