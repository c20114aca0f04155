import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import { endure, expectAnswered } from './conduct.ts'
import { HostileWorker } from './hostile-worker.ts'
import { exits, strayErrors } from './hostilities.ts'

let worker: HostileWorker

beforeAll(async () => {
  worker = await HostileWorker.start('stray-errors')
})
afterAll(async () => {
  await worker[Symbol.asyncDispose]()
})

describe('beside a healthy pipeline in the same thread', { timeout: 120_000 }, () => {
  test('a second without any misdeed, to compare with', async () => {
    await worker.takeDamage('(the start of the worker)')
    await delay(1000)
    expectAnswered(await worker.takeDamage('(nothing)'))
  })

  test.each([...exits, ...strayErrors].map((hostility) => [hostility.name, hostility] as const))(
    '%s',
    async (_name, hostility) => {
      await endure(worker, hostility, worker.newName())
    },
  )

  test('the healthy pipeline has lost nothing, repeated nothing and never moved', async () => {
    await worker.report()
    expect(worker.pipelineMoves()).toEqual({ source: 0, sink: 0 })
    await worker.pipeline.expectWhole(worker.pipelineMoves())
  })
})
