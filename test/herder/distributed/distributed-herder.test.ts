import { afterEach, describe, expect, test } from 'vitest'
import { NotAssignedError, NotLeaderError } from '../../../src/errors/forwarding-errors.ts'
import { rejection } from '../set-up.ts'
import {
  callsSince,
  configOf,
  eventually,
  give,
  put,
  reach,
  running,
  setUp,
  signal,
  states,
  stopAll,
  workOf,
} from './set-up.ts'
import type { Scene } from './set-up.ts'

afterEach(stopAll)

const leaderUrl = 'http://leader:8083/'
/** Every request that only the leader, or who runs it, can serve. */
const elsewhere: readonly (readonly [string, (scene: Scene) => Promise<unknown>])[] = [
  ['creates', (scene) => put(scene, 'b')],
  ['changes', ({ herder }) => herder.patchConnectorConfig('a', { x: '1' }, signal)],
  ['deletes', ({ herder }) => herder.deleteConnector('a', signal)],
  ['stops', ({ herder }) => herder.stopConnector('a', signal)],
  ['alters offsets', ({ herder }) => herder.modifyConnectorOffsets('a', null, signal)],
  ['restarts by a plan', ({ herder }) => herder.restartConnector(request(true), signal)],
  ['restarts a connector', ({ herder }) => herder.restartConnector(request(false), signal)],
  ['restarts a task', ({ herder }) => herder.restartTask({ connector: 'a', task: 0 }, signal)],
]

const request = (includeTasks: boolean) => ({ connector: 'a', includeTasks, onlyFailed: false })

describe('a worker that does not lead', () => {
  test.each(elsewhere)('%s nothing, and says who leads', async (_, ask) => {
    const scene = await running()
    await give(scene, { isLeader: false, leaderUrl, work: workOf() })
    const error: unknown = await ask(scene).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(NotLeaderError)
    expect(error).toMatchObject({ leaderUrl })
  })

  test('pauses, resumes, and sets levels for all', async () => {
    const scene = await running()
    await give(scene, { isLeader: false })
    await scene.herder.pauseConnector('a', signal)
    await reach(scene, 'PAUSED PAUSED PAUSED')
    await scene.herder.resumeConnector('a', signal)
    await reach(scene, 'RUNNING RUNNING RUNNING')
    await scene.herder.loggers.setClusterLevel('com.example.cluster', 'debug', signal)
    expect(scene.herder.loggers.level('com.example.cluster')?.level).toBe('DEBUG')
  })

  test('restarts what it runs', async () => {
    const scene = await running()
    await give(scene, { isLeader: false })
    const from = scene.worker.calls.length
    await scene.herder.restartConnector(request(false), signal)
    await scene.herder.restartTask({ connector: 'a', task: 1 }, signal)
    expect(callsSince(scene, from)).toEqual(['stop a', 'start a', 'stop a-1', 'start a-1'])
  })

  test('hands the tasks of its connectors to the leader, and signs that', async () => {
    const scene = await running()
    await eventually(() => expect(scene.configs.keys).toContain('session-key'))
    await give(scene, { isLeader: false, leaderUrl })
    const config = configOf('a', { 'tasks.max': '3' })
    await scene.configs.write({ kind: 'connector', connector: 'a', config })
    await eventually(() => expect(scene.handed).toHaveLength(1))
    expect(scene.handed[0]).toEqual([leaderUrl, 'a', expect.any(String), 3])
  })

  test('signs nothing where the group speaks no sessioned', async () => {
    const scene = await running()
    await give(scene, { isLeader: false, leaderUrl, version: 1 })
    const config = configOf('a', { 'tasks.max': '3' })
    await scene.configs.write({ kind: 'connector', connector: 'a', config })
    await eventually(() => expect(scene.handed).toEqual([[leaderUrl, 'a', null, 3]]))
  })
})

