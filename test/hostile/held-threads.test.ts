import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endure } from './conduct.ts'
import { HostileWorker } from './hostile-worker.ts'
import { connectorHolds, deaths, namelessHolds, stopHolds, taskHolds } from './holds.ts'

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

  test('the healthy pipeline has lost nothing, and repeated only what was not committed at its moves', async () => {
    await worker.report()
    expect(worker.sluice.process.isRunning).toBe(true)
    await worker.pipeline.expectWhole(worker.pipelineMoves())
  })
})
