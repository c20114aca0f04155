import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { RawConfig } from '../../../src/config/types.ts'
import type { ConfigResolver } from '../../../src/herder/config-resolver.ts'
import { abortable } from '../../../src/util/abort.ts'
import { deferred, rejection } from '../set-up.ts'
import {
  callsSince,
  eventually,
  give,
  put,
  reach,
  running,
  setUp,
  signal,
  stopAll,
  workOf,
} from './set-up.ts'

afterEach(stopAll)

describe('what is taken from a worker', () => {
  const restart = {
    kind: 'restart',
    connector: 'a',
    includeTasks: true,
    onlyFailed: false,
  } as const

  test('while it stops to be restarted is UNASSIGNED, and not started', async () => {
    const stopping = deferred()
    const scene = await running({ stop: () => stopping.promise, stopTask: () => stopping.promise })
    // What is said in the generation of a start does not take it back.
    await give(scene, {})
    const from = scene.worker.calls.length
    await scene.configs.write(restart)
    await eventually(() => expect(callsSince(scene, from)).toHaveLength(3))
    scene.group.revoke(workOf('a', 'a-0', 'a-1'))
    await setImmediate()
    stopping.resolve()
    await reach(scene, 'UNASSIGNED UNASSIGNED UNASSIGNED')
    await scene.herder.health(signal)
    expect([...callsSince(scene, from)].sort()).toEqual(['stop a', 'stop a-0', 'stop a-1'])
  })

  test('after it was stopped to be restarted is UNASSIGNED too', async () => {
    let resolved: Promise<unknown> = Promise.resolve()
    const resolver: ConfigResolver = {
      resolve: async <T extends RawConfig>(config: T): Promise<T> => {
        await resolved
        return config
      },
    }
    const scene = await running({}, { resolver })
    const resolving = deferred()
    resolved = resolving.promise
    await scene.configs.write(restart)
    await reach(scene, 'RESTARTING RESTARTING RESTARTING')
    scene.group.revoke(workOf('a', 'a-0', 'a-1'))
    await setImmediate()
    resolving.resolve()
    await reach(scene, 'UNASSIGNED UNASSIGNED UNASSIGNED')
  })

  test('having failed may fail again when it comes back, and is told to have', async () => {
    let problem: Error | null = null
    const resolver: ConfigResolver = {
      resolve: (config) => {
        if (problem !== null) throw problem
        return config
      },
    }
    const scene = await running({}, { resolver })
    problem = new Error('The vault is away.')
    await scene.configs.write(restart)
    await reach(scene, 'FAILED FAILED FAILED')
    await give(scene, { work: workOf() })
    scene.group.revoke(workOf('a', 'a-0', 'a-1'))
    const status = { state: 'RUNNING', trace: null, workerId: 'two' } as const
    const other = { ...status, generation: 0, version: null }
    await eventually(() => expect(scene.worker.tasks.size + scene.worker.running.size).toBe(0))
    await scene.herder.health(signal)
    scene.statuses.put({ kind: 'connector', connector: 'a', status: other })
    scene.statuses.put({ kind: 'task', connector: 'a', task: 0, status: other })
    problem = new Error('The vault is sealed.')
    await give(scene, { work: workOf('a', 'a-0') })
    await reach(scene, 'FAILED FAILED FAILED')
    const shown = scene.herder.connectorStatus('a')
    expect(shown.connector.trace).toContain('The vault is sealed.')
    expect(shown.tasks[0]?.trace).toContain('The vault is sealed.')
  })
})

test('what is taken from a worker stops though it has not been paused yet, as where its thread hangs', async () => {
  const scene = await running()
  let told = 0
  scene.worker.setTaskState = () => {
    told++
    return new Promise<never>(() => undefined)
  }
  await scene.herder.pauseConnector('a', signal)
  await eventually(() => expect(told).toBe(2))
  const from = scene.worker.calls.length
  scene.group.revoke(workOf('a-0'))
  await eventually(() => expect(callsSince(scene, from)).toContain('stop a-0'))
  expect(scene.herder.taskStatus({ connector: 'a', task: 0 }).state).not.toBe('FAILED')
})

describe('while a worker has no place in its group', () => {
  test('values run out, and its connector is started again as soon as it has one', async () => {
    let notes = false
    const resolver: ConfigResolver = {
      resolve: (config, _, note) => {
        if (notes) note?.('vault', 1000)
        return config
      },
    }
    const runsOut = deferred()
    let now = 0
    const clock = {
      now: () => now,
      wait: (_: number, aborted: AbortSignal) => abortable(runsOut.promise, aborted),
    }
    const scene = await running({}, { resolver, clock })
    notes = true
    await scene.herder.restartConnector(
      { connector: 'a', includeTasks: false, onlyFailed: false },
      signal,
    )
    notes = false
    scene.group.lose()
    const from = scene.worker.calls.length
    now = 3_600_000
    runsOut.resolve()
    await setImmediate()
    expect(callsSince(scene, from)).toEqual([])
    await give(scene, { generation: 50 })
    await eventually(() => expect(callsSince(scene, from)).toEqual(['stop a', 'start a']))
  })

  test('what waits for it ends with the worker', async () => {
    const scene = await setUp()
    const asked = rejection(put(scene))
    await setImmediate()
    await scene.herder.stop(AbortSignal.timeout(10_000))
    expect(await asked).toEqual([500, 'Worker is shutting down'])
  })
})