describe('the leader', () => {
  test.each<readonly [string, (scene: Scene) => Promise<unknown>, number, string]>([
    [
      'a second one of a name',
      ({ herder }) =>
        herder.putConnectorConfig('a', configOf('a'), { allowReplace: false }, signal),
      409,
      'Connector a already exists',
    ],
    [
      'to change none',
      ({ herder }) => herder.patchConnectorConfig('x', {}, signal),
      404,
      'Connector x not found',
    ],
    [
      'to delete none',
      ({ herder }) => herder.deleteConnector('x', signal),
      404,
      'Connector x not found',
    ],
    [
      'to pause none',
      ({ herder }) => herder.pauseConnector('x', signal),
      404,
      'Unknown connector x',
    ],
    ['to stop none', ({ herder }) => herder.stopConnector('x', signal), 404, 'Unknown connector x'],
    [
      'to restart none',
      ({ herder }) => herder.restartConnector({ ...request(false), connector: 'x' }, signal),
      404,
      'Unknown connector: x',
    ],
    [
      'to restart no task',
      ({ herder }) => herder.restartTask({ connector: 'a', task: 7 }, signal),
      404,
      'Unknown task: a-7',
    ],
    [
      'to alter offsets of what runs',
      ({ herder }) => herder.modifyConnectorOffsets('a', null, signal),
      400,
      "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/a/stop' endpoint",
    ],
  ])('is asked %s', async (_, ask, status, message) => {
    expect(await rejection(ask(await running()))).toEqual([status, message])
  })

  test('says who runs what it is to restart', async () => {
    const scene = await running()
    await give(scene, { work: workOf('a-1') })
    scene.group.owners.set('a', 'http://two:8083/').set('a-0', 'http://three:8083/')
    const connector: unknown = await scene.herder
      .restartConnector(request(false), signal)
      .catch((error: unknown) => error)
    expect(connector).toBeInstanceOf(NotAssignedError)
    expect(connector).toMatchObject({ ownerUrl: 'http://two:8083/' })
    const task = scene.herder.restartTask({ connector: 'a', task: 0 }, signal)
    await expect(task).rejects.toMatchObject({ ownerUrl: 'http://three:8083/' })
  })

  test('says as Java that nobody has the task of a connector that was stopped', async () => {
    const scene = await running()
    await scene.herder.stopConnector('a', signal)
    const task = scene.herder.restartTask({ connector: 'a', task: 0 }, signal)
    const found: unknown = await task.catch((error: unknown) => error)
    expect(found).toBeInstanceOf(NotAssignedError)
    expect(found).toMatchObject({ ownerUrl: null })
  })

  test('takes tasks from a worker that signs them, and from no one else', async () => {
    const scene = await running()
    await eventually(() => expect(scene.configs.keys).toContain('session-key'))
    const unsigned = scene.herder.putTaskConfigs('a', [], null, signal)
    expect(await rejection(unsigned)).toEqual([400, 'Internal request missing required signature'])
    const algorithm = 'HmacSHA256'
    const forged = { algorithm, mac: Buffer.alloc(32), body: Buffer.from('[]') }
    expect(await rejection(scene.herder.putTaskConfigs('a', [], forged, signal))).toEqual([
      403,
      'Internal request contained invalid signature.',
    ])
    await give(scene, { version: 1 })
    await scene.herder.putTaskConfigs('a', [{ id: '0' }], null, signal)
    expect(await scene.herder.connectorInfo('a', signal)).toMatchObject({
      tasks: [{ connector: 'a', task: 0 }],
    })
  })

  test('takes no tasks of a connector that is stopped', async () => {
    const scene = await running()
    await give(scene, { version: 1 })
    await scene.herder.stopConnector('a', signal)
    const given = scene.herder.putTaskConfigs('a', [{ id: '0' }], null, signal)
    expect(await rejection(given)).toEqual([
      400,
      'Cannot submit non-empty set of task configs for stopped connector a',
    ])
  })

  test('removes the statuses of what is gone once the group is rebalanced for it', async () => {
    const scene = await running()
    const stored = {
      state: 'RUNNING',
      trace: null,
      workerId: 'w',
      generation: 1,
      version: null,
    } as const
    scene.statuses.put({ kind: 'connector', connector: 'gone', status: stored })
    scene.statuses.put({ kind: 'task', connector: 'gone', task: 0, status: stored })
    scene.statuses.put({ kind: 'task', connector: 'a', task: 5, status: stored })
    scene.group.assign()
    await eventually(() => expect(scene.statuses.table.connectors).toEqual(['a']))
    expect(states(scene)).toBe('RUNNING RUNNING RUNNING')
  })

  test('makes a session key where the group speaks sessioned, once', async () => {
    const scene = await setUp()
    scene.group.assign({ version: 1 })
    await eventually(() => expect(scene.herder.connectors()).toEqual([]))
    scene.group.assign({ version: 2 })
    await eventually(() => expect(scene.configs.keys).toEqual(['session-key']))
    scene.group.assign({ version: 2 })
    await put(scene)
    expect(scene.configs.keys.filter((key) => key === 'session-key')).toHaveLength(1)
  })

  test('writes what a stop is made of in this order', async () => {
    const scene = await running()
    const from = scene.configs.keys.length
    await scene.herder.stopConnector('a', signal)
    expect(scene.configs.keys.slice(from)).toEqual(['commit-a', 'target-state-a'])
    scene.group.assign({ work: workOf('a') })
    await reach(scene, 'STOPPED')
  })
})

describe('a request', () => {
  test('waits until the worker knows its place, where it must; what only reads does not', async () => {
    const scene = await running()
    scene.group.lose()
    const created = put(scene, 'b')
    expect(await scene.herder.connectorInfo('a', signal)).toMatchObject({ name: 'a' })
    expect(scene.herder.connectors()).toEqual(['a'])
    expect(states(scene)).toBe('RUNNING RUNNING RUNNING')
    scene.group.assign({ generation: 50 })
    expect(await created).toMatchObject({ created: true })
  })

  test('ends with the worker', async () => {
    const scene = await setUp()
    const stopped = scene.herder.stop(AbortSignal.timeout(10_000))
    expect(await rejection(scene.herder.pauseConnector('a', signal))).toEqual([
      500,
      'Worker is shutting down',
    ])
    await stopped
  })

  test('finds a worker that has not its place yet starting, and then healthy', async () => {
    const scene = await setUp()
    expect((await scene.herder.health(signal)).status).toBe('starting')
    await give(scene, {})
    expect((await scene.herder.health(signal)).status).toBe('healthy')
  })
})

test('topics are those that any worker has told, until they are reset', async () => {
  const scene = await running({ topics: () => ['numbers'] })
  await eventually(() => expect(scene.herder.activeTopics('a')).toEqual(['numbers']))
  scene.herder.resetActiveTopics('a')
  expect(scene.herder.activeTopics('a')).toEqual([])
  expect(scene.worker.calls).toContain('reset topics of a')
  scene.worker.listener.topicUsed({ connector: 'a', task: 0 }, 'more')
  expect(scene.herder.activeTopics('a')).toEqual(['more'])
  await scene.herder.deleteConnector('a', signal)
  expect(scene.herder.activeTopics('a')).toEqual([])
})
