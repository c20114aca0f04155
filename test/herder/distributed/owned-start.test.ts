import { afterEach, describe, expect, test } from 'vitest'
import {
  callsSince,
  configOf,
  eventually,
  give,
  reach,
  running,
  signal,
  stopAll,
  workOf,
} from './set-up.ts'

afterEach(stopAll)

const first = { connector: 'a', task: 0 }

describe('a task', () => {
  test('that fails in its start has the version that it would run with', async () => {
    let fails = false
    const scene = await running({
      startTask: () => {
        if (fails) throw new Error('It does not start.')
      },
    })
    fails = true
    await give(scene, { work: workOf('a', 'a-1') })
    scene.group.revoke(workOf('a-0'))
    await reach(scene, 'RUNNING UNASSIGNED RUNNING')
    await give(scene, { work: workOf('a', 'a-0', 'a-1') })
    await reach(scene, 'RUNNING FAILED RUNNING')
    expect(scene.herder.taskStatus(first).version).toBe('1.2')
  })

  test("starts with its connector's newest configuration, which restarts none that runs", async () => {
    const scene = await running()
    // Its connector is another worker's, which has not made tasks of the new configuration yet.
    await give(scene, { work: workOf('a-0', 'a-1') })
    const from = scene.worker.calls.length
    const config = configOf('a', { 'value.converter': 'Newest' })
    await scene.configs.write({ kind: 'connector', connector: 'a', config })
    await scene.herder.restartTask(first, signal)
    expect(callsSince(scene, from)).toEqual(['stop a-0', 'start a-0'])
    const startedWith = (task: string): unknown =>
      scene.worker.tasks.get(task)?.connectorConfig?.['value.converter']
    expect(startedWith('a-0')).toBe('Newest')
    expect(startedWith('a-1')).toBeUndefined()
  })

  test.each([
    ['fails when it starts', {}, 'FAILED'],
    ['starts', { 'tasks.max.enforce': 'false' }, 'RUNNING'],
  ])('%s where its connector may have fewer by now, and %o', async (_, more, state) => {
    const scene = await running()
    await give(scene, { work: workOf('a-0', 'a-1') })
    const config = configOf('a', { 'tasks.max': '1', ...more })
    await scene.configs.write({ kind: 'connector', connector: 'a', config })
    await scene.herder.restartTask(first, signal).catch(() => undefined)
    await eventually(() => expect(scene.herder.taskStatus(first).state).toBe(state))
    const { trace = '' } = scene.herder.taskStatus(first)
    const text = 'The connector a has generated 2 tasks, which is greater than 1, the maximum'
    expect(trace.includes(text)).toBe(state === 'FAILED')
    expect(scene.herder.taskStatus({ connector: 'a', task: 1 }).state).toBe('RUNNING')
  })
})
