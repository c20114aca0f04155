import { afterEach, describe, expect, test } from 'vitest'
import { deferred } from '../set-up.ts'
import {
  callsSince,
  configOf,
  eventually,
  give,
  put,
  reach,
  running,
  signal,
  states,
  stopAll,
  workOf,
} from './set-up.ts'

afterEach(stopAll)

describe('what a worker runs', () => {
  test('goes on where an assignment says that it is still its own', async () => {
    const scene = await running()
    const from = scene.worker.calls.length
    await give(scene, {})
    await give(scene, { isLeader: false })
    expect(callsSince(scene, from)).toEqual([])
    expect(states(scene)).toBe('RUNNING RUNNING RUNNING')
  })

  test('stops when it is revoked, which waits for nothing else, and starts when it comes back', async () => {
    const stopping = deferred()
    const scene = await running({ stopTask: () => stopping.promise })
    const from = scene.worker.calls.length
    scene.group.revoke(workOf('a-0'))
    await eventually(() => expect(callsSince(scene, from)).toEqual(['stop a-0']))
    // Invariant of the loop: a slow stop delays no request.
    await put(scene, 'b')
    await scene.herder.pauseConnector('b', signal)
    expect(scene.herder.connectors()).toEqual(['a', 'b'])
    stopping.resolve()
    await give(scene, { work: workOf('a', 'a-0', 'a-1') })
    await reach(scene, 'RUNNING RUNNING RUNNING')
    expect(callsSince(scene, from).filter((call) => call.endsWith('a-0'))).toEqual([
      'stop a-0',
      'start a-0',
    ])
    expect(scene.worker.violations).toEqual([])
  })

  test('is told to be UNASSIGNED when it moves, unless another worker has said more since', async () => {
    const scene = await running()
    const other = {
      state: 'RUNNING',
      trace: null,
      workerId: 'two',
      generation: 99,
      version: null,
    } as const
    scene.statuses.put({ kind: 'task', connector: 'a', task: 1, status: other })
    await give(scene, {})
    scene.group.revoke(workOf('a-0', 'a-1'))
    await reach(scene, 'RUNNING UNASSIGNED RUNNING')
    expect(scene.herder.taskStatus({ connector: 'a', task: 1 }).worker_id).toBe('two')
  })

  test('restarts with another configuration once all workers have stopped the old tasks', async () => {
    const scene = await running()
    const from = scene.worker.calls.length
    await put(scene, 'a', { range: 'half' })
    await eventually(() => {
      expect(callsSince(scene, from)).toEqual(['stop a', 'start a', 'stop a-0', 'stop a-1'])
    })
    expect(scene.group.rejoins).toContain('a connector has other tasks')
    await eventually(() => expect(scene.worker.tasks.size).toBe(0))
    // An assignment that was made before: not all have stopped yet.
    await give(scene, { configOffset: 0 })
    expect(scene.worker.tasks.size).toBe(0)
    await give(scene, {})
    await eventually(() => expect(scene.worker.tasks.size).toBe(2))
    expect([...scene.worker.tasks.values()].map(({ config }) => config.range)).toEqual([
      'half',
      'half',
    ])
  })

  test('starts its connector again when the same configuration is written, and leaves the tasks alone', async () => {
    const scene = await running()
    const from = scene.worker.calls.length
    await put(scene, 'a')
    await eventually(() => expect(callsSince(scene, from)).toEqual(['stop a', 'start a']))
    await scene.herder.stopConnector('a', signal)
    await eventually(() => expect(scene.worker.tasks.size).toBe(0))
    const stopped = scene.worker.calls.length
    await put(scene, 'a')
    await eventually(() => expect(callsSince(scene, stopped)).toEqual(['stop a', 'start a']))
    expect(scene.herder.connectorStatus('a').connector.state).toBe('STOPPED')
  })

  test('keeps the tasks that another set of tasks has too', async () => {
    const scene = await running()
    const from = scene.worker.calls.length
    const tasks = ['all', 'some'].map((range, task) => ({ id: `${task}`, range }))
    const records = tasks.map(
      (config, task) => ({ kind: 'task', connector: 'a', task, config }) as const,
    )
    await scene.configs.write(...records, { kind: 'commit', connector: 'a', tasks: 2 })
    await give(scene, {})
    await eventually(() => expect(callsSince(scene, from)).toEqual(['stop a-1', 'start a-1']))
  })

  test('starts all tasks of another set anew where they are bound to it', async () => {
    const fenceProducers = (): Promise<void> => Promise.resolve()
    const scene = await running({}, { exactlyOnce: { isEnabled: true, fenceProducers } })
    const from = scene.worker.calls.length
    const tasks = ['all', 'some'].map((range, task) => ({ id: `${task}`, range }))
    const records = tasks.map(
      (config, task) => ({ kind: 'task', connector: 'a', task, config }) as const,
    )
    await scene.configs.write(...records, { kind: 'commit', connector: 'a', tasks: 2 })
    await give(scene, {})
    await eventually(() => {
      expect([...callsSince(scene, from)].sort()).toEqual([
        'start a-0',
        'start a-1',
        'stop a-0',
        'stop a-1',
      ])
    })
  })

  test('is gone with its connector, and has no status after that', async () => {
    const scene = await running()
    await scene.herder.deleteConnector('a', signal)
    await eventually(() => expect(scene.worker.running.size + scene.worker.tasks.size).toBe(0))
    expect(scene.group.rejoins).toContain('a connector was deleted')
    scene.group.assign({ work: workOf() })
    await reach(scene, 'none')
    expect(scene.herder.connectors()).toEqual([])
    await eventually(() => expect(scene.statuses.table.connectors).toEqual([]))
    const last = new Map(
      scene.statuses.said.map((record) => [
        record.kind === 'task' ? `a-${record.task}` : record.connector,
        record.status,
      ]),
    )
    expect([...last.values()]).toEqual([null, null, null])
  })

  test('has no status from when it is no longer configured, whoever runs it still', async () => {
    const stopping = deferred()
    const scene = await running({ stopTask: () => stopping.promise })
    await scene.configs.write(
      { kind: 'task', connector: 'a', task: 0, config: { id: '0', range: 'all' } },
      { kind: 'commit', connector: 'a', tasks: 1 },
    )
    expect(states(scene)).toBe('RUNNING RUNNING')
    const second = { connector: 'a', task: 1 }
    expect(() => scene.herder.taskStatus(second)).toThrow('No status found for task a-1')
    await scene.herder.deleteConnector('a', signal)
    expect(() => scene.herder.connectorStatus('a')).toThrow('No status found for connector a')
    stopping.resolve()
    const from = scene.statuses.said.length
    await eventually(() => expect(scene.worker.tasks.size + scene.worker.running.size).toBe(0))
    // Nothing is said of it any more that would outlive it.
    expect(scene.statuses.said.slice(from)).toEqual([])
  })

  test('is left as it is while the worker has no place in its group, but for what is deleted', async () => {
    const scene = await running()
    const from = scene.worker.calls.length
    scene.group.lose()
    await scene.configs.write(
      { kind: 'connector', connector: 'a', config: configOf('a', { range: 'half' }) },
      { kind: 'restart', connector: 'a', includeTasks: true, onlyFailed: false },
    )
    await scene.herder.health(signal)
    expect(callsSince(scene, from)).toEqual([])
    scene.group.assign({ generation: 50 })
    await eventually(() => expect(callsSince(scene, from)).toContain('start a'))
    await reach(scene, 'RUNNING RUNNING RUNNING')
  })

  test('restarts where the leader says so, and is RESTARTING meanwhile', async () => {
    const scene = await running()
    await give(scene, { isLeader: false, work: workOf('a', 'a-1') })
    const from = [scene.worker.calls.length, scene.statuses.said.length] as const
    await scene.configs.write({
      ...{ kind: 'restart', connector: 'a' },
      ...{ includeTasks: true, onlyFailed: false },
    })
    await eventually(() => {
      expect([...callsSince(scene, from[0])].sort()).toEqual([
        'start a',
        'start a-1',
        'stop a',
        'stop a-1',
      ])
    })
    await reach(scene, 'RUNNING UNASSIGNED RUNNING')
    const said = scene.statuses.said.slice(from[1]).map(({ status }) => status)
    expect(
      said.filter((each) => each !== null && 'state' in each && each.state === 'RESTARTING'),
    ).toHaveLength(2)
  })

  test('is restarted by its own policy when it fails', async () => {
    const workerConfig = { 'errors.restart.policy': 'on-failure', 'errors.restart.backoff.ms': '1' }
    const scene = await running({}, { workerConfig })
    const from = scene.worker.calls.length
    const error = { javaName: 'E', message: 'away', trace: 'E: away', retriable: false }
    scene.worker.listener.taskStatus({ connector: 'a', task: 0 }, 'FAILED', error)
    expect(states(scene)).toBe('RUNNING FAILED RUNNING')
    await eventually(() => expect(callsSince(scene, from)).toEqual(['stop a-0', 'start a-0']))
    await reach(scene, 'RUNNING RUNNING RUNNING')
  })
})
