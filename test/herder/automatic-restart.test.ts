import { describe, expect, test, vi } from 'vitest'
import type { FakePlugin } from '../support/fake-worker.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { put, reach, rejection, setUp, signal } from './set-up.ts'

const policy = { 'errors.restart.policy': 'on-failure', 'errors.restart.backoff.ms': '1000' }
const error = (retriable = false) => ({
  javaName: 'Oops',
  message: 'no disk',
  trace: 'com.example.Oops: no disk\n\tat x\n',
  retriable,
})

async function started(plugin: Partial<FakePlugin> = {}) {
  const clock = new FakeClock()
  const { herder, worker } = setUp(plugin, undefined, clock)
  await put(herder, policy)
  await reach(herder, 'RUNNING RUNNING RUNNING')
  const failTask = (task: number) =>
    worker.listener.taskStatus({ connector: 'a', task }, 'FAILED', error())
  return { clock, herder, worker, failTask }
}

describe('with errors.restart.policy', () => {
  test('a failed task stays FAILED until it is restarted, and health says when', async () => {
    const { clock, herder, failTask } = await started()
    failTask(1)
    const { state, trace } = herder.taskStatus({ connector: 'a', task: 1 })
    expect([state, trace]).toEqual(['FAILED', error().trace])
    const health = herder.connectorHealth('a')
    const at = health.restarts?.next?.at ?? ''
    expect(health.restarts).toMatchObject({
      policy: 'on-failure',
      count: 0,
      next: { what: ['task 1'] },
    })
    expect(health.tasks[1]?.reason).toBe(
      `It has failed: com.example.Oops: no disk (to be restarted at ${at})`,
    )
    expect(health.tasks[0]?.reason).toBeNull()
    await clock.advance(1000)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(herder.connectorHealth('a')).toMatchObject({
      healthy: true,
      restarts: { count: 1, next: null, last: { reason: 'task 1: com.example.Oops: no disk' } },
    })
  })

  test('the restarts of each connector are counted for a scrape', async () => {
    const { clock, herder, failTask } = await started()
    const counted = async () => {
      const families = await herder.metrics()
      return families.find(({ name }) => name === 'sluice_connector_automatic_restarts_total')
    }
    const labels = { connector: 'a' }
    expect((await counted())?.samples).toEqual([{ labels, value: 0 }])
    failTask(0)
    failTask(1)
    await clock.advance(1000)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(await counted()).toMatchObject({ type: 'counter', samples: [{ labels, value: 1 }] })
  })

  test('a connector that could not start is restarted, and gets its tasks', async () => {
    let broken = true
    const clock = new FakeClock()
    const start = () => {
      if (broken) throw new Error('no such host')
    }
    const { herder } = setUp({ start }, undefined, clock)
    await rejection(put(herder, policy))
    await reach(herder, 'FAILED')
    broken = false
    await clock.advance(1000)
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })

  test.each(['pause', 'stop', 'delete'] as const)('a %s calls the restart off', async (what) => {
    const { clock, herder, worker, failTask } = await started()
    failTask(1)
    if (what === 'pause') await herder.pauseConnector('a', signal)
    else if (what === 'stop') await herder.stopConnector('a', signal)
    else await herder.deleteConnector('a', signal)
    await vi.waitFor(() => expect(clock.waiting).toBe(0))
    const calls = worker.calls.filter((call) => call.startsWith('start'))
    await clock.advance(100_000)
    expect(worker.calls.filter((call) => call.startsWith('start'))).toEqual(calls)
  })

  test('a restart by request comes first, and calls the other off', async () => {
    const { clock, herder, worker, failTask } = await started()
    failTask(1)
    await herder.restartTask({ connector: 'a', task: 1 }, signal)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    await clock.advance(100_000)
    expect(worker.calls.filter((call) => call === 'start a-1')).toHaveLength(2)
    expect(herder.connectorHealth('a').restarts).toMatchObject({ count: 0, next: null })
  })

  test('the end of the worker calls it off', async () => {
    const { clock, herder, failTask } = await started()
    failTask(1)
    await herder.stop(signal)
    expect(clock.waiting).toBe(0)
  })
})

test('without it nothing is restarted, as in Java', async () => {
  const clock = new FakeClock()
  const { herder, worker } = setUp({}, undefined, clock)
  await put(herder)
  await reach(herder, 'RUNNING RUNNING RUNNING')
  worker.listener.taskStatus({ connector: 'a', task: 0 }, 'FAILED', error(true))
  expect(clock.waiting).toBe(0)
  expect(herder.connectorHealth('a').restarts).toMatchObject({ policy: 'none', next: null })
})
