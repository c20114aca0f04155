import { describe, expect, test, vi } from 'vitest'
import type { StandaloneHerder } from '../../src/herder/standalone/standalone-herder.ts'
import { config, deferred, put, reach, rejection, setUp, signal } from './set-up.ts'

describe('pausing, stopping, resuming', () => {
  test('a pause keeps the tasks, a resume goes on with them', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    await herder.pauseConnector('a', signal)
    await reach(herder, 'PAUSED PAUSED PAUSED')
    await herder.resumeConnector('a', signal)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(worker.calls.filter((call) => call.startsWith('start a-'))).toHaveLength(2)
  })

  test('a stop takes the tasks away, a resume makes them again', async () => {
    const { herder } = setUp()
    await put(herder)
    await herder.stopConnector('a', signal)
    expect(await herder.taskConfigs('a', signal)).toEqual([])
    await reach(herder, 'STOPPED')
    await herder.pauseConnector('a', signal)
    await reach(herder, 'PAUSED')
    await herder.resumeConnector('a', signal)
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })

  test('two resumes in a row do not lock the worker up, as they did the Java one', async () => {
    const { herder } = setUp()
    await put(herder)
    await herder.stopConnector('a', signal)
    await Promise.all([herder.resumeConnector('a', signal), herder.resumeConnector('a', signal)])
    await reach(herder, 'RUNNING RUNNING RUNNING')
    herder.markReady()
    expect((await herder.health(signal)).status).toBe('healthy')
  })

  test('a slow connector delays itself alone', async () => {
    const slow = deferred()
    const { herder } = setUp({ stop: () => slow.promise })
    await put(herder)
    await herder.putConnectorConfig('b', config({ name: 'b' }), { allowReplace: false }, signal)
    const deleting = herder.deleteConnector('a', signal)
    await herder.pauseConnector('b', signal)
    await vi.waitFor(() => {
      expect(herder.connectorStatus('b').connector.state).toBe('PAUSED')
    })
    slow.resolve()
    await deleting
  })

  test('a connector that hangs in start can be deleted', async () => {
    const { herder } = setUp({ start: () => new Promise(() => undefined) })
    const creating = rejection(put(herder))
    await vi.waitFor(() => {
      expect(herder.connectors()).toEqual(['a'])
    })
    await herder.deleteConnector('a', signal)
    expect(await creating).toEqual([409, 'Connector a was deleted meanwhile.'])
  })

  test('a connector that is stopped while it is created was created', async () => {
    const started = deferred()
    const { herder } = setUp({ start: () => started.promise })
    const creating = put(herder)
    await vi.waitFor(() => {
      expect(herder.connectors()).toEqual(['a'])
    })
    await herder.stopConnector('a', signal)
    started.resolve()
    expect((await creating).info.tasks).toEqual([])
    await reach(herder, 'STOPPED')
  })
})

describe('restarting', () => {
  test('without options restarts the connector alone', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    worker.calls.length = 0
    const request = { connector: 'a', includeTasks: false, onlyFailed: false }
    expect(await herder.restartConnector(request, signal)).toBeNull()
    expect(worker.calls).toEqual(['stop a', 'start a', 'taskConfigs a'])
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })

  test('leaves a paused connector paused', async () => {
    const { herder } = setUp()
    await put(herder)
    await herder.pauseConnector('a', signal)
    await reach(herder, 'PAUSED PAUSED PAUSED')
    const request = { connector: 'a', includeTasks: true, onlyFailed: false }
    await herder.restartConnector(request, signal)
    await reach(herder, 'PAUSED PAUSED PAUSED')
  })

  test('with tasks, only failed, restarts those and says so (KIP-745)', async () => {
    let broken = true
    const { herder, worker } = setUp({
      startTask: (own) => {
        if (broken && own.id === '1') throw new Error('disk full')
      },
    })
    await put(herder)
    await reach(herder, 'RUNNING RUNNING FAILED')
    broken = false
    worker.calls.length = 0
    const request = { connector: 'a', includeTasks: true, onlyFailed: true }
    const plan = await herder.restartConnector(request, signal)
    expect([plan?.connector.state, ...(plan?.tasks ?? []).map((task) => task.state)]).toEqual([
      'RUNNING',
      'RUNNING',
      'RESTARTING',
    ])
    expect(worker.calls).toEqual(['stop a-1', 'start a-1'])
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })

  test('a task that does not exist leaves no status behind', async () => {
    const { herder } = setUp()
    await put(herder)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(await rejection(herder.restartTask({ connector: 'a', task: 99 }, signal))).toEqual([
      404,
      'Task a-99 not found',
    ])
    expect(herder.connectorStatus('a').tasks).toHaveLength(2)
  })

  test('a single task is stopped and started', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    worker.calls.length = 0
    await herder.restartTask({ connector: 'a', task: 1 }, signal)
    expect(worker.calls).toEqual(['stop a-1', 'start a-1'])
  })
})

describe('deleting', () => {
  test('leaves nothing of the connector', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    await herder.deleteConnector('a', signal)
    expect([herder.connectors(), worker.running.size, worker.tasks.size]).toEqual([[], 0, 0])
    expect(() => herder.connectorStatus('a')).toThrow('No status found for connector a')
  })

  test('and creating under the same name follow each other', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    await Promise.all([herder.deleteConnector('a', signal), put(herder, { 'tasks.max': '1' })])
    await reach(herder, 'RUNNING RUNNING')
    expect([...worker.tasks.keys()]).toEqual(['a-0'])
  })
})

test.each([
  [
    'info',
    (herder: StandaloneHerder) => herder.connectorInfo('no', signal),
    404,
    'Connector no not found',
  ],
  [
    'pause',
    (herder: StandaloneHerder) => herder.pauseConnector('no', signal),
    404,
    'Unknown connector no',
  ],
  [
    'stop',
    (herder: StandaloneHerder) => herder.stopConnector('no', signal),
    500,
    'No connector `no` configured',
  ],
  [
    'delete',
    (herder: StandaloneHerder) => herder.deleteConnector('no', signal),
    404,
    'Connector no not found',
  ],
] as const)(
  '%s of a connector there is not is refused in Java’s words',
  async (_, ask, status, text) => {
    const { herder } = setUp()
    expect(await rejection(ask(herder))).toEqual([status, text])
  },
)

test('topics a connector used are listed until they are reset', async () => {
  const { herder, worker } = setUp()
  await put(herder)
  worker.listener.topicUsed({ connector: 'a', task: 0 }, 'orders')
  worker.listener.topicUsed({ connector: 'a', task: 1 }, 'orders')
  expect(herder.activeTopics('a')).toEqual(['orders'])
  herder.resetActiveTopics('a')
  expect(herder.activeTopics('a')).toEqual([])
  expect(worker.calls.at(-1)).toBe('reset topics of a')
})

test('threads that do not end make the worker unhealthy, by name, until they are gone', async () => {
  const { herder, worker } = setUp()
  herder.markReady()
  worker.stuck = ['task-thread-1', 'task-thread-4']
  expect(herder.stuckThreads()).toEqual(worker.stuck)
  expect(await herder.health(signal)).toEqual({
    status: 'unhealthy',
    message:
      "Threads that were ended do not end, because a plugin's native call holds them: task-thread-1, task-thread-4. The worker goes on without them; start it again to be rid of them.",
  })
  worker.stuck = []
  expect((await herder.health(signal)).status).toBe('healthy')
})

test('after a stop every request is told so', async () => {
  const { herder } = setUp()
  await herder.stop(signal)
  expect(await rejection(put(herder))).toEqual([500, 'Worker is shutting down'])
})
