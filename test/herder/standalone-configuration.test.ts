import { describe, expect, test } from 'vitest'
import { config, put, reach, rejection, setUp, signal, states } from './set-up.ts'

describe('creating', () => {
  test('answers once the tasks are there', async () => {
    const { herder } = setUp()
    const { created, info } = await put(herder)
    expect(created).toBe(true)
    expect(info).toEqual({
      name: 'a',
      config: config(),
      tasks: [
        { connector: 'a', task: 0 },
        { connector: 'a', task: 1 },
      ],
      type: 'source',
    })
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(herder.taskStatus({ connector: 'a', task: 1 })).toEqual({
      id: 1,
      state: 'RUNNING',
      worker_id: 'host:8083',
      version: '1.2',
    })
  })

  test('refuses a name that is taken', async () => {
    const { herder } = setUp()
    await put(herder)
    expect(await rejection(put(herder, {}, false))).toEqual([409, 'Connector a already exists'])
  })

  test('refuses what validation finds wrong, all of it at once', async () => {
    const { herder } = setUp({ validate: () => ['No a.', 'No b.'] })
    const [status, message] = await rejection(put(herder))
    expect(status).toBe(400)
    expect(message).toBe(
      'Connector configuration is invalid and contains the following 2 error(s):\nNo a.\nNo b.\n' +
        'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
    )
    expect(herder.connectors()).toEqual([])
  })

  test.each([
    ['PAUSED', 'PAUSED'],
    ['STOPPED', 'STOPPED'],
  ] as const)('as %s makes no tasks', async (targetState, expected) => {
    const { herder, worker } = setUp()
    const { info } = await herder.putConnectorConfig(
      'a',
      config(),
      { targetState, allowReplace: false },
      signal,
    )
    expect(info.tasks).toEqual([])
    expect(states(herder)).toBe(expected)
    expect(worker.calls).not.toContain('taskConfigs a')
  })

  test('says why the connector did not start, and keeps it as FAILED', async () => {
    const { herder } = setUp({
      start: () => {
        throw new Error('no such host')
      },
    })
    const [status, message] = await rejection(put(herder))
    expect(status).toBe(500)
    expect(message).toBe('Failed to transition connector a to state STARTED: no such host')
    expect(states(herder)).toBe('FAILED')
    expect(herder.connectorStatus('a').connector.trace).toContain('no such host')
  })

  test('fails a connector with more tasks than tasks.max', async () => {
    const { herder } = setUp({ taskConfigs: (own) => [own, own, own] })
    const [, message] = await rejection(put(herder))
    expect(message).toMatch(
      /^The connector a has generated 3 tasks, which is greater than 2, the maximum number/,
    )
    expect(states(herder)).toBe('FAILED')
  })

  test('lets it have them where tasks.max is not enforced', async () => {
    const { herder } = setUp({ taskConfigs: (own) => [own, own, own] })
    const { info } = await put(herder, { 'tasks.max.enforce': 'false' })
    expect(info.tasks).toHaveLength(3)
  })

  test('shows a task that cannot start as FAILED, with its trace and its version, as Java does', async () => {
    const { herder } = setUp({
      startTask: (own) => {
        if (own.id === '1') throw new Error('disk full')
      },
    })
    await put(herder)
    await reach(herder, 'RUNNING RUNNING FAILED')
    const status = herder.taskStatus({ connector: 'a', task: 1 })
    expect(status.version).toBe('1.2')
    expect(status.trace).toContain('disk full')
  })
})

describe('reconfiguring', () => {
  test('leaves tasks alone that would be the same', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    await put(herder)
    expect(worker.calls.filter((call) => call === 'start a')).toHaveLength(2)
    expect(worker.calls.filter((call) => call === 'start a-0')).toHaveLength(1)
  })

  test('stops the old tasks before the new ones start', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    worker.calls.length = 0
    const { info } = await put(herder, { 'tasks.max': '1' })
    expect(info.tasks).toHaveLength(1)
    expect(worker.calls).toEqual([
      'stop a',
      'start a',
      'taskConfigs a',
      'stop a-0',
      'stop a-1',
      'start a-0',
    ])
    await reach(herder, 'RUNNING RUNNING')
  })

  test('follows a connector that asks for it', async () => {
    let tables = 1
    const { herder, worker } = setUp({
      taskConfigs: (own) => Array.from({ length: tables }, () => own),
    })
    await put(herder)
    tables = 2
    worker.listener.taskReconfigurationRequested('a')
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })

  test('asks again for task configurations that failed', async () => {
    let failures = 2
    const { herder } = setUp({
      taskConfigs: (own) => {
        if (failures-- > 0) throw new Error('database is starting')
        return [own]
      },
    })
    expect(await rejection(put(herder))).toEqual([500, 'database is starting'])
    await reach(herder, 'RUNNING RUNNING')
  })

  test('merges a patch, where null removes a key', async () => {
    const { herder } = setUp()
    await put(herder, { x: '1', y: '2' })
    const info = await herder.patchConnectorConfig('a', { x: null, z: '3' }, signal)
    expect(info.config).toEqual({ ...config(), y: '2', z: '3' })
  })

  test('loses none of the patches that are made at once', async () => {
    const { herder } = setUp()
    await put(herder)
    const keys = Array.from({ length: 8 }, (_, i) => `key${i}`)
    await Promise.allSettled(
      keys.map((key) => herder.patchConnectorConfig('a', { [key]: 'x' }, signal)),
    )
    expect(Object.keys(await herder.connectorConfig('a', signal))).toEqual(
      expect.arrayContaining(keys),
    )
  })

  test('gives tasks secrets, but shows the variables', async () => {
    const { herder, worker } = setUp({}, (value) => value.replace('${env:secret}', 'hunter2'))
    await put(herder, { password: 'x${env:secret}' })
    const [task] = await herder.taskConfigs('a', signal)
    expect(task?.config).toMatchObject({ id: '0', password: 'x${env:secret}' })
    expect(worker.tasks.get('a-0')?.config).toMatchObject({ password: 'xhunter2' })
  })
})
