import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { deletionMs, endure } from './conduct.ts'
import { HostileWorker } from './hostile-worker.ts'
import { connectorHolds, deaths, namelessHolds, stopHolds, taskHolds } from './holds.ts'
import { source, task } from './hostilities.ts'

const holds = [...deaths, ...taskHolds, ...stopHolds, ...connectorHolds]

let worker: HostileWorker

beforeAll(async () => {
  worker = await HostileWorker.start('held-threads', {
    properties: {
      'task.watchdog.ms': '1000',
      // Longer than the watchdog: it is the watchdog that ends a stop which holds the thread.
      'task.shutdown.graceful.timeout.ms': '5000',
    },
  })
})
afterAll(async () => {
  await worker[Symbol.asyncDispose]()
})

describe('in the thread of a healthy pipeline', { timeout: 120_000 }, () => {
  test.each(holds.map((one) => [one.name, one] as const))('%s', async (_name, hostility) => {
    await endure(worker, hostility, worker.newName())
  })

  // Where it is not known which task holds the thread, each gets one of its own; a restart puts them together again.
  test.each(namelessHolds.map((one) => [one.name, one] as const))(
    '%s',
    async (_name, hostility) => {
      await endure(worker, hostility, worker.newName())
      await worker.restartPipeline()
    },
  )

  test('a native call that does not return fails the task, and the worker is unhealthy until its thread is gone', async () => {
    const fifo = worker.dir.file('fifo')
    execFileSync('mkfifo', [fifo])
    const before = worker.pipelineMoves()
    const name = worker.newName()
    const config = { ...task(source, 'poll', 'read'), 'task.misdeed.fifo': fifo }
    expect((await worker.put(name, config)).status).toBe(201)
    const trace = await worker.sluice.failedTrace(name)
    expect(trace).toMatch(/ended with its thread: .* It was in poll of com\.example\.Hostile/)
    const thread = /The thread (task-thread-\d+) was ended/.exec(trace)?.[1] ?? ''
    const message = `Threads that were ended do not end, because a plugin's native call holds them: ${thread}. The worker goes on without them; start it again to be rid of them.`
    const unhealthy = JSON.stringify({ status: 'unhealthy', message })
    await waitFor(
      'the worker to be unhealthy',
      async () => (await worker.health()).text === unhealthy,
    )
    expect((await worker.health()).status).toBe(500)
    await worker.settled()
    expect(await worker.delete(name)).toBeLessThan(deletionMs)
    const after = worker.pipelineMoves()
    expect([after.source - before.source, after.sink - before.sink]).toEqual([1, 1])
    await writeFile(fifo, 'x')
    await waitFor(
      'the worker to be healthy again',
      async () => (await worker.health()).status === 200,
    )
    const logged = `The thread ${thread} is gone at last.`
    await waitFor('the log to say so', () => worker.newLog().includes(logged))
    const { '/health': statuses, ...others } = await worker.takeDamage('a native call in poll')
    expect(statuses).toEqual([200, 500])
    expect(new Set(Object.values(others).flat())).toEqual(new Set([200]))
  })

  test('the healthy pipeline has lost nothing, and repeated only what was not committed at its moves', async () => {
    await worker.report()
    expect(worker.sluice.process.isRunning).toBe(true)
    await worker.pipeline.expectWhole(worker.pipelineMoves())
  })
})
