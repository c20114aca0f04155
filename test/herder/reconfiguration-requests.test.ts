import { expect, test } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import { put, reach, setUp, signal } from './set-up.ts'

const asked = (calls: readonly string[]): number =>
  calls.filter((call) => call === 'taskConfigs a').length

test('many requests for other tasks are answered by one turn, and one more for those that came meanwhile', async () => {
  let tasks = 1
  const { herder, worker } = setUp({
    taskConfigs: (config) => Array.from({ length: tasks }, () => config),
  })
  await put(herder)
  await reach(herder, 'RUNNING RUNNING')
  const before = asked(worker.calls)
  tasks = 2
  for (let i = 0; i < 1000; i++) worker.listener.taskReconfigurationRequested('a')
  await reach(herder, 'RUNNING RUNNING RUNNING')
  await delay(300)
  expect(asked(worker.calls) - before).toBeLessThanOrEqual(2)
})

test('a connector that asks for other tasks whenever it is asked for them can be paused and stopped', async () => {
  let again: () => void = () => undefined
  const { herder, worker } = setUp({
    taskConfigs: (config) => {
      again()
      return [config]
    },
  })
  again = () => worker.listener.taskReconfigurationRequested('a')
  await put(herder)
  await reach(herder, 'RUNNING RUNNING')
  await delay(500)
  expect(asked(worker.calls)).toBeLessThan(10)
  await herder.pauseConnector('a', signal)
  await reach(herder, 'PAUSED PAUSED')
  await herder.stopConnector('a', signal)
  await reach(herder, 'STOPPED')
})

test('requests that fail are tried again once, not once each', async () => {
  let failing = false
  const { herder, worker } = setUp({
    taskConfigs: (config) => {
      if (failing) throw new Error('database is away')
      return [config]
    },
  })
  await put(herder)
  failing = true
  const before = asked(worker.calls)
  for (let i = 0; i < 5; i++) {
    worker.listener.taskReconfigurationRequested('a')
    await delay(120)
  }
  await delay(600)
  expect(asked(worker.calls) - before).toBeLessThan(10)
})
